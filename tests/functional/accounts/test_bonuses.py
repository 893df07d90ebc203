"""Bonus money over the casino's own API: granted, wagered, shown, taken back, ended, audited."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from casino.audit.model import AuditRecord
from casino.base.times import iso_utc
from casino.wiring.bonuses import bonus_ends_handler
from testing.back_office import BackOffice
from testing.clock import FakeClock
from testing.hooks import Caller
from testing.play import Play
from testing.world import World

type Audit = Callable[[], list[AuditRecord]]
BONUSES = "/players/ann/wallets/EUR/bonuses"
#: Long enough for a run to need no other.
CONTEXT = SimpleNamespace(invoked_function_arn="arn", get_remaining_time_in_millis=lambda: 300_000)


@pytest.fixture
def play(world: World, hook: Caller, office: BackOffice) -> Play:
    """Give ann EUR 10.00 and a session."""
    assert office.move("deposits", 10, "pay-1").status == 200
    return Play(world, hook, player_id="ann", session_id=world.session("ann"))


def grant(office: BackOffice, grant_id: str = "welcome-1", **more: Any) -> Any:
    """Grant EUR 20.00 that is to be staked twice, bonus money first, within an hour."""
    body = {
        "grant_id": grant_id,
        "amount": 20,
        "times": 2,
        "expires_at": iso_utc(time.time() + 3600),
        "order": "bonus_first",
    }
    return office.post(BONUSES, **(body | more))


def end(
    world: World, event: Mapping[str, Any] = MappingProxyType({}), later_s: float = 0
) -> dict[str, object]:
    clock = FakeClock(time.time() + later_s)
    return bonus_ends_handler(world.environment, world.client, clock)(event, CONTEXT)


def shown(office: BackOffice) -> dict[str, Any]:
    told = office.get(BONUSES)
    assert told.status == 200, told.body
    return told.json


def test_a_grant_is_made_once_played_first_and_paid_to_nobody_before_it_is_wagered(
    office: BackOffice, play: Play, audit: Audit
) -> None:
    until = iso_utc(time.time() + 3600)
    first = grant(office, expires_at=until)
    assert (first.status, first.json["kind"], first.json["spendable"]) == (
        200,
        "bonus_grant",
        "10.00",
    )
    again = grant(office, expires_at=until)
    assert (again.body, again.is_replay) == (first.body, True)
    assert grant(office, expires_at=until, amount=21).error == "transaction_mismatch"
    assert grant(office, "welcome-2").error == "bonus_active"
    assert play.cash() == 30
    assert play.bet("5.00", round_id="r1").balance == 25
    assert office.move("withdrawals", 11).error == "insufficient_funds"
    active = shown(office)["active"]
    assert {name: active[name] for name in ("status", "balance", "wagered", "required")} == {
        "status": "active",
        "balance": "15.00",
        "wagered": "5.00",
        "required": "40.00",
    }
    granted = [record for record in audit() if record.what == "bonus_grant"]
    assert len(granted) == 1
    assert granted[0].who.endswith("cashier/till-1")


def test_what_is_wagered_becomes_cash_by_the_event_or_else_by_the_schedule(
    world: World, office: BackOffice, play: Play
) -> None:
    for number, event in enumerate(
        ({"detail": {"player_id": "ann", "payload": {"wagered": {"currency": "EUR"}}}}, {}), 1
    ):
        grant(office, f"welcome-{number}", times=1)
        play.bet("20.00", round_id=f"r{number}")
        play.win("20.00", round_id=f"r{number}")
        assert shown(office)["active"]["status"] == "met"
        assert office.move("withdrawals", 11).error == "insufficient_funds"
        assert "converted" in str(end(world, event))
        assert "converted" not in str(end(world, event))
        assert office.move("withdrawals", 20).status == 200
    told = shown(office)
    assert told["active"] is None
    assert [(each["grant_id"], each["ended_by"], each["moved"]) for each in told["ended"]] == [
        ("welcome-2", "wagered", "20.00"),
        ("welcome-1", "wagered", "20.00"),
    ]


def test_past_its_deadline_the_money_goes_back_to_the_house(
    world: World, office: BackOffice, play: Play
) -> None:
    grant(office)
    assert end(world, later_s=3599) == {"handed_over": False}
    assert end(world, later_s=3601) == {"forfeited": 1, "handed_over": False}
    (ended,) = shown(office)["ended"]
    assert (ended["status"], ended["ended_by"], ended["moved"]) == ("forfeited", "expired", "20.00")
    assert end(world, later_s=3601) == {"handed_over": False}
    assert play.cash() == 10


def test_a_grant_is_taken_back_once(office: BackOffice, play: Play, audit: Audit) -> None:
    grant(office)
    first = office.post(f"{BONUSES}/welcome-1/forfeit")
    again = office.post(f"{BONUSES}/welcome-1/forfeit")
    assert (first.json["kind"], first.json["amount"]) == ("bonus_forfeiture", "20.00")
    assert (again.body, again.is_replay) == (first.body, True)
    assert play.cash() == 10
    assert office.post(f"{BONUSES}/welcome-2/forfeit").error == "bonus_not_found"
    assert office.post(f"{BONUSES}/a%20b/forfeit").error == "bonus_not_found"
    assert [record.what for record in audit()][-1] == "bonus_forfeiture"
    assert shown(office)["ended"][0]["ended_by"] == "revoked"


@pytest.mark.parametrize("taken", ["bonus/grant/welcome-1", "bonus/end/welcome-1"])
def test_no_deposit_takes_the_id_of_a_grant_or_of_its_end(
    office: BackOffice, play: Play, taken: str
) -> None:
    assert office.move("deposits", 1, taken).error == "invalid_request"
    assert office.move("withdrawals", 1, taken).error == "invalid_request"
    assert grant(office).status == 200
    assert office.post(f"{BONUSES}/welcome-1/forfeit").status == 200
    assert play.cash() == 10


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": 0}, "invalid_request"),
        ({"amount": -1}, "invalid_request"),
        ({"amount": "5"}, "invalid_request"),
        ({"amount": 0.001}, "amount_precision"),
        ({"times": 0}, "invalid_request"),
        ({"times": 1001}, "invalid_request"),
        ({"expires_at": "tomorrow"}, "invalid_request"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "invalid_request"),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, "bonus_over"),
        ({"expires_at": "2027-01-01T00:00:00"}, "invalid_request"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "bonus_over"),
        ({"order": "any"}, "invalid_request"),
        ({"max_bet": 0}, "invalid_request"),
        ({"contributions": {"live": 101}}, "invalid_request"),
        ({"contributions": {"": 10}}, "invalid_request"),
        ({"contributions": {"\ud800": 10}}, "malformed_json"),
        ({"contributions": {f"{n:032}": 10 for n in range(6)}}, "invalid_request"),
        ({"grant_id": "a/b"}, "invalid_request"),
        ({"grant_id": "a" * 41}, "invalid_request"),
    ],
)
def test_what_is_no_grant_is_refused_and_changes_nothing(
    office: BackOffice, audit: Audit, change: dict[str, Any], error: str
) -> None:
    before = audit()
    assert grant(office, **change).error == error
    assert (audit(), shown(office)["active"]) == (before, None)


def test_nobody_gets_bonus_money_who_has_no_wallet(office: BackOffice) -> None:
    body = {"grant_id": "g", "amount": 1, "times": 1, "expires_at": "2096-01-01T00:00:00Z"}
    for path, error in (
        ("/players/bob/wallets/EUR/bonuses", "player_not_found"),
        ("/players/ann/wallets/USD/bonuses", "wallet_not_found"),
        ("/players/ann/wallets/XXX/bonuses", "unsupported_currency"),
    ):
        assert office.post(path, **body).error == office.get(path).error == error
    assert office.get(f"{BONUSES}?kind=bet").error == "invalid_request"


def test_wins_of_free_rounds_are_wagered_where_their_grant_says_so(
    world: World, office: BackOffice, play: Play
) -> None:
    grant(office, "free-1", amount=0, times=3, pays="bonus")
    play.bet("1.00", type="freespin", round_id="f1")
    play.win("4.00", type="freespin", round_id="f1")
    active = shown(office)["active"]
    assert (active["pays"], active["balance"], active["required"]) == ("bonus", "4.00", "12.00")
    assert (play.cash(), office.move("withdrawals", 11).error) == (
        Decimal("14.00"),
        "insufficient_funds",
    )
