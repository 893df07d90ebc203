"""From the signed request to the ledger, through the deployed functions' own wiring.

The worker dies before and after each of its calls to AWS; deliveries are doubled and reordered.
"""

import json
from itertools import permutations
from typing import Any

import pytest

from casino.deliveries.store.items import delivery_key
from testing.crashes import Crashes, CrashingClient
from testing.hooks import load_function
from testing.world import World
from tests.functional.invo.house import CALLER, PLAYER, House, proxied
from tests.functional.ops.console import Console

#: How many calls to DynamoDB the worker makes at most for one delivery.
MOST_CALLS = 12


@pytest.fixture
def house(world: World) -> House:
    house = House(world)
    house.know()
    return house


def purchase(order_id: str = "ord_1", amount: str = "40.00", **changes: Any) -> dict[str, Any]:
    return CALLER.purchase(order_id, amount, **changes)


def test_a_purchase_that_arrives_twice_is_credited_once(house: House) -> None:
    for _ in range(2):
        assert house.receive("purchase.completed", "k1", **purchase()) == 200
        house.work("k1")
    assert house.balance == 5_000
    assert house.delivery("k1").state == "done"
    (entry,) = house.entries()
    assert (entry.kind, entry.integration) == ("purchase", "invo")


def test_nothing_moves_before_the_worker_acts(house: House) -> None:
    assert house.receive("purchase.completed", "k1", **purchase(), zipped=True) == 200
    assert (house.delivery("k1").state, house.balance) == ("received", 1_000)


def test_a_forged_delivery_is_refused_and_stored_nowhere(house: House) -> None:
    headers, body = CALLER.packed(
        CALLER.event("purchase.completed", purchase(), "k1"), 0, secrets=("x" * 32,), zipped=False
    )
    answer = load_function("invo")(proxied(headers, body), None)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["error"] in ("invalid_signature", "timestamp_out_of_range")
    assert house.inbox.get("invo", "k1") is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(MOST_CALLS))
def test_a_worker_that_dies_anywhere_moves_the_wallet_once(
    house: House, call: int, after: bool
) -> None:
    house.receive("purchase.refunded", "k2", order_id="ord_1", currency_debited="15.00")
    house.receive("purchase.completed", "k1", **purchase())
    house.work("k2")
    crashes = Crashes(at=call, after=after)
    house.work("k1", CrashingClient(house.world.client, crashes))
    crashes.at = None
    if house.delivery("k1").state == "received":
        due_now(house, "k1")
        house.work("k1")
    assert house.delivery("k1").state == "done"
    assert house.balance == 3_500
    assert [entry.kind for entry in house.entries()] == ["purchase", "reversal"]
    assert crashes.calls <= MOST_CALLS


def due_now(house: House, key: str) -> None:
    """Let a delivery whose try died be due, as it is a minute later."""
    world = house.world
    world.client.update_item(
        TableName=world.tables.deliveries,
        Key=delivery_key("invo", key),
        UpdateExpression="SET next_at = :now",
        ExpressionAttributeValues={":now": {"N": "0"}},
    )


def steps() -> dict[str, tuple[str, dict[str, Any]]]:
    back = {"order_id": "ord_1", "transaction_id": "t9"}
    return {
        "k1": ("purchase.completed", purchase()),
        "k2": ("purchase.refunded", back | {"currency_debited": "15.00"}),
        "k3": ("purchase.disputed", back | {"currency_debited": "25.00", "dispute_id": "dp_1"}),
        "k4": ("purchase.completed", purchase(channel="ios")),
    }


@pytest.mark.parametrize("order", list(permutations(("k1", "k2", "k3", "k4"))))
def test_any_order_of_doubled_deliveries_ends_alike(house: House, order: tuple[str, ...]) -> None:
    for _ in range(2):
        for key in order:
            kind, data = steps()[key]
            assert house.receive(kind, key, **data) == 200
            house.work(key)
    assert house.balance == 1_000
    kinds = [entry.kind for entry in house.entries()]
    assert kinds == ["purchase", "reversal", "reversal"]
    states = {house.delivery(key).state for key in order}
    assert states == {"done", "ignored"}


def test_an_unknown_player_waits_and_settles_after_somebody_names_the_player(world: World) -> None:
    house = House(world)
    house.receive("purchase.completed", "k1", **purchase())
    house.work("k1")
    assert (house.delivery("k1").state, house.balance) == ("unmatched", 1_000)
    ops, why = Console(world), ("--reason", "ticket 7")
    named = ("player", "identity", "set", PLAYER, "--integration", "invo")
    ops.json(*named, "--email", CALLER.player_email, *why)
    ops.json("delivery", "retry", "invo", "k1", *why)
    house.work("k1")
    assert (house.delivery("k1").state, house.balance) == ("done", 5_000)
    assert "example.org" not in ops.printed.lower()


def test_what_is_owed_is_on_the_record_and_rings(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.receive("purchase.completed", "k1", **purchase())
    house.work("k1")
    house.world.accounts.set_reserved(PLAYER, "EUR", 4_000)
    capsys.readouterr()
    house.receive("purchase.disputed", "k2", order_id="ord_1", currency_debited="40.00")
    house.work("k2")
    assert house.balance == 4_000
    assert '"PurchasesOwed":[1.0]' in capsys.readouterr().out
    told = Console(house.world).json("ledger", "explain", "reversal/ord_1/dispute/only")
    assert {account: str(amount) for account, amount in told["postings"].items()} == {
        "integration": "40.00",
        "owed": "-30.00",
        "player": "-10.00",
    }
    assert house.delivery("k2").reason == "40.00 EUR taken back, 30.00 of it owed"


def test_a_new_phone_re_keys_in_one_transaction_with_its_delivery(house: House) -> None:
    phone = {"previous_identity_id": "id_1", "identity_id": "id_2", "new_phone": "+49 170 1"}
    house.receive("player.phone_changed", "k1", **phone)
    house.work("k1")
    assert house.delivery("k1").state == "done"
    assert house.world.identities.named("invo", "id_1", None).by_id is None
    assert house.world.identities.named("invo", "id_2", None).by_id == PLAYER


def test_no_log_line_names_anybody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    unknown = {"player_email": "no@example.org", "identity_id": "id_7"}
    for key, changes in (("k1", {}), ("k2", unknown)):
        house.receive("purchase.completed", key, **purchase(f"ord_{key}", **changes))
        house.work(key)
    said = str([vars(record) for record in caplog.records]).lower()
    assert said.count("delivery acted on") >= 2
    assert "example.org" not in said
