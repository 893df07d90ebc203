"""One seed, one history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.choices import Choices, Options
from tests.simulation.house import House
from tests.simulation.judge import Judge, Violation
from tests.simulation.machine import reseed, simulated
from tests.simulation.partners import Provider, Round

_ROUNDS: Final = Options((3, 3), (3, 4), (2, 5), (1, 2))
MOST_ROUNDS: Final = 5
_PLAYED: Final = Options((1, True))
"""A round takes place unless it is forced not to: so a history shrinks."""


@dataclass(frozen=True)
class Run:
    """What became of a seed: its history in words, and what it violates."""

    seed: int
    history: tuple[str, ...]
    violations: tuple[Violation, ...]
    drawn: Mapping[str, Any]
    """What the seed decided other than calmly, by place."""
    requests: int


def simulate(seed: int, calm: Iterable[str] = (), forced: Mapping[str, Any] | None = None) -> Run:
    """Play the history of a seed and judge it; see `Choices` for `calm` and `forced`."""
    choices = Choices(seed, calm, forced)
    with simulated():
        reseed(0)
        house = House(choices)
        reseed(seed)
        with house.wired():
            provider = Provider(house)
            for number in range(1, 1 + choices.pick("rounds", _ROUNDS)):
                if choices.pick(f"round {number}", _PLAYED):
                    Round(provider, number).start()
            house.kernel.run()
            judge = Judge(house, provider.attempts)
            judge.judge()
    return Run(
        seed, tuple(house.words), tuple(judge.violations), choices.drawn, len(provider.attempts)
    )
