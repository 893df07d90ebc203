"""The write units of the hot path, read from DynamoDB's own answer.

MiniStack meters transactions by the size of what they write, as DynamoDB does, but says nothing
of batch reads: those are counted in tests/functional/test_budget.py.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from casino.aws.lean.clients import dynamodb_client
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import Transaction
from casino.wallet.service import Result
from casino.wiring.hooks import wallet_service
from testing.world import SANDBOX, World, build_tables


@dataclass
class Meter:
    """Asks for the capacity of every transaction, and adds up the answers by table or index."""

    client: Any = field(default_factory=dynamodb_client)
    units: Counter[str] = field(default_factory=Counter)

    def batch_get_item(self, **request: Any) -> Any:
        return self.client.batch_get_item(**request)

    def transact_write_items(self, **request: Any) -> Any:
        answer = self.client.transact_write_items(**request, ReturnConsumedCapacity="INDEXES")
        for consumed in answer["ConsumedCapacity"]:
            table = consumed["TableName"].rsplit("-", 1)[-1]
            # The table alone: MiniStack counts the indexes in `CapacityUnits` only.
            self.units[table] += consumed["WriteCapacityUnits"]
            for name, index in consumed.get("GlobalSecondaryIndexes", {}).items():
                self.units[name] += index["WriteCapacityUnits"]
        return answer


@dataclass
class Metered:
    """A player whose transactions are metered, with ids of 36 characters everywhere."""

    world: World
    meter: Meter = field(default_factory=Meter)
    player_id: str = field(default_factory=lambda: str(uuid4()))
    round_id: str = field(default_factory=lambda: str(uuid4()))
    session_id: str = ""

    def __post_init__(self) -> None:
        self.session_id = self.world.player(self.player_id, amount="98765432.10")
        self._wallet = wallet_service(self.meter, self.world.tables, Igsp())

    def request(self, kind: Any, **more: Any) -> Transaction:
        fields: dict[str, Any] = {
            "type": kind,
            "amount_minor": 1_234_567,
            "round_id": self.round_id if kind in ("bet", "win") else None,
            **more,
        }
        return Transaction(
            integration=SANDBOX.name,
            transaction_id=str(uuid4()),
            kind=kind,
            player_id=self.player_id,
            currency="EUR",
            game_id=str(uuid4()),
            session_id=self.session_id,
            trace_id=str(uuid4()),
            **fields,
        )

    def send(self, request: Transaction) -> Result:
        """Send, with the meter at zero."""
        self.meter.units.clear()
        return self._wallet.transact(request, SANDBOX.wallet)


@pytest.fixture
def player(aws: dict[str, str]) -> Metered:
    return Metered(build_tables(f"budget-{uuid4().hex}"))


@pytest.mark.parametrize("kind", ["bet", "tip", "freespin", "win", "jackpot"])
def test_a_bet_or_win_in_a_round_costs_six_write_units_and_one_for_the_index(
    player: Metered, kind: str
) -> None:
    action = "bet" if kind in ("bet", "tip", "freespin") else "win"
    assert player.send(player.request(action, type=kind)).code == "ok"
    in_a_new_round = dict(player.meter.units)
    assert player.send(player.request(action, type=kind, finished=True)).code == "ok"
    in_a_known_round = dict(player.meter.units)
    expected = {"LedgerTable": 2, "WalletsTable": 2, "RoundsTable": 2, "by_wallet": 1}
    assert in_a_new_round == in_a_known_round == expected


def test_a_bet_without_a_round_costs_four_write_units_and_one_for_the_index(
    player: Metered,
) -> None:
    assert player.send(player.request("bet", round_id=None)).code == "ok"
    assert player.meter.units == {"LedgerTable": 2, "WalletsTable": 2, "by_wallet": 1}


def test_a_refund_costs_ten_write_units_and_one_for_the_index(player: Metered) -> None:
    bet = player.request("bet")
    player.send(bet)
    refund = player.request("refund", type="bet", bet_transaction_id=bet.transaction_id)
    assert player.send(refund).code == "ok"
    # The entry, the void marker and the check that the bet stands are all in the ledger.
    expected = {"LedgerTable": 6, "WalletsTable": 2, "RoundsTable": 2, "by_wallet": 1}
    assert player.meter.units == expected


def test_a_recorded_refusal_costs_two_write_units_and_one_for_the_index(player: Metered) -> None:
    refused = player.send(player.request("bet", amount_minor=10**12))
    assert refused.code == "insufficient_funds"
    assert player.meter.units == {"LedgerTable": 2, "by_wallet": 1}


def test_a_replay_writes_nothing(player: Metered) -> None:
    bet = player.request("bet")
    player.send(bet)
    assert player.send(bet).replay
    assert not player.meter.units
