"""One deadline for a whole request: everything that waits on its way asks what is left of it.

Whoever answers a request sets the deadline; the calls below clip their time-outs to it. Code that
runs outside of a request has no deadline.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from casino.base.clock import Clock

#: What writing the answer and the log line takes, in seconds.
_TO_ANSWER_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class _Deadline:
    clock: Clock
    at: float


_CURRENT: Final[ContextVar[_Deadline | None]] = ContextVar("deadline", default=None)


@contextmanager
def deadline(clock: Clock, seconds: float) -> Iterator[None]:
    """End what is done inside after so many seconds, or earlier if that was asked for already."""
    token = _CURRENT.set(_Deadline(clock, clock.monotonic() + min(seconds, left_s())))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def left_s() -> float:
    """Return the seconds that are left, never below 0; without a deadline, infinity."""
    current = _CURRENT.get()
    if current is None:
        return float("inf")
    return max(0.0, current.at - current.clock.monotonic())


def time_for(context: object, most_s: float) -> float:
    """Return the seconds that a request may take: what Lambda leaves, and never more than that."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return min(most_s, remaining() / 1000 - _TO_ANSWER_S) if remaining else most_s
