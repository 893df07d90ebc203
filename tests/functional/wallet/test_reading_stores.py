"""Batch reads, sessions, the registry and the history, on DynamoDB as moto emulates it."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from casino.aws.attributes import flag, text
from casino.aws.dynamodb import batch_get, get, transact
from casino.base.clock import SystemClock
from casino.base.errors import OutcomeUnknownError, UnavailableError
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import Integration, Off
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.items import integration_item, registry_key
from casino.integrations.store.registry import DynamoDbRegistry
from casino.sessions.store.sessions import DynamoDbSessions
from casino.wallet.model import Entry, Round, Tombstone
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wiring.hooks import wallet_service
from testing.arranged import ARRANGED
from testing.integrations import an_integration, with_terms
from testing.world import SANDBOX, World
from tests.functional.wallet.interrupted import Wire, add_player, bet, cancelled, failing, refused


@pytest.fixture
def wire(world: World) -> Wire:
    return Wire(world.client)


# Reading many items at once


def test_a_batch_read_takes_a_key_twice_and_leaves_out_what_is_missing(world: World) -> None:
    add_player(world)
    keys = [{"player_id": text(name)} for name in ("ann", "ann", "nobody")]
    found = batch_get(world.client, {world.tables.players: keys, world.tables.wallets: []})
    assert [item["player_id"] for item in found[world.tables.players]] == [text("ann")]
    assert found[world.tables.wallets] == []


class ForgetfulClient:
    """Leaves the last key of every batch unprocessed, `times` times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked: list[dict[str, Any]] = []

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        wanted = request["RequestItems"]["t"]
        self.asked.append(wanted)
        keys = wanted["Keys"]
        if self.times == 0:
            return {"Responses": {"t": keys}, "UnprocessedKeys": {}}
        self.times -= 1
        rest = {"t": {**wanted, "Keys": keys[-1:]}}
        return {"Responses": {"t": keys[:-1]}, "UnprocessedKeys": rest}


def test_unprocessed_keys_of_a_batch_are_asked_for_again_consistently() -> None:
    keys = [{"id": text("1")}, {"id": text("2")}]
    client: Any = ForgetfulClient(2)
    assert batch_get(client, {"t": keys})["t"] == keys
    assert [len(asked["Keys"]) for asked in client.asked] == [2, 1, 1]
    assert all(asked["ConsistentRead"] for asked in client.asked)


def test_a_batch_that_stays_unprocessed_is_unavailable_and_never_partial() -> None:
    client: Any = ForgetfulClient(3)
    with pytest.raises(UnavailableError):
        batch_get(client, {"t": [{"id": text("1")}]})
    assert len(client.asked) == 3


@pytest.mark.parametrize(
    "error", [refused("InternalServerError", 500), ReadTimeoutError(endpoint_url="x")]
)
def test_a_read_that_fails_twice_is_unavailable_with_its_cause(
    world: World, wire: Wire, error: Exception
) -> None:
    def fail_and_again() -> None:
        wire.before["batch_get_item"] = failing(error)
        raise error

    wire.before["batch_get_item"] = fail_and_again
    with pytest.raises(UnavailableError) as caught:
        DynamoDbAccounts(wire, world.tables).balance("ann", "EUR", None)
    assert caught.value.__cause__ is error


def test_a_read_on_a_dead_connection_is_made_again(world: World, wire: Wire) -> None:
    add_player(world)
    wire.before["batch_get_item"] = failing(ConnectionClosedError(endpoint_url="x"))
    player, _, _ = DynamoDbAccounts(wire, world.tables).balance("ann", "EUR", None)
    assert player is not None
    assert wire.calls["batch_get_item"] == 2


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refused("AccessDeniedException", 400), UnavailableError),
        (refused("InternalServerError", 500), OutcomeUnknownError),
        (ConnectTimeoutError(endpoint_url="x"), UnavailableError),
        (ReadTimeoutError(endpoint_url="x"), OutcomeUnknownError),
        (cancelled("None", "ThrottlingError"), UnavailableError),
    ],
)
def test_a_failed_write_is_refused_only_when_nothing_can_have_moved(
    world: World, wire: Wire, error: Exception, meaning: type[Exception]
) -> None:
    wire.before["transact_write_items"] = failing(error)
    with pytest.raises(meaning):
        transact(wire, [])


# Sessions


def test_a_sessions_id_is_given_once(world: World) -> None:
    session = world.sessions.get(world.player("ann"))
    assert session is not None
    assert not world.sessions.add(replace(session, player_id="bob"))
    assert world.sessions.get(session.session_id) == session


def test_a_session_whose_reply_was_lost_is_found_to_be_created(world: World) -> None:
    session = world.sessions.get(world.player("ann"))
    assert session is not None
    assert world.sessions.add(session)


def test_a_sessions_status_changes_and_nothing_else(world: World) -> None:
    session = world.sessions.get(world.player("ann"))
    assert session is not None
    assert world.sessions.set_status(session.session_id, "suspended")
    assert world.sessions.get(session.session_id) == replace(session, status="suspended")


def test_an_unknown_session_is_not_created_by_its_status(world: World) -> None:
    assert not world.sessions.set_status("none", "closed")
    assert DynamoDbSessions(world.client, world.tables).get("none") is None


def test_a_closed_session_never_opens_again(world: World) -> None:
    session_id = world.player("ann")
    assert world.sessions.set_status(session_id, "closed")
    assert not world.sessions.set_status(session_id, "active")
    assert world.sessions.set_status(session_id, "closed")


# The registry


def test_an_integration_is_found_by_each_of_its_keys(world: World) -> None:
    acme = an_integration(
        "acme",
        currencies=("EUR", "JPY"),
        allowed_cidrs=("192.0.2.0/24",),
        refund_unknown_bet="accept",
    )
    world.registry.put(acme, ("key-1", "key-2"))
    assert world.by_api_key("key-1") == world.by_api_key("key-2") == acme
    assert world.registry.get("acme") == acme
    assert sorted(world.registry.names()) == ["acme", "sandbox"]


def test_an_unknown_key_or_name_is_nobodys(world: World) -> None:
    assert world.by_api_key("none") is None
    assert world.registry.get("none") is None
    assert world.registry.in_force("none") is None


@pytest.mark.parametrize(
    ("switch", "term"), [("bets_enabled", "bets_off"), ("sessions_enabled", "launches_off")]
)
def test_a_switch_that_says_no_more_than_off_holds_for_all_and_for_one(
    world: World, switch: str, term: str
) -> None:
    """So earlier versions stored it, and so they go on reading it."""
    world.registry.put(SANDBOX, ("key",))
    item = {**registry_key("switch", "all"), switch: flag(False)}
    world.client.put_item(TableName=world.tables.registry, Item=item)
    off = with_terms(SANDBOX, **{term: Off()})
    assert world.by_api_key("key") == off
    assert world.registry.get("sandbox") == SANDBOX
    item[switch] = flag(True)
    world.client.put_item(TableName=world.tables.registry, Item=item)
    assert world.by_api_key("key") == SANDBOX
    own = {**integration_item(SANDBOX), switch: flag(False)}
    world.client.put_item(TableName=world.tables.registry, Item=own)
    assert world.by_api_key("key") == off
    assert world.registry.change("sandbox", lambda _: SANDBOX, ARRANGED)
    assert world.by_api_key("key") == SANDBOX
    told = with_terms(SANDBOX, **{term: Off(1, 2**40, "why", "who")})
    assert world.registry.change("sandbox", lambda _: told, ARRANGED)
    assert world.by_api_key("key") == told
    stored = get(world.client, world.tables.registry, registry_key("integration", "sandbox"))
    assert stored is not None
    assert stored[switch] == flag(False)


def test_a_switch_that_an_earlier_version_turned_on_is_turned_off_again(world: World) -> None:
    """It turned the flag, and left what stands beside it."""
    told, anew = (with_terms(SANDBOX, bets_off=Off(at, 2**40, "why", "who")) for at in (1, 2))
    left = {**integration_item(told), "bets_enabled": flag(True)}
    world.client.put_item(TableName=world.tables.registry, Item=left)
    assert world.registry.change("sandbox", lambda _: anew, ARRANGED)
    assert world.registry.get("sandbox") == anew


def test_a_key_of_another_integration_cannot_be_taken(world: World) -> None:
    world.registry.put(Integration("acme", "igsp", "secret"), ("key",))
    with pytest.raises(ValueError, match="another integration"):
        world.registry.put(Integration("thief", "igsp", "secret"), ("own", "key"))
    assert world.registry.get("thief") is None
    assert world.by_api_key("own") is None
    found = world.by_api_key("key")
    assert found is not None
    assert found.name == "acme"


def test_a_key_is_looked_up_in_two_round_trips(world: World, wire: Wire) -> None:
    world.registry.put(SANDBOX, ("key",))
    stored = DynamoDbRegistry(wire, world.tables)
    assert CachedRegistry(stored, SystemClock()).by_api_key("key") is not None
    assert wire.calls == {"query": 1, "batch_get_item": 1}


# The ledger as people read it


def test_a_wallets_entries_come_in_order_with_refusals_where_they_were_decided(
    world: World,
) -> None:
    session_id = world.player("ann")
    service = wallet_service(world.client, world.tables, Igsp())
    for number in range(130):
        amount_minor = 1_00 if number % 10 else 1_000_000_00
        service.transact(bet("ann", session_id, number, amount_minor), SANDBOX.wallet)
    world.player("bob")
    entries = list(world.history.of_wallet("ann", "EUR"))
    assert len(entries) == 131
    assert {entry.player_id for entry in entries} == {"ann"}
    applied = [entry.seq for entry in entries if entry.record == "applied"]
    assert applied == list(range(1, 119))
    order = [entry.transaction_id for entry in entries if entry.record == "refused"]
    assert order == [f"bet-{number}" for number in range(0, 130, 10)]
    for before, entry in pairwise(entries):
        if entry.record == "refused":
            assert entry.seq == before.seq


def test_an_entry_that_only_the_index_has_is_left_out(world: World, wire: Wire) -> None:
    session_id = world.player("ann")
    wallet_service(world.client, world.tables, Igsp()).transact(
        bet("ann", session_id), SANDBOX.wallet
    )
    key = {"id": text("sandbox#tx#bet-1")}
    wire.before["batch_get_item"] = lambda: world.client.delete_item(
        TableName=world.tables.ledger, Key=key
    )
    history = type(world.history)(wire, world.tables)
    assert [entry.kind for entry in history.of_wallet("ann", "EUR")] == ["deposit"]


def test_everything_holds_entries_tombstones_and_void_markers(world: World) -> None:
    session_id = world.player("ann")
    service = wallet_service(world.client, world.tables, Igsp())
    stake = bet("ann", session_id)
    undo = replace(
        *(stake,),
        kind="refund",
        transaction_id="refund-1",
        bet_transaction_id="bet-1",
        round_id=None,
    )
    service.transact(stake, SANDBOX.wallet)
    service.transact(undo, SANDBOX.wallet)
    unknown = replace(undo, transaction_id="refund-2", bet_transaction_id="bet-2")
    service.transact(unknown, SANDBOX.wallet)
    kinds = Counter(type(record).__name__ for record in world.history.everything())
    assert kinds == {"Entry": 4, "VoidMarker": 1, "Tombstone": 1}
    assert isinstance(world.history.find("sandbox", "bet-1"), Entry)
    assert isinstance(world.history.find("sandbox", "bet-2"), Tombstone)
    assert world.history.find("other", "bet-1") is None
    void = world.history.void("sandbox", "bet-1")
    assert void is not None
    assert void.refund_transaction_id == "refund-1"
    assert world.history.void("sandbox", "bet-2") is None
    (round_,) = world.history.rounds()
    assert isinstance(round_, Round)
    assert (round_.player_id, round_.round_id, round_.bets, round_.refunds) == (
        *("ann", "round-1"),
        *(1, 1),
    )
