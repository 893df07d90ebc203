"""Runs scenarios side by side, as far as they need different players."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from certify.dialects import Dialect
from certify.load import lag, load
from certify.model import Result, Scenario, Seat, now
from certify.play import Chair, Play, Rules
from certify.transport import Line

#: Instead of a trait: every player without one.
EVERYBODY: Final = "all"
#: Verbs of the kit that send many requests.
_MEASURES: Final = {"load": load, "lag": lag}


@dataclass
class Run:
    """What was run where, and what came of it."""

    id: str
    started: str
    ended: str = ""
    results: list[Result] = field(default_factory=list)

    def failed(self, severity: str) -> list[Result]:
        return [r for r in self.results if (r.verdict, r.scenario.severity) == ("failed", severity)]


class Chairs:
    """The players by trait; a scenario has those that it takes for itself alone."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._free = [Chair(seat) for seat in seats]
        self._all = tuple(self._free)
        self._changed = threading.Condition()

    def missing(self, scenario: Scenario) -> str:
        """Return the trait of which there are too few players."""
        for trait in scenario.seats:
            wanted = "normal" if trait == EVERYBODY else trait
            there = sum(chair.seat.trait == wanted for chair in self._all)
            if there < scenario.seats.count(trait):
                return wanted
        return ""

    @contextmanager
    def taken(self, scenario: Scenario) -> Iterator[list[Chair]]:
        """Wait for the scenario's players, and give them back afterwards."""
        with self._changed:
            self._changed.wait_for(lambda: self._pick(scenario) is not None)
            chairs = self._pick(scenario) or []
            self._free = [chair for chair in self._free if not _holds(chairs, chair)]
        try:
            yield chairs
        finally:
            with self._changed:
                self._free += chairs
                self._changed.notify_all()

    def _pick(self, scenario: Scenario) -> list[Chair] | None:
        if scenario.seats == (EVERYBODY,):
            normal = [chair for chair in self._all if chair.seat.trait == "normal"]
            return normal if all(_holds(self._free, chair) for chair in normal) else None
        picked: list[Chair] = []
        for trait in scenario.seats:
            fitting = (c for c in self._free if c.seat.trait == trait and not _holds(picked, c))
            chair = next(fitting, None)
            if chair is None:
                return None
            picked.append(chair)
        return picked


def _played(play: Play) -> Result:
    """Play a scenario; one that asks for what there is not is told as failed, with its words."""
    try:
        return play.play()
    except (KeyError, IndexError, AttributeError) as error:
        for chair in play.chairs:
            chair.balance = None  # to be read anew
        play.result.verdict = "failed"
        play.result.faults.append(f"the scenario cannot be played: {error!r}")
        return play.result


def _holds(chairs: Sequence[Chair], chair: Chair) -> bool:
    return any(other is chair for other in chairs)


def run(
    scenarios: Sequence[Scenario], dialect: Dialect, line: Line, seats: Sequence[Seat],
    rules: Rules, done: Callable[[Result], None] = lambda _: None, parallel: int = 1,
) -> Run:  # fmt: skip
    """Play the scenarios, and call `done` after each; the results keep their order."""
    chairs = Chairs(seats)
    made = Run(f"c{datetime.now(UTC):%m%d%H%M%S}{secrets.token_hex(3)}", now())

    def one(scenario: Scenario) -> Result:
        lacking = chairs.missing(scenario)
        unset = [name for name in scenario.needs if name not in rules.given]
        if lacking or unset:
            why = f"needs a player more with the trait `{lacking}`" if lacking else ""
            why = why or f"needs the setting `{unset[0]}`"
            result = Result(scenario, "skipped", observed=why)
        else:
            with chairs.taken(scenario) as mine:
                result = _played(Play(scenario, dialect, line, mine, made.id, rules, _MEASURES))
        done(result)
        return result

    together = [s for s in scenarios if s.seats != (EVERYBODY,)]
    with ThreadPoolExecutor(max(parallel, 1)) as pool:
        played = {r.scenario.id: r for r in pool.map(one, together)}
    played |= {s.id: one(s) for s in scenarios if s.seats == (EVERYBODY,)}
    made.results = [played[scenario.id] for scenario in scenarios]
    made.ended = now()
    return made
