"""Every way that a read of Secrets Manager can fail, at every read, before every action.

A caller whose signature cannot be judged is told to come again. No such fault refuses a request
that the secret lets in, lets one in that it does not, or moves money twice.
"""

import json
import time
from dataclasses import dataclass
from functools import partial
from typing import Final

import pytest

from testing.clock import FakeClock
from testing.launching import PLAYER
from testing.world import build_tables
from tests.functional.faults.desks import Desk
from tests.functional.faults.flexsoft import FlexsoftSeat
from tests.functional.faults.scenes import (
    LONGEST_S,
    NOTHING_MOVED,
    SPREADS,
    Case,
    Sent,
    assert_proved,
    entry_of,
    is_right,
    money_of,
    scenarios,
)
from tests.functional.faults.seats import ACTIONS, seat_at
from tests.functional.faults.vault import STANDINGS, Standing, Vault
from tests.functional.faults.wire import GARBLED_VALUES, SECRET_READ, VERSION_GONE, Call, Plan
from tests.functional.flexsoft.partner import seal
from tests.simulation.dynamodb_model import DynamoDbModel

EVERY: Final = [(dialect, each) for dialect in ("flexsoft", "winupgo") for each in ACTIONS[dialect]]
#: Before these the secret stands in every way, before the others as in `USUAL`.
IN_EVERY_WAY: Final = {"win", "settle"}
USUAL: Final = [each for each in STANDINGS if each.name in ("cold", "staged")]
#: The answers by which Secrets Manager says that a label stands for no pair.
NO_PAIR: Final = (VERSION_GONE, *GARBLED_VALUES)
REFUSED: Final = (401, "invalid_signature")
#: All that fails first: the request is a new one then, until a read succeeds.
IN_TURN: Final = ("from then on", "once")


@dataclass
class Trial:
    """One request at a desk, sent again and again while the reads of its secret fail."""

    desk: Desk
    vault: Vault
    case: Case
    standing: Standing
    settled: Sent | None = None
    """The first right answer: every later one is a copy of it."""

    def __post_init__(self) -> None:
        self.before = self.moved()

    def moved(self) -> object:
        """Return what the request may change."""
        return entry_of(self.desk, self.case), money_of(self.desk, PLAYER)

    def send(self, plan: Plan | None = None) -> Sent:
        self.vault.stand(self.standing)
        self.vault.wire.watch(plan)
        started = self.desk.clock.monotonic()
        sent = self.case.send()
        assert self.desk.clock.monotonic() - started <= LONGEST_S, sent
        return sent

    def judge(self, label: str, sent: Sent, *, no_pair: bool = False) -> None:
        """Check that an answer is the right one, or one to come again after.

        It is a refusal only where Secrets Manager said that there is no pair for the signature.
        """
        if is_right(sent, self.case) and self.standing.own:
            self.settled = self.settled or sent
            assert sent.body == self.settled.body, label
            return
        if not (no_pair and (sent.status, sent.code) == REFUSED):
            assert sent.status == 503, (label, sent)
            assert sent.code in NOTHING_MOVED, (label, sent)
            assert json.loads(sent.body).get("retryable", True) is True, (label, sent)
        if self.settled is None:
            assert self.moved() == self.before, label


def desk_of() -> tuple[Desk, Vault]:
    """Return a desk whose secrets are in a vault, and the vault."""
    model, clock = DynamoDbModel(), FakeClock(time.time())
    vault = Vault(clock)
    return Desk(build_tables("secrets", model.client()), clock, model.client(), vault), vault


@pytest.mark.parametrize(("dialect", "action"), EVERY)
def test_a_secret_that_cannot_be_read_neither_refuses_nor_moves_anything_twice(
    dialect: str, action: str
) -> None:
    desk, vault = desk_of()
    seat = seat_at(dialect, desk)
    for standing in STANDINGS if action in IN_EVERY_WAY else USUAL:
        vault.stand(STANDINGS[0])
        trial = Trial(desk, vault, seat.arrange(action), standing)
        for spread in IN_TURN:
            for each in scenarios([Call(SECRET_READ)] * standing.reads):
                no_pair = each.fault in NO_PAIR or not standing.own
                judge = partial(trial.judge, f"{standing}, {spread}: {each}", no_pair=no_pair)
                judge(trial.send(SPREADS[spread](each.fault, each.hit)))
                if spread == "once":
                    # A copy that comes at once meets a keyring that does not look again yet.
                    judge(trial.case.send())
        assert_settled(trial)
    assert_proved(desk)


def assert_settled(trial: Trial) -> None:
    """Check what stands when the secret can be read again."""
    whole, case, label = trial.send(), trial.case, str(trial.standing)
    assert len(trial.vault.wire.calls) == trial.standing.reads, label
    if not trial.standing.own:
        assert (whole.status, whole.code) == REFUSED
        assert trial.moved() == trial.before
        return
    trial.judge(label, whole)
    assert is_right(whole, case), (label, whole)
    assert money_of(trial.desk, PLAYER) == (case.balance_minor, case.held_minor), label


@pytest.mark.parametrize("dialect", ["flexsoft", "winupgo"])
def test_a_key_that_nobody_has_reads_no_secret(dialect: str) -> None:
    desk, vault = desk_of()
    seat = seat_at(dialect, desk)
    vault.stand(STANDINGS[0])
    if isinstance(seat, FlexsoftSeat):
        reply = seat.partner.post("balance", b"{}", seal(b"{}", "pk_nobody"))
    else:
        seat.partner.key_id = "nobody"
        reply = seat.partner.authorize("k1")
    assert (reply.status, desk.notes.records[-1].outcome) == (401, "unauthorized")
    assert vault.wire.calls == []
