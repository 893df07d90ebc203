"""Limits and exclusions over the casino's own API: set, met, confirmed, checked, audited."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.audit.model import AuditRecord, Who
from testing.back_office import BackOffice
from testing.clock import FakeClock
from testing.hooks import Caller
from testing.play import Play
from testing.world import World

type Audit = Callable[[], list[AuditRecord]]
LIMITS = "/players/ann/limits"


@pytest.fixture
def play(world: World, hook: Caller, office: BackOffice) -> Play:
    """Give ann EUR 100.00 and a session."""
    assert office.move("deposits", 100, "pay-1").status == 200
    return Play(world, hook, player_id="ann", session_id=world.session("ann"))


def test_a_limit_is_set_met_and_shown_with_what_is_left(
    office: BackOffice, play: Play, audit: Audit
) -> None:
    told = office.put(LIMITS, currency="EUR", limits={"loss_day": 10, "time_day": 120})
    assert (told.status, told.json["waiting"]) == (200, [])
    play.bet("7.50")
    assert play.bet("2.51").error == "rg_loss_limit"
    (wallet,) = office.get(LIMITS).json["wallets"]
    rows = {row.pop("limit"): row for row in wallet["limits"]}
    assert rows == {
        "loss_day": {"value": "10.00", "used": "7.50", "left": "2.50"},
        "time_day": {"value": 120, "used": 0, "left": 120},
    }
    last = audit()[-1]
    assert (last.what, last.detail, last.new) == (
        "set limits",
        "EUR",
        "loss_day=1000 time_day=7200",
    )
    assert last.who.endswith("cashier/till-1")


def test_a_looser_limit_waits_and_the_same_request_changes_nothing(office: BackOffice) -> None:
    office.put(LIMITS, currency="EUR", limits={"loss_day": 10})
    first = office.put(LIMITS, currency="EUR", limits={"loss_day": None})
    again = office.put(LIMITS, currency="EUR", limits={"loss_day": None})
    assert first.json["waiting"][0]["value"] is None
    assert again.body == first.body
    early = office.post(f"{LIMITS}/confirmations", currency="EUR")
    assert (early.status, early.error) == (409, "too_early")


def test_nothing_waits_nothing_is_confirmed(office: BackOffice) -> None:
    told = office.post(f"{LIMITS}/confirmations", currency="EUR")
    assert (told.status, told.error) == (409, "nothing_to_confirm")


def test_a_confirmation_whose_answer_was_lost_is_answered_again_under_its_key(
    world: World, office: BackOffice
) -> None:
    long_ago = FakeClock(time.time() - 2 * 86_400)
    limits = replace(world.limits, clock=long_ago)
    for value in (1_000, 2_000):
        limits.set("ann", "EUR", {"loss_day": value}, who=Who("arn", "a test"))
    first, again = (office.post(f"{LIMITS}/confirmations", "c-1", currency="EUR") for _ in range(2))
    assert (first.status, first.json["limits"][0]["value"]) == (200, "20.00")
    assert (again.body, again.is_replay) == (first.body, True)
    other = office.post(f"{LIMITS}/confirmations", "c-2", currency="EUR")
    assert other.error == "nothing_to_confirm"


def test_an_exclusion_is_lengthened_and_never_shortened(office: BackOffice, play: Play) -> None:
    long, short = "2096-01-01T00:00:00Z", "2095-12-31T23:59:59Z"
    for until in (short, long, long):
        told = office.post("/players/ann/exclusions", exclusion="self_exclusion", until=until)
        assert told.status == 200
    assert told.json["until"] == "2096-01-01T00:00:00.000Z"
    for until in (short, "2020-01-01T00:00:00Z"):
        told = office.post("/players/ann/exclusions", exclusion="self_exclusion", until=until)
        assert told.error in ("exclusion_stands", "invalid_request")
    assert play.bet("1.00").error == "rg_self_excluded"
    assert office.get(LIMITS).json["self_exclusion"] == "2096-01-01T00:00:00.000Z"


def test_a_check_says_what_a_bet_would_meet_and_places_none(
    office: BackOffice, play: Play, world: World
) -> None:
    def check(**fields: object) -> dict[str, object]:
        body = {"player_id": "ann", "currency": "EUR", "amount": 5} | fields
        told = office.ask("POST", "/rg/check", body)
        assert told.status == 200, told.body
        return told.json

    assert check() == {"allowed": True, "code": None, "detail": None}
    office.put(LIMITS, currency="EUR", limits={"stake": 4, "time_session": 0})
    assert check()["code"] == "rg_stake_limit"
    assert check(amount=4)["allowed"] is True
    assert check(amount=4, session_id=play.session_id)["code"] == "rg_time_limit"
    office.post("/players/ann/block")
    assert check()["code"] == "player_blocked"
    assert play.cash() == 100


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"limits": {"loss": 1}}, "invalid_request"),
        ({"limits": {"loss_day": -1}}, "invalid_request"),
        ({"limits": {"loss_day": "1"}}, "invalid_request"),
        ({"limits": {"time_day": 1.5}}, "invalid_request"),
        ({"limits": {}}, "invalid_request"),
        ({"limits": {"stake": 0.001}}, "amount_precision"),
        ({"currency": "XXX"}, "unsupported_currency"),
        ({"currency": "USD"}, "wallet_not_found"),
    ],
)
def test_what_is_no_limit_is_refused(
    office: BackOffice, change: dict[str, object], error: str, audit: Audit
) -> None:
    before = audit()
    told = office.put(LIMITS, **{"currency": "EUR", "limits": {"stake": 1}} | change)
    assert told.error == error
    assert audit() == before


def test_nobody_is_protected_who_does_not_exist(office: BackOffice) -> None:
    for told in (
        office.get("/players/bob/limits"),
        office.put("/players/bob/limits", currency="EUR", limits={"stake": 1}),
        office.post("/players/bob/exclusions", exclusion="cool_off", until=None),
        office.ask("POST", "/rg/check", {"player_id": "bob", "currency": "EUR", "amount": 1}),
    ):
        assert (told.status, told.error) == (404, "player_not_found")
