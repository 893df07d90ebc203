"""Starts the functions that answer hooks: with the garbage collector out of the way.

Objects made by an import live as long as the environment. The collector therefore pauses while
they are made, and skips them in every request, as they are frozen.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def frozen_start() -> Iterator[None]:
    """Import and wire inside of this: everything that is made there is taken for permanent."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
