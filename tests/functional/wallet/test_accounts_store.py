"""What operators do to players and wallets, on DynamoDB as moto emulates it."""

from itertools import islice

import pytest

from casino.base.errors import BusyError
from casino.base.money import EXPONENTS
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.chain import genesis_hash
from casino.wallet.decide import decide
from casino.wallet.decision import Posting, Refusal
from casino.wallet.record import commit_for
from testing.arranged import ArrangedAccounts
from testing.world import SANDBOX, World
from tests.functional.wallet.interrupted import (
    AT,
    Wire,
    add_player,
    bet,
    cancelled,
    failing,
)


@pytest.fixture
def wire(world: World) -> Wire:
    return Wire(world.client)


def test_a_new_wallet_is_empty_and_follows_its_own_genesis(world: World) -> None:
    add_player(world)
    world.accounts.add_wallet("ann", "EUR")
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert (wallet.balance_minor, wallet.reserved_minor, wallet.seq, wallet.version) == (0, 0, 0, 0)
    assert wallet.head_hash == genesis_hash("ann", "EUR")
    assert not wallet.blocked


def test_a_wallet_and_a_player_that_exist_are_left_as_they_are(world: World) -> None:
    world.player("ann")
    before = world.accounts.wallet("ann", "EUR")
    add_player(world, blocked=True)
    world.accounts.add_wallet("ann", "EUR")
    assert world.accounts.wallet("ann", "EUR") == before
    player = world.accounts.player("ann")
    assert player is not None
    assert not player.blocked


def test_a_wallet_needs_its_player(world: World) -> None:
    with pytest.raises(LookupError):
        world.accounts.add_wallet("nobody", "EUR")
    assert world.accounts.wallet("nobody", "EUR") is None


def test_the_wallet_of_a_blocked_player_is_blocked_from_the_start(world: World) -> None:
    add_player(world)
    world.accounts.set_blocked("ann", True)
    world.accounts.add_wallet("ann", "EUR")
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert wallet.blocked


def test_blocking_changes_every_wallet_and_moves_its_version(world: World) -> None:
    world.player("ann", "EUR")
    world.player("ann", "USD")
    world.player("bob", "EUR")
    versions = {wallet.currency: wallet.version for wallet in world.accounts.wallets("ann")}
    world.accounts.set_blocked("ann", True)
    changed = list(world.accounts.wallets("ann"))
    assert {wallet.currency: wallet.version - 1 for wallet in changed} == versions
    assert all(wallet.blocked for wallet in changed)
    bob = world.accounts.wallet("bob", "EUR")
    assert bob is not None
    assert not bob.blocked
    world.accounts.set_blocked("ann", False)
    assert not any(wallet.blocked for wallet in world.accounts.wallets("ann"))


def test_blocking_an_unknown_player_creates_none(world: World) -> None:
    with pytest.raises(LookupError):
        world.accounts.set_blocked("nobody", True)
    assert world.accounts.player("nobody") is None


def test_a_bet_decided_before_the_block_is_not_applied_after(world: World) -> None:
    request = bet("ann", world.player("ann"))
    snapshot = world.ledger.load(request)
    decision = decide(snapshot, request, SANDBOX.wallet, 0)
    assert isinstance(decision, Posting)
    world.accounts.set_blocked("ann", True)
    commit = commit_for(snapshot, request, decision, AT, Igsp())
    overtaken = world.ledger.commit(commit, snapshot)
    assert overtaken is not None
    again = decide(overtaken, request, SANDBOX.wallet, 0)
    assert isinstance(again, Refusal)
    assert again.code == "player_blocked"


def test_a_wallet_created_while_its_player_is_blocked_is_blocked_too(
    world: World, wire: Wire
) -> None:
    add_player(world)
    # The wallets were listed, there were none; now one comes before the block is written.
    wire.before["transact_write_items"] = lambda: world.accounts.add_wallet("ann", "EUR")
    quick(wire, world).set_blocked("ann", True)
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert wallet.blocked


def test_a_player_blocked_while_a_wallet_is_created_has_no_unblocked_wallet(
    world: World, wire: Wire
) -> None:
    add_player(world)
    wire.before["transact_write_items"] = lambda: world.accounts.set_blocked("ann", True)
    quick(wire, world).add_wallet("ann", "EUR")
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert wallet.blocked


def test_blocking_wins_against_a_wallet_that_is_busy(world: World, wire: Wire) -> None:
    world.player("ann")
    wire.before["transact_write_items"] = failing(cancelled("None", "TransactionConflict"))
    quick(wire, world).set_blocked("ann", True)
    wallet = world.accounts.wallet("ann", "EUR")
    assert wallet is not None
    assert wallet.blocked
    assert wire.calls["transact_write_items"] == 2


def test_a_wallet_that_stays_busy_is_given_up_in_the_end(world: World, wire: Wire) -> None:
    world.player("ann")
    pauses: list[float] = []

    def conflict() -> None:
        wire.before["transact_write_items"] = conflict
        raise cancelled("None", "TransactionConflict")

    wire.before["transact_write_items"] = conflict
    accounts = ArrangedAccounts(wire, world.tables, sleep=pauses.append)
    with pytest.raises(BusyError):
        accounts.set_blocked("ann", True)
    assert len(pauses) == wire.calls["transact_write_items"]
    assert max(pauses) <= 0.2


def test_a_player_with_more_wallets_than_a_transaction_holds_is_blocked_in_all(
    world: World,
) -> None:
    add_player(world)
    for currency in islice(EXPONENTS, 120):
        world.accounts.add_wallet("ann", currency)
    world.accounts.set_blocked("ann", True)
    wallets = list(world.accounts.wallets("ann"))
    assert len(wallets) == 120
    assert all(wallet.blocked and wallet.version == 1 for wallet in wallets)


def test_a_balance_is_read_in_one_round_trip(world: World, wire: Wire) -> None:
    session_id = world.player("ann")
    accounts = ArrangedAccounts(wire, world.tables)
    player, wallet, session = accounts.balance("ann", "EUR", session_id)
    assert player is not None
    assert wallet == world.accounts.wallet("ann", "EUR")
    assert session == world.sessions.get(session_id)
    assert accounts.balance("bob", "EUR", None) == (None, None, None)
    assert wire.calls == {"batch_get_item": 2}


def quick(wire: Wire, world: World) -> ArrangedAccounts:
    return ArrangedAccounts(wire, world.tables, sleep=lambda seconds: None)
