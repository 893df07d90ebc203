"""Time: the `Clock` that every use case is given, and the machine's own clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """Time, so that nothing else asks the machine for it."""

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back; the time that the function was frozen counts."""

    def sleep(self, seconds: float) -> None:
        """Wait: used between the tries of a contended commit only."""


class SystemClock:
    """Wall clock, a clock that never goes back, and sleep."""

    def __init__(self) -> None:
        self._wall = time.time()
        self._steady = time.monotonic()
        self._elapsed = 0.0

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go back, the time included that the function was frozen.

        Lambda freezes an environment between two requests, and its monotonic clock may stand
        still meanwhile: what is cached for a minute would live for hours. So whichever of the two
        clocks went on further since the last call is believed.
        """
        wall, steady = time.time(), time.monotonic()
        self._elapsed += max(wall - self._wall, steady - self._steady)
        self._wall, self._steady = wall, steady
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
