"""Runs the tests once, notes which reach what, then forks a process for each mutant.

A child plays the tests that reach its function, the quickest first, and ends at the first failure.
It is bounded in CPU time, in time and in memory; a mutant that meets a bound counts as killed.
"""

import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from types import CodeType
from typing import Final, Literal

import pytest

from tests.mutation.mutants import Mutant, Place, apply, function_of

type Outcome = Literal["killed", "capped", "survived"]

MEMORY_BYTES: Final = 4 * 1024**3
#: Beside this much CPU time a child gets five times what its tests took of the unchanged code.
LEAST_CPU_S: Final = 10
#: For what waits for ever and takes no CPU time.
LONGEST_S: Final = 900

_EXITS: Final[dict[int, Outcome]] = {0: "survived", 1: "killed"}
_TOOL: Final = sys.monitoring.COVERAGE_ID


class Campaign:
    """A plugin that replaces pytest's loop over the tests; `outcomes` grows mutant by mutant.

    `tell` is called at once with each mutant that survives.
    """

    def __init__(
        self, mutants: Sequence[Mutant], jobs: int, tell: Callable[[Mutant], None]
    ) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self._tell = tell
        self.outcomes: dict[Mutant, Outcome] = {}
        self._codes = {function_of(each.place).__code__: each.place for each in mutants}
        self._reached: set[Place] = set()
        self._spent_s: dict[str, float] = defaultdict(float)
        self._child = False
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test takes; in a child its first failure is the mutant's end."""
        if report.failed and self._child:
            os._exit(1)
        self._failed |= report.failed
        self._spent_s[report.nodeid] += report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Play the unchanged code, then each mutant, then the unchanged code as the mutants."""
        reaching = self._map(session.items)
        if self._failed:
            raise session.Failed("the tests fail without any mutant")
        running: dict[int, Mutant | None] = {}
        for mutant in self._mutants:
            if len(running) >= self._jobs:
                self._wait(running)
            if items := reaching.get(mutant.place):
                running[self._fork(mutant, items)] = mutant
            else:
                self._end(mutant, "survived")
        while running:
            self._wait(running)
        if self._wait({self._fork(None, self._quickest_first(session.items)): None}) != "survived":
            raise session.Failed("the tests fail after a while, or in another order")
        return True

    def _map(self, items: Sequence[pytest.Item]) -> dict[Place, list[pytest.Item]]:
        """Return which tests reach a function, the quickest first."""
        monitoring, starts = sys.monitoring, sys.monitoring.events.PY_START
        monitoring.use_tool_id(_TOOL, "mutants")
        monitoring.register_callback(_TOOL, starts, self._note)
        for code in self._codes:
            monitoring.set_local_events(_TOOL, code, starts)
        reaching = defaultdict(list)
        for item in _played(items):
            for place in self._reached:
                reaching[place].append(item)
            self._reached = set()
            monitoring.restart_events()
        monitoring.free_tool_id(_TOOL)
        return {place: self._quickest_first(found) for place, found in reaching.items()}

    def _note(self, code: CodeType, offset: int) -> object:
        self._reached.add(self._codes[code])
        return sys.monitoring.DISABLE

    def _quickest_first(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        return sorted(items, key=lambda item: self._spent_s[item.nodeid])

    def _fork(self, mutant: Mutant | None, items: Sequence[pytest.Item]) -> int:
        """Start the process of a mutant, or of the unchanged code; returns its id."""
        pid = os.fork()
        if pid:
            return pid
        try:
            self._child = True
            _bound(LEAST_CPU_S + int(5 * sum(self._spent_s[item.nodeid] for item in items)))
            items[0].config.pluginmanager.unregister(name="terminalreporter")
            if mutant is not None:
                apply(mutant)
            for _ in _played(items):
                pass
            os._exit(0)
        finally:
            os._exit(2)

    def _wait(self, running: dict[int, Mutant | None]) -> Outcome:
        """Wait for any process; note and return what became of its mutant."""
        pid, status = os.wait()
        outcome: Outcome = "capped"
        if os.WIFEXITED(status):
            outcome = _EXITS[os.WEXITSTATUS(status)]  # anything else is a fault of this module
        if (mutant := running.pop(pid)) is not None:
            self._end(mutant, outcome)
        return outcome

    def _end(self, mutant: Mutant, outcome: Outcome) -> None:
        self.outcomes[mutant] = outcome
        if outcome == "survived":
            self._tell(mutant)


def _played(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Play tests one after the other; yield each when it is over."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        yield item


def _bound(cpu_s: int) -> None:
    """Bound this process, and turn its output off."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.alarm(LONGEST_S)
