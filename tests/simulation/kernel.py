"""Runs a world in simulated time: processes take turns, and nothing else happens by itself.

A process is a greenlet. It runs until it sleeps or waits; then whatever is due next has its turn.
What is due at the same moment keeps the order in which it was arranged. Time is counted in whole
microseconds, so that the same choices give the same history on every machine.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final, NoReturn

from greenlet import GreenletExit, getcurrent, greenlet

#: 2026-01-01T12:00:00Z, when every history begins, in seconds since the epoch.
START_S: Final = 1_767_268_800
#: What a history may take at most, in events: more is a livelock.
MOST_EVENTS: Final = 50_000


class LivelockError(Exception):
    """The world goes on and on."""


class Host:
    """A machine with clocks of its own, in microseconds."""

    def __init__(self, kernel: "Kernel", name: str, skew_us: int = 0) -> None:
        self.kernel = kernel
        self.name = name
        self.skew_us = skew_us
        """How far its wall clock is ahead."""
        self.frozen_us = 0
        """How long its steady clock stood still."""
        self.cut_until_us = 0
        """Until when it reaches nothing."""

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return START_S + (self.kernel.now_us + self.skew_us) / 1_000_000

    def steady(self) -> float:
        """Return the seconds of a clock that never goes back, and stands while it is frozen."""
        return (self.kernel.now_us - self.frozen_us) / 1_000_000


class Process(greenlet):
    """Something that goes on at a host; `name` says in the history what it is."""

    def __init__(self, kernel: "Kernel", name: str, host: Host, body: Callable[[], object]) -> None:
        super().__init__(body, kernel.hub)
        self.kernel, self.name, self.host = kernel, name, host
        self.killed = False
        self.turn = 0
        """Counts its waits: whatever was to end an earlier one is void."""
        self.calls = 0
        """Counts its calls to AWS."""
        self.was_frozen = False
        self.ticks_left = 0
        """After so many looks at a clock, sleeps and calls `mishap` happens; 0: never."""
        self.mishap: Callable[[], None] | None = None

    def tick(self) -> None:
        """Say that this is a point at which something may happen to the process."""
        if self.killed:
            raise GreenletExit
        if self.ticks_left:
            self.ticks_left -= 1
            if not self.ticks_left and self.mishap is not None:
                self.mishap()

    def die(self) -> NoReturn:
        """End the process at this point: nothing that it has begun is finished."""
        self.killed = True
        raise GreenletExit


class Signal:
    """Something that a process waits for; it happens once."""

    def __init__(self) -> None:
        self.has_happened = False
        self.value: Any = None
        self.at_us = 0
        """When it happened, where that was noted."""
        self._waiting: tuple[Process, int] | None = None

    def happen(self, value: Any = None) -> None:
        """Wake whoever waits; a second time means nothing."""
        if self.has_happened:
            return
        self.has_happened, self.value = True, value
        if self._waiting is not None:
            process, turn = self._waiting
            process.kernel.after(0, lambda: process.kernel.resume(process, turn))

    def wait(self, most_us: int) -> bool:
        """Wait in the present process; false when so much time has passed first."""
        process = present()
        assert process is not None
        if self.has_happened:
            return True
        self._waiting = (process, process.turn + 1)
        process.kernel.pause(most_us)
        self._waiting = None
        return self.has_happened


class Kernel:
    """The world's time and its agenda."""

    def __init__(self) -> None:
        self.now_us = 0
        self.hub = getcurrent()
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._arranged = 0

    def after(self, delay_us: int, happens: Callable[[], object]) -> None:
        """Put something on the agenda."""
        self._arranged += 1
        heappush(self._agenda, (self.now_us + delay_us, self._arranged, happens))

    def start(
        self, name: str, host: Host, body: Callable[[], object], delay_us: int = 0
    ) -> Process:
        """Arrange for a process to begin."""
        process = Process(self, name, host, body)
        self.after(delay_us, lambda: self.resume(process, 0))
        return process

    def pause(self, delay_us: int) -> None:
        """Let the present process go on so much later, or when it is resumed."""
        process = present()
        assert process is not None
        process.turn += 1
        turn = process.turn
        self.after(delay_us, lambda: self.resume(process, turn))
        self.hub.switch()
        if process.killed:
            raise GreenletExit

    def resume(self, process: Process, turn: int) -> None:
        """Let a process go on from the wait with this number, unless that is over."""
        if process.turn == turn and not process.dead and not process.killed:
            process.switch()

    def kill(self, process: Process) -> None:
        """End a process where it stands."""
        process.killed = True
        if not process.dead:
            process.throw(GreenletExit)

    def run(self) -> None:
        """Go on until nothing is left to happen."""
        for _ in range(MOST_EVENTS):
            if not self._agenda:
                return
            self.now_us, _, happens = heappop(self._agenda)
            happens()
        raise LivelockError


def present() -> Process | None:
    """Return the process that runs; `None` while the world is furnished or judged."""
    found = getcurrent()
    return found if isinstance(found, Process) else None
