"""Whatever a cashier does in whatever order, copies in between: every cent is where it belongs.

The API plays against a reference of a few lines, over the model of DynamoDB.
"""

import os
from decimal import Decimal
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casino.wallet.proof.verify import Verifier
from casino.wiring.accounts import accounts_endpoint
from casino.wiring.settings import load_settings
from testing.back_office import ApiReply, BackOffice
from testing.world import build_tables
from tests.simulation.dynamodb_model import DynamoDbModel

EXAMPLES: Final = int(os.environ.get("CASHIERS", "8"))
WALLET = "/players/ann/wallets/EUR"
AMOUNTS = st.sampled_from([1, 50, 100, 250])


class Cashier(RuleBasedStateMachine):
    """One wallet, its reservations by their ids, and everything that was asked with its answer."""

    @initialize()
    def open(self) -> None:
        self.world = build_tables("cashier", DynamoDbModel().client())
        endpoint = accounts_endpoint(self.world.client, load_settings(self.world.environment))
        self.office = BackOffice(endpoint.handle)
        assert self.office.post("/players", player_id="ann", currencies=["EUR"]).status == 201
        self.balance, self.held = 0, dict[str, int]()
        self.ended: list[tuple[str, int]] = []
        self.asked: list[tuple[str, dict[str, Any], ApiReply]] = []
        self.deposit(500)

    @property
    def spendable(self) -> int:
        return self.balance - sum(self.held.values())

    def post(self, path: str, **body: Any) -> ApiReply:
        answer = self.office.post(f"{WALLET}/{path}", f"k-{len(self.asked)}", **body)
        assert not answer.is_replay
        self.asked.append((path, body, answer))
        return answer

    @rule(minor=AMOUNTS)
    def pay_in(self, minor: int) -> None:
        self.deposit(minor)

    def deposit(self, minor: int) -> None:
        assert self.post("deposits", amount=minor / 100).status == 200
        self.balance += minor

    @rule(minor=AMOUNTS)
    def withdraw(self, minor: int) -> None:
        answer = self.post("withdrawals", amount=minor / 100)
        if minor > self.spendable:
            assert answer.error == "insufficient_funds"
        else:
            self.balance -= minor
            assert answer.status == 200
            assert Decimal(answer.json["spendable"]) * 100 == self.spendable

    @rule(minor=AMOUNTS)
    def reserve(self, minor: int) -> None:
        answer = self.post("reservations", amount=minor / 100)
        if minor > self.spendable:
            assert answer.error == "insufficient_funds"
        else:
            self.held[answer.json["reservation_id"]] = minor

    @precondition(lambda self: self.held or self.ended)
    @rule(data=st.data(), pays=st.booleans())
    def end(self, data: st.DataObject, pays: bool) -> None:
        """Pay a reservation out or release it, one that is over as well."""
        name, minor = data.draw(st.sampled_from([*self.held.items(), *self.ended]))
        if pays:
            answer = self.post("withdrawals", amount=minor / 100, reservation_id=name)
        else:
            answer = self.post(f"reservations/{name}/release")
        if name not in self.held:
            assert answer.error == "reservation_over"
            return
        assert answer.status == 200
        self.balance -= self.held[name] if pays else 0
        self.ended.append((name, self.held.pop(name)))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send a copy of any earlier request: it gets the same bytes."""
        number = data.draw(st.integers(0, len(self.asked) - 1))
        path, body, first = self.asked[number]
        if first.status == 409:
            return  # an answer about a reservation is not kept under a withdrawal's key
        answer = self.office.post(f"{WALLET}/{path}", f"k-{number}", **body)
        assert (answer.status, answer.body, answer.is_replay) == (first.status, first.body, True)

    @invariant()
    def wallet_agrees(self) -> None:
        wallet = self.world.accounts.wallet("ann", "EUR")
        assert wallet is not None
        reserved = sum(self.held.values())
        assert (wallet.balance_minor, wallet.reserved_minor) == (self.balance, reserved)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert Verifier(self.world.history).everything().faults == ()


def test_a_cashier_loses_no_cent_in_any_order() -> None:
    some = settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(Cashier, settings=some)
