"""One seed, one history: it is played in acts, each of which ends with a quiet moment."""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.choices import Choices, Options
from tests.simulation.house import House
from tests.simulation.judge import Judge, Violation
from tests.simulation.kernel import LivelockError
from tests.simulation.machine import reseed, simulated
from tests.simulation.messages import Message
from tests.simulation.operators import Operator
from tests.simulation.partners import Provider
from tests.simulation.reference import CACHE_US
from tests.simulation.rounds import Round

_MOST_ROUNDS: Final = 6
_MOST_OPERATORS: Final = 3
# Calm is what does not take place: so a history shrinks.
_PLAYED: Final = Options((2, False), (3, True))
_DONE: Final = Options((2, False), (1, True))
_ACTS: Final = Options((3, 1), (1, 2))
_AGAIN: Final = Options((3, False), (1, True))


@dataclass(frozen=True)
class Run:
    """What became of a seed: its history in words, and what it violates."""

    seed: int
    history: tuple[str, ...]
    violations: tuple[Violation, ...]
    drawn: Mapping[str, Any]
    """What the seed decided other than calmly, by place."""
    requests: int
    faults: int
    """How many calls to AWS met a fault."""
    steps: int
    """How many of the history's lines say what was done to the wallet, and not what it answered."""

    @property
    def checks(self) -> frozenset[str]:
        """Return the names of the checks that failed."""
        return frozenset(each.check for each in self.violations)


def simulate(seed: int, calm: Iterable[str] = (), forced: Mapping[str, Any] | None = None) -> Run:
    """Play the history of a seed and judge it; see `Choices` for `calm` and `forced`."""
    choices = Choices(seed, calm, forced)
    with simulated():
        reseed(0)
        house = House(choices)
        reseed(seed)
        provider = Provider(house)
        judge = Judge(house, provider)
        try:
            with house.wired():
                _play(house, provider, judge)
        except LivelockError:
            judge.fails("the world comes to rest", "it goes on and on")
        except Exception as error:  # noqa: BLE001 - what nobody can read is a finding, too
            last = traceback.extract_tb(error.__traceback__)[-1]
            judge.fails("everything can be read", f"{error!r} in {last.name}, line {last.lineno}")
    return Run(
        seed,
        tuple(house.words),
        tuple(judge.violations),
        choices.drawn,
        len(provider.attempts),
        house.wire.faults,
        house.steps,
    )


def _play(house: House, provider: Provider, judge: Judge) -> None:
    pick = house.choices.pick
    acts = pick("acts", _ACTS)
    for act in range(acts):
        for number in range(act + 1, _MOST_ROUNDS + 1, acts):
            if pick(f"round {number} is played", _PLAYED):
                Round(provider, number).start()
        for number in range(act + 1, _MOST_OPERATORS + 1, acts):
            if pick(f"operator {number} acts", _DONE):
                Operator(provider, number).start()
        house.kernel.run()
        judge.judge()
    house.wire.is_calm = house.lambdas.is_calm = True
    provider.start("settling", lambda: _settle(provider, judge))
    house.kernel.run()
    judge.judge()


def _settle(provider: Provider, judge: Judge) -> None:
    """Without faults, decide at the first try what is open; some of the rest is sent again.

    By then no environment trusts what it knew of an integration that was switched off.
    """
    provider.house.kernel.pause(CACHE_US + SETTLED_US)
    messages: dict[str, tuple[Message, bool]] = {}
    for attempt in provider.attempts:
        _, decided = messages.get(attempt.message.name, (None, False))
        messages[attempt.message.name] = attempt.message, decided or attempt.is_definitive
    for name, (message, decided) in messages.items():
        if decided and not provider.house.choices.pick(f"{name} again", _AGAIN):
            continue
        attempt = provider.send(message, f"{name} settling")
        came = attempt.response.wait(SETTLED_US)
        provider.house.tell(f"{attempt.name}: answered {attempt.status}", step=False)
        if not came or not attempt.is_definitive:
            words = f"{attempt.name}: {attempt.status}"
            judge.fails("without faults every request is decided within its time", words)


#: What a request may take without faults, in microseconds: as long as providers wait at most.
SETTLED_US: Final = 3_000_000
