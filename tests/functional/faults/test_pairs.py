"""Two faults in one request, or in it and its copy: nothing is doubled, lost or misreported.

The first fault hits any call of an action; the second any call that comes after it, in the same
request or in the one that is sent again. Of all these pairs PAIRS of each action are played, drawn
by PAIRS_SEED; `make pairs` plays every one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest

from testing.world import build_tables
from tests.functional.faults.scenes import (
    assert_proved,
    is_right,
    money_of,
    send_faulty,
    settle,
)
from tests.functional.faults.seats import seat_of
from tests.functional.faults.wire import Call, Fault, faults_of
from tests.simulation.dynamodb_model import DynamoDbModel

PAIRS: Final = int(os.environ.get("PAIRS", "25"))
"""How many pairs of each action are played; 0: all."""
SEED: Final = int(os.environ.get("PAIRS_SEED", "1"))
"""Draws them, and for each whether what is on its way arrives before the request is sent again."""
_LEAST_MINOR: Final = 50_000

ACTIONS: Final = [
    ("igsp", "bet"),
    ("igsp", "win"),
    ("igsp", "refund"),
    ("flexsoft", "bet"),
    ("flexsoft", "win"),
    ("flexsoft", "rollback"),
    ("winupgo", "hold"),
    ("winupgo", "settle"),
    ("winupgo", "rollback"),
]


@dataclass
class Faults:
    """A plan over a request and its copies: which fault hits which call, by number."""

    at: Mapping[int, Fault]
    calls: list[Call] = field(default_factory=list)

    def __call__(self, number: int, call: Call) -> Fault | None:
        fault = self.at.get(len(self.calls))
        self.calls.append(call)
        return fault if fault is not None and fault.can_hit(call) else None

    @property
    def are_over(self) -> bool:
        return len(self.calls) > max(self.at, default=-1)


@dataclass
class Player:
    """Plays faults in the requests of one action."""

    seat: Any
    action: str

    def pairs(self) -> list[tuple[int, Fault, int, Fault]]:
        """Return every first fault and call with every second one that can come after it."""
        found = []
        alone = self.calls({}, times=1)
        for first, call in enumerate(alone):
            for fault in faults_of(call):
                after = list(enumerate(self.calls({first: fault}, times=2)))[first + 1 :]
                found += [
                    (first, fault, second, other) for second, at in after for other in faults_of(at)
                ]
        return found

    def calls(
        self, hits: dict[int, Fault], times: int = 1, *, lands_between: bool = True
    ) -> list[Call]:
        """Send until the faults are over, and at least so often; return the calls until then."""
        desk, faults = self.seat.desk, Faults(hits)
        if self.seat.minor < _LEAST_MINOR:
            desk.world.deposit(self.seat.player_id, "EUR", "1000.00")
            self.seat.minor += 100_000
        case = self.seat.arrange(self.action)
        label = f"{self.action}: { {number: f'{fault}' for number, fault in hits.items()} }"
        sent, sends = send_faulty(desk, case, faults, label), 1
        while sends < times or not faults.are_over:
            if lands_between:
                desk.wire.deliver()
            desk.wire.watch(faults)
            sent, sends = case.send(), sends + 1
            assert is_right(sent, case) or sent.status == 503, (label, sent)
        settle(desk, case, sent, label, lands_first=lands_between)
        assert money_of(desk, self.seat.player_id) == (case.balance_minor, case.held_minor), label
        return faults.calls


@pytest.mark.parametrize(("dialect", "action"), ACTIONS)
def test_two_faults_never_double_lose_or_misreport_an_action(dialect: str, action: str) -> None:
    model = DynamoDbModel()
    world = build_tables("pairs", model.client())
    player = Player(seat_of(dialect, world, model.client()), action)
    pairs = player.pairs()
    assert len(pairs) > 1_000, len(pairs)
    chance = Random(f"{SEED} {dialect} {action}")
    for first, fault, second, other in chance.sample(pairs, PAIRS or len(pairs)):
        player.calls({first: fault, second: other}, lands_between=chance.random() < 0.5)
    assert_proved(player.seat.desk)
