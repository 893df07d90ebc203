"""Time that passes only when a test, or a sleep, says so."""

from typing import Final

#: 2026-01-01T00:00:00Z
START: Final = 1_767_225_600.0


class FakeClock:
    """`Clock` at `start` plus `elapsed` seconds; `sleeps` lists what it was asked to sleep."""

    def __init__(self, start: float = START) -> None:
        self.start = start
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.start + self.elapsed

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds
