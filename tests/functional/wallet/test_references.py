"""The index of our references and trace ids, from the ledger's stream to the answer."""

from typing import Any

import pytest

from casino.wallet.model import platform_transaction_id
from casino.wallet.references import OF_ONE_TRACE, ReferenceStream
from casino.wallet.store.references import DynamoDbReferences
from testing.clock import FakeClock
from testing.play import Play
from testing.world import World


def a_record(name: str, trace_id: str, **more: Any) -> dict[str, Any]:
    image = {"id": {"S": f"sandbox#tx#{name}"}, "trace_id": {"S": trace_id}} | more
    return {"eventName": "INSERT", "dynamodb": {"NewImage": image}}


def tell(world: World, *records: dict[str, Any]) -> None:
    ReferenceStream(world.references).handle({"Records": list(records)}, None)


def test_an_entry_is_named_by_our_reference_and_its_trace_however_often_it_is_told(
    world: World,
) -> None:
    for _ in range(2):
        tell(world, a_record("bet#1", "t-1"), a_record("bet#1", "t-1"), a_record("bet-2", "t-1"))
    assert world.references.entries("t-1") == [("sandbox", "bet#1"), ("sandbox", "bet-2")]
    reference = platform_transaction_id("sandbox", "bet#1")
    assert world.references.entries(reference) == [("sandbox", "bet#1")]
    assert world.references.entries("bet#1") == []


def test_what_is_no_entry_has_no_name_and_stops_no_batch(world: World) -> None:
    nothing = {"eventName": "REMOVE", "dynamodb": {}}
    tell(
        world,
        *(nothing, a_record("bet-1", ""), a_record("t-2", "t-2")),
        a_record("void", "t-3", id={"S": "sandbox#void#bet-1"}),
        {"dynamodb": {"NewImage": {"id": {"S": "sandbox#tx#stone"}}}},
        {"dynamodb": {"NewImage": {"id": {"S": "nonsense"}, "trace_id": {"S": "t-4"}}}},
        a_record("bet-3", "t-5"),
    )
    for name in ("", "t-2", "t-3", "t-4"):
        assert name == "" or world.references.entries(name) == []
    assert world.references.entries("t-5") == [("sandbox", "bet-3")]


def test_one_trace_id_in_all_that_somebody_sends_fills_no_partition(world: World) -> None:
    tell(world, *(a_record(f"bet-{number}", "t-1") for number in range(100)))
    assert len(world.references.entries("t-1")) == OF_ONE_TRACE
    last = platform_transaction_id("sandbox", "bet-99")
    assert world.references.entries(last) == [("sandbox", "bet-99")]


def test_no_trace_id_buries_what_our_reference_stands_for(world: World) -> None:
    reference = platform_transaction_id("sandbox", "bet-z")
    for number in range(30):
        tell(world, a_record(f"bet-{number}", reference))
    tell(world, a_record("bet-z", "t-1"))
    assert world.references.entries(reference) == [("sandbox", "bet-z")]


def test_refusals_and_the_platforms_own_movements_are_named_too(world: World, play: Play) -> None:
    refused = play.bet("5000.00")
    world.index()
    entry = refused.headers["X-Trace-Id"]
    assert [owner for owner, _ in world.references.entries(entry)] == ["sandbox"]
    assert [owner for owner, _ in world.references.entries("test")] == ["platform"]


class Forgetful:
    """Leaves the last item of the first `times` writes unprocessed, as a busy table does."""

    def __init__(self, client: Any, times: int) -> None:
        self.client, self.times = client, times

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        ((table, items),) = RequestItems.items()
        assert 0 < len(items) <= 25
        if self.times == 0 or len(items) == 1:
            self.times = max(0, self.times - 1)
            return dict(self.client.batch_write_item(RequestItems=RequestItems))
        self.times -= 1
        self.client.batch_write_item(RequestItems={table: items[:-1]})
        return {"UnprocessedItems": {table: items[-1:]}}


@pytest.mark.parametrize("times", [0, 1, 3])
def test_what_a_busy_table_leaves_is_written_again(world: World, times: int) -> None:
    client: Any = Forgetful(world.client, times)
    store = DynamoDbReferences(client, world.tables.references, FakeClock(), lambda _: None)
    store.add((f"name-{number}", ("sandbox", "bet-1")) for number in range(60))
    assert all(world.references.entries(f"name-{number}") for number in range(60))
