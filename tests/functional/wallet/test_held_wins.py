"""Wins above their integration's limits: credited, held back from play, released once."""

from collections.abc import Callable
from typing import Any

import pytest

from casino.accounts.held_wins import HeldWins, Released
from casino.accounts.reservations import Reservations
from casino.accounts.store.reservations import DynamoDbReservations
from casino.audit.model import Who
from casino.base.clock import SystemClock
from casino.base.errors import AdminError
from casino.integrations.model import WinLimits
from casino.wallet.explain import LedgerReader
from casino.wallet.model import Wallet
from casino.wallet.store.releases import DynamoDbReleases
from casino.wiring.players import player_admin
from testing.clock import FakeClock
from testing.crashes import CrashError, Crashes, CrashingClient
from testing.events import check_told
from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import World

WHO = Who("arn:aws:iam::000000000000:user/ann", "the round was looked at")


@pytest.fixture(autouse=True)
def limited(play: Play) -> None:
    play.world.configure(win_limits=(("EUR", WinLimits(100_00)),))


def wallet(play: Play) -> Wallet:
    found = play.world.accounts.wallet("player-912", "EUR")
    assert found is not None
    return found


def money(play: Play) -> tuple[int, int, int]:
    found = wallet(play)
    return found.balance_minor, found.reserved_minor, found.held_wins_minor


def held_wins(world: World, client: Any = None) -> HeldWins:
    reader = LedgerReader(
        *(world.history, world.accounts, lambda: ["sandbox"], world.sessions.get),
        replays=lambda *_: 0,
        named=lambda name: (),
    )
    releases = DynamoDbReleases(client or world.client, world.tables, lambda _: None)
    return HeldWins(reader.find, world.history, releases, FakeClock(1_767_225_601))


def release(world: World, client: Any = None, transaction_id: str = "win-1") -> Released:
    return held_wins(world, client).release(transaction_id, None, who=WHO)


def assert_sound(world: World) -> None:
    check_told(world)
    verifier = world.verifier
    assert verifier.everything().faults == ()
    assert verifier.wallet("player-912", "EUR").faults == ()


def test_a4_a_win_above_the_limit_is_answered_as_success_and_not_spendable(play: Play) -> None:
    reply = play.win("1000000000.00", type="prize", transaction_id="win-1")
    assert (reply.status, str(reply.balance)) == (200, "1000.00")
    assert money(play) == (1_000_001_000_00, 1_000_000_000_00, 1_000_000_000_00)
    assert play.bet("1000.01").error == "insufficient_funds"
    assert play.bet("1000.00").status == 200
    again = play.hook(play.sent[0])
    assert (again.replayed, again.text) == (True, reply.text)
    assert play.win("100.00").balance == 100, "as large as the limit"
    assert_sound(play.world)


def test_a4_a_leaked_pair_mints_nothing_that_can_be_spent(play: Play) -> None:
    play.world.sessions.set_status(play.session_id, "closed")
    for number in range(3):
        fields = {"type": "prize", "transaction_id": f"mint-{number}"}
        assert play.win("10000000000.00", **fields).status == 200
    assert play.cash() == 1000
    assert_sound(play.world)


def test_a4_wins_are_held_while_the_exposure_is_exceeded_and_refunds_are_not(play: Play) -> None:
    bet = play.bet("10.00", transaction_id="bet-1", round_id="r1")
    assert bet.balance == 990
    play.world.configure(exceeded_until=(("EUR", 2_000_000_000),))
    play.hook = Caller(load_function("hooks"))  # another environment: nothing is remembered
    assert play.win("5.00", round_id="r1", transaction_id="win-1").balance == 990
    assert play.refund("10.00", "bet-1").balance == 1000
    assert play.win(0, round_id="r1").status == 200
    assert money(play) == (100_500, 500, 500)
    assert_sound(play.world)


def test_a4_a_release_makes_the_win_spendable_once(play: Play) -> None:
    play.win("250.00", transaction_id="win-1")
    play.win("300.00", transaction_id="win-2")
    made = release(play.world)
    assert (made.repeat, made.release.reason) == (False, WHO.reason)
    assert money(play) == (1_550_00, 300_00, 300_00)
    again = release(play.world)
    assert (again.repeat, again.release) == (True, made.release)
    assert money(play) == (1_550_00, 300_00, 300_00)
    assert play.cash() == 1250
    assert_sound(play.world)


def test_a4_a_release_that_dies_anywhere_is_settled_by_the_next(play: Play) -> None:
    play.win("250.00", transaction_id="win-1")
    crashes, died = Crashes(), 0
    client = CrashingClient(play.world.client, crashes)
    for after in (False, True):
        for at in range(2):
            crashes.at, crashes.after, crashes.calls = at, after, 0
            try:
                release(play.world, client)
            except CrashError:
                died += 1
    assert died
    crashes.at = None
    release(play.world)
    assert money(play) == (1_250_00, 0, 0)
    assert_sound(play.world)


def test_a4_only_a_held_win_is_released_and_with_a_reason(play: Play) -> None:
    play.win("1.00", transaction_id="win-1")
    play.bet("1.00", transaction_id="bet-1")
    for transaction_id, code in {"win-1": "win_not_held", "bet-1": "win_not_held"}.items():
        with pytest.raises(AdminError) as caught:
            release(play.world, transaction_id=transaction_id)
        assert caught.value.code == code
    play.win("101.00", transaction_id="win-2")
    with pytest.raises(AdminError) as caught:
        held_wins(play.world).release("win-2", None, who=Who("ann"))
    assert caught.value.code == "reason_missing"
    assert wallet(play).held_wins_minor == 101_00


def test_a4_no_reservation_and_no_withdrawal_frees_a_held_win(play: Play) -> None:
    play.win("250.00", transaction_id="win-1")
    world, who = play.world, Who("ann", "a test")
    players = player_admin(world.client, world.tables, SystemClock())
    reservations = Reservations(DynamoDbReservations(world.client, world.tables), players)
    wallet_of = ("player-912", "EUR")
    reservations.reserve(*wallet_of, 1, "res-1", who=who)
    reservations.release(*wallet_of, "res-1", who=who)
    assert wallet(play).reserved_minor == 250_00
    with pytest.raises(AdminError):
        reservations.reserve(*wallet_of, 1_000_01, "res-2", who=who)
    reservations.reserve(*wallet_of, 100_00, "res-3", who=who)
    assert play.cash() == 900
    release(play.world)
    assert money(play) == (1_250_00, 100_00, 0)
    assert_sound(play.world)


def spoil(play: Play, update: str, **values: int) -> None:
    play.world.client.update_item(
        TableName=play.world.tables.wallets,
        Key={"player_id": {"S": "player-912"}, "currency": {"S": "EUR"}},
        UpdateExpression=update,
        ExpressionAttributeValues={f":{name}": {"N": str(n)} for name, n in values.items()},
    )


#: What somebody does to the tables → the fault that names it.
TAMPERED: dict[str, tuple[str, Callable[[Play], Any]]] = {
    "the held funds are let go": (
        "held_sum",
        lambda play: spoil(play, "SET held_wins = :none, reserved = :none", none=0),
    ),
    "more is held than reserved": (
        "wallet_overdrawn",
        lambda play: spoil(play, "SET reserved = :none", none=0),
    ),
    "the release is taken away": (
        "held_sum",
        lambda play: (release(play.world), _without_marker(play.world)),
    ),
    "a release of a win that was never held": (
        "release_without_win",
        lambda play: (release(play.world), _renamed_marker(play.world)),
    ),
}


def _without_marker(world: World) -> dict[str, Any]:
    key = {"id": {"S": "sandbox#release#win-1"}}
    gone = world.client.delete_item(TableName=world.tables.ledger, Key=key, ReturnValues="ALL_OLD")
    item: dict[str, Any] = gone["Attributes"]
    return item


def _renamed_marker(world: World) -> dict[str, Any]:
    item = _without_marker(world) | {"id": {"S": "sandbox#release#win-0"}}
    world.client.put_item(TableName=world.tables.ledger, Item=item)
    return item


@pytest.mark.parametrize(("fault", "tamper"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a4_tampering_with_held_wins_is_found(
    play: Play, fault: str, tamper: Callable[[Play], Any]
) -> None:
    play.win("250.00", transaction_id="win-1")
    tamper(play)
    faults = play.world.verifier.everything().faults
    assert fault in {each.code for each in faults}
