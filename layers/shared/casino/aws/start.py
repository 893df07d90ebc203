"""How the functions that answer hooks start: with the garbage collector out of the way.

What an import leaves behind lives as long as the environment. So nothing of it is searched for
garbage, neither while it is made nor, as it is frozen then, in any request.
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
