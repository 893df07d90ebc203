"""Gives the product the simulated time and chance in the place of the machine's."""

import io
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from types import FunctionType
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.kernel import START_S, present

_SLEEP: Final = time.sleep


class _Nowhere(io.TextIOBase):
    """Takes the log lines of the functions."""

    def write(self, text: str) -> int:
        return len(text)


def _wall() -> float:
    process = present()
    if process is None:
        return float(START_S)
    process.tick()
    return process.host.wall()


def _steady() -> float:
    process = present()
    if process is None:
        return 0.0
    process.tick()
    return process.host.steady()


def _sleep(seconds: float) -> None:
    process = present()
    if process is not None:
        process.tick()
        process.kernel.pause(round(seconds * 1_000_000))


@contextmanager
def simulated() -> Iterator[None]:
    """Let time, chance and standard output be the simulation's."""
    chance = random.Random(0)
    state = random.getstate()
    with (
        patch.multiple(time, time=_wall, monotonic=_steady, sleep=_sleep),
        patch.object(os, "urandom", chance.randbytes),
        redirect_stdout(_Nowhere()),
    ):
        try:
            yield
        finally:
            random.setstate(state)


def reseed(seed: int) -> None:
    """Let chance begin anew: identifiers and pauses hang on the seed alone."""
    random.seed(seed)
    chance = random.Random(seed)
    os.urandom = chance.randbytes


def bind_sleeps() -> None:
    """Let the stores sleep in simulated time, too: they took `time.sleep` when they were loaded."""
    for name, module in list(sys.modules.items()):
        if name.startswith("casino."):
            for found in list(vars(module).values()):
                _rebind(found)


def _rebind(found: Any) -> None:
    functions = vars(found).values() if isinstance(found, type) else (found,)
    for function in functions:
        if isinstance(function, FunctionType) and function.__defaults__:
            function.__defaults__ = tuple(
                late_sleep if each is _SLEEP else each for each in function.__defaults__
            )


def late_sleep(seconds: float) -> None:
    """Sleep as the machine does at the time of the call."""
    time.sleep(seconds)
