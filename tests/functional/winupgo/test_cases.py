"""Every row of the table in docs/winupgo.md, as WinUpGo sees it."""

from typing import Any

import pytest

from casino.integrations.model import Off
from testing.hooks import Reply
from tests.functional.winupgo.partner import Partner


def said(reply: Reply) -> tuple[int, str]:
    return reply.status, str(reply.json.get("code") or reply.json["status"])


def test_a_hold_a_settlement_and_a_rollback_answer_as_the_guide_shows(partner: Partner) -> None:
    held, settled = partner.authorize("k1"), partner.settle("k2")
    assert set(held.json) == {"status", "hold_id"}
    assert set(settled.json) == {"status", "settlement_id"}
    assert (said(held), said(settled)) == ((200, "authorized"), (200, "credited"))
    assert partner.money == (100_250, 0)
    partner.authorize("k3", bet_id="b2")
    assert partner.money == (100_000, 250)
    back = partner.roll_back("k4", bet_id="b2")
    assert (said(back), set(back.json)) == ((200, "rolled_back"), {"status", "rollback_id"})
    assert partner.money == (100_250, 0)
    assert partner.faults == set()


@pytest.mark.parametrize("send", ["authorize", "settle", "roll_back"])
def test_the_same_key_and_content_get_the_same_bytes(partner: Partner, send: str) -> None:
    if send != "authorize":
        partner.authorize("k0")
    first = getattr(partner, send)("k1")
    money = partner.money
    copy = getattr(partner, send)("k1")
    assert (copy.status, copy.text, copy.replayed) == (first.status, first.text, True)
    assert (first.status, first.replayed, partner.money) == (200, False, money)


def test_the_same_key_with_other_content_or_path_is_a_mismatch(partner: Partner) -> None:
    partner.authorize("k1")
    assert said(partner.authorize("k1", "2.51")) == (409, "IDEMPOTENCY_MISMATCH")
    assert said(partner.settle("k1")) == (409, "IDEMPOTENCY_MISMATCH")
    assert said(partner.roll_back("k1")) == (409, "IDEMPOTENCY_MISMATCH")
    assert partner.money == (99_750, 250)


def test_a_new_key_for_a_known_bet_is_a_duplicate(partner: Partner) -> None:
    partner.authorize("k1")
    reply = partner.authorize("k2")
    assert said(reply) == (409, "DUPLICATE")
    assert reply.json["message"] == "Bet already authorized"
    assert (reply.json["retryable"], reply.json["trace_id"]) == (False, "tr_a1b2")
    partner.settle("k3")
    again = partner.settle("k4")
    assert (said(again), again.json["message"]) == ((409, "DUPLICATE"), "Bet already settled")


def test_a_settlement_without_a_hold_is_not_recorded(partner: Partner) -> None:
    assert said(partner.settle("k2")) == (409, "BET_NOT_AUTHORIZED")
    assert partner.authorize("k1").status == 200
    assert said(partner.settle("k2")) == (200, "credited")


def test_settlement_and_rollback_exclude_each_other(partner: Partner) -> None:
    partner.authorize("k1")
    partner.roll_back("k2")
    assert said(partner.settle("k3")) == (409, "BET_ROLLED_BACK")
    partner.authorize("k4", bet_id="b2")
    partner.settle("k5", bet_id="b2")
    assert said(partner.roll_back("k6", bet_id="b2")) == (409, "BET_ALREADY_SETTLED")
    assert partner.faults == set()


def test_the_rollback_of_an_unknown_bet_leaves_a_tombstone(partner: Partner) -> None:
    assert said(partner.roll_back("k1")) == (200, "rolled_back")
    assert said(partner.authorize("k2")) == (409, "BET_ROLLED_BACK")
    assert said(partner.roll_back("k3")) == (200, "rolled_back")
    assert partner.money == (100_000, 0)
    assert partner.faults == set()


def test_a_hold_above_the_funds_is_refused_for_ever(partner: Partner) -> None:
    assert said(partner.authorize("k1", "1000.01")) == (402, "INSUFFICIENT_FUNDS")
    partner.world.deposit("player-912", "EUR", "500.00")
    copy = partner.authorize("k1", "1000.01")
    assert (said(copy), copy.replayed) == ((402, "INSUFFICIENT_FUNDS"), True)
    assert said(partner.authorize("k2", "1000.01")) == (200, "authorized")


def test_a_session_counts_for_a_hold_alone(partner: Partner) -> None:
    partner.authorize("k1")
    live, partner.session_id = partner.session_id, "nowhere"
    assert said(partner.authorize("k2", bet_id="b2")) == (404, "SESSION_NOT_FOUND")
    partner.session_id = partner.world.session("player-912", ttl_s=-1, integration="studio-eu")
    assert said(partner.authorize("k3", bet_id="b2")) == (401, "SESSION_EXPIRED")
    partner.session_id = partner.world.session("player-912")
    assert said(partner.authorize("k4", bet_id="b2")) == (404, "SESSION_NOT_FOUND")
    partner.session_id = live
    assert said(partner.settle("k5")) == (200, "credited")


def test_a_switched_off_integration_holds_nothing_and_still_settles(partner: Partner) -> None:
    partner.authorize("k1")
    partner.configure(bets_off=Off())
    assert said(partner.authorize("k2", bet_id="b2")) == (409, "BETS_DISABLED")
    assert said(partner.settle("k3")) == (200, "credited")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": {"amount": 2.505, "currency": "EUR"}}, "INVALID_REQUEST"),
        ({"amount": {"amount": -1, "currency": "EUR"}}, "INVALID_REQUEST"),
        ({"amount": {"amount": "2.50", "currency": "EUR"}}, "INVALID_REQUEST"),
        ({"amount": {"amount": True, "currency": "EUR"}}, "INVALID_REQUEST"),
        ({"amount": 2.5}, "INVALID_REQUEST"),
        ({"amount": {"amount": 2.5, "currency": "EURO"}}, "UNSUPPORTED_CURRENCY"),
        ({"amount": {"amount": 2.5, "currency": "USD"}}, "CURRENCY_MISMATCH"),
        ({"bet_id": ""}, "INVALID_REQUEST"),
        ({"round_id": None}, "INVALID_REQUEST"),
        ({"session_id": "a\nb"}, "INVALID_REQUEST"),
    ],
)
def test_a_malformed_hold_is_a_400_and_moves_nothing(
    partner: Partner, fields: dict[str, Any], code: str
) -> None:
    assert said(partner.authorize("k1", **fields)) == (400, code)
    assert partner.money == (100_000, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"bet_id":"a","bet_id":"b"}'])
def test_what_is_no_json_is_a_400(partner: Partner, body: bytes) -> None:
    assert said(partner.send("/bets/rollback", "k1", body)) == (400, "INVALID_REQUEST")


def test_a_session_opens_only_where_the_integration_may(partner: Partner) -> None:
    assert said(partner.open_session("k1")) == (403, "SESSIONS_NOT_ALLOWED")
    partner.configure(opens_sessions=True)
    opened = partner.open_session("k1")
    assert (opened.status, set(opened.json)) == (201, {"session_id", "expires_at"})
    copy = partner.open_session("k1")
    assert (copy.status, copy.text, copy.replayed) == (201, opened.text, True)
    assert said(partner.open_session("k1", currency="JPY")) == (409, "IDEMPOTENCY_MISMATCH")
    assert said(partner.authorize("k1")) == (409, "IDEMPOTENCY_MISMATCH")
    partner.session_id = opened.json["session_id"]
    assert said(partner.authorize("k2")) == (200, "authorized")
    assert partner.faults == set()


def test_no_session_opens_for_whom_may_not_play(partner: Partner) -> None:
    partner.configure(opens_sessions=True)
    assert said(partner.open_session("k1", player_id="x")) == (404, "PLAYER_NOT_FOUND")
    assert said(partner.open_session("k1", currency="XXX")) == (400, "UNSUPPORTED_CURRENCY")
    partner.configure(opens_sessions=True, launches_off=Off())
    assert said(partner.open_session("k1")) == (503, "SESSIONS_DISABLED")


def test_no_key_of_a_request_meets_the_id_of_an_event(partner: Partner) -> None:
    """An event stands under its `event_id`, a bet under its key: neither is refused for the other.

    The keys are those that could be taken for an event's id, or for each other once marked.
    """
    keys = ["event:e-1", "key:event:e-1", "key:key:event:e-1", "e-1"]
    for number, key in enumerate(keys):
        bet_id = f"b{number}"
        assert said(partner.authorize(key, bet_id=bet_id)) == (200, "authorized"), key
        assert said(partner.settle(f"s{number}", bet_id=bet_id)) == (200, "credited")
    assert said(partner.tell("k9", event_id="e-1")) == (200, "accepted")
    assert said(partner.settle("event:e-1", bet_id="b0")) == (409, "IDEMPOTENCY_MISMATCH")
    copy = partner.authorize("event:e-1", bet_id="b0")
    assert (said(copy), copy.replayed) == ((200, "authorized"), True)
    assert partner.faults == set()


def test_an_event_is_kept_once(partner: Partner) -> None:
    first = partner.tell("k1")
    assert (first.status, first.json["status"]) == (200, "accepted")
    again = partner.tell("k2")
    assert (again.text, again.replayed) == (first.text, True)
    swapped = partner.tell("k3", payload={"in_bonus": True, "round_id": "r_8c12"})
    assert (swapped.text, swapped.replayed) == (first.text, True)
    assert said(partner.tell("k3", payload={})) == (409, "DUPLICATE")
    entry = partner.world.history.find("studio-eu", "event:e-1")
    assert '"round_id":"r_8c12"' in getattr(entry, "extra", "")
    assert partner.faults == set()


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"event_type": "bet.invented"}, (400, "UNKNOWN_EVENT")),
        ({"schema_version": "2.0.0"}, (400, "UNKNOWN_EVENT")),
        ({"event_id": ""}, (400, "INVALID_REQUEST")),
        ({"tenant_id": "brand-8"}, (403, "FORBIDDEN_BRAND")),
    ],
)
def test_an_event_that_nobody_knows_is_refused(
    partner: Partner, fields: dict[str, object], answer: tuple[int, str]
) -> None:
    assert said(partner.send("/events", "k1", {**EVENT, **fields})) == answer


EVENT = {
    "event_type": "bet.settled",
    "schema_version": "1.2.0",
    "event_id": "e-1",
    "occurred_at": "2025-10-23T16:21:05Z",
    "tenant_id": "brand-7",
    "region": "EU",
    "payload": {},
}


@pytest.mark.parametrize("send", ["settle", "roll_back"])
def test_a_refused_end_of_a_bet_is_counted_once(
    partner: Partner, send: str, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.authorize("k1")
    (partner.roll_back if send == "settle" else partner.settle)("k2")
    assert owed(capsys) == 0
    assert getattr(partner, send)("k3").status == 409
    assert owed(capsys) == 1
    assert getattr(partner, send)("k3").replayed
    assert partner.authorize("k4").status == 409
    assert owed(capsys) == 0


def owed(capsys: pytest.CaptureFixture[str]) -> int:
    return capsys.readouterr().out.replace(" ", "").count('"OwedMoneyRefused":[1')
