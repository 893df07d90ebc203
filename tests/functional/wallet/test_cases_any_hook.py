"""The rows of the wallet's contract that hold for every hook: form and idempotency."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from testing.hooks import (
    Caller,
    Reply,
    encode,
    load_function,
    proxy_event,
    signed_headers,
)
from testing.play import Play
from testing.world import World

MONEY_HOOKS = ["bet", "win", "refund"]


def _money(play: Play, action: str, amount: Any = "2.50", **fields: Any) -> Reply:
    if action == "refund":
        play.bet("2.50", transaction_id="refunded")
        return play.refund(amount, "refunded", **fields)
    return play.bet(amount, **fields) if action == "bet" else play.win(amount, **fields)


# Replays and what counts as the same request.


@pytest.mark.parametrize("action", MONEY_HOOKS)
def test_replay_returns_the_stored_body_with_a_header_and_moves_nothing(
    play: Play, action: str
) -> None:
    first = _money(play, action)
    cash = play.cash()
    again = play.again()
    assert (again.status, again.text, again.replayed) == (200, first.text, True)
    assert not first.replayed
    assert play.cash() == cash


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("2.51")},
        {"type": "tip"},
        {"game_id": "another-game"},
        {"round_id": "another-round"},
        {"finished": True},
        {"player_id": "player-913"},
        {"action": "win", "type": "win"},
    ],
    ids=str,
)
def test_same_id_with_anything_changed_is_transaction_mismatch(
    play: Play, change: dict[str, Any]
) -> None:
    play.bet("2.50", round_id="r")
    reply = play.again(**change)
    assert (reply.status, reply.error) == (409, "transaction_mismatch")
    assert play.cash() == Decimal("997.50")


def test_same_id_in_another_currency_is_transaction_mismatch(play: Play) -> None:
    play.bet("2.50")
    dollars = play.world.player("player-912", "USD")
    assert play.again(currency="USD", session_id=dollars).error == "transaction_mismatch"


def test_same_refund_id_for_another_bet_is_transaction_mismatch(play: Play) -> None:
    play.bet("2.50", transaction_id="b1")
    play.bet("2.50", transaction_id="b2")
    play.refund("2.50", "b1")
    assert play.again(bet_transaction_id="b2").error == "transaction_mismatch"


@pytest.mark.parametrize("amount", [Decimal("2.5"), Decimal("2.500"), Decimal("25e-1")])
def test_same_amount_written_differently_is_the_same_request(play: Play, amount: Decimal) -> None:
    play.bet("2.50")
    assert play.again(amount=amount).replayed


def test_finished_left_out_and_finished_false_are_the_same_request(play: Play) -> None:
    play.bet("2.50")
    assert play.again(finished=False).replayed


def test_same_transaction_id_at_another_integration_is_another_transaction(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    assert play.world.history.find("another", "b") is None


# Form.


@pytest.mark.parametrize("action", MONEY_HOOKS)
@pytest.mark.parametrize(
    "amount", [-1, Decimal("-0.01"), True, None, [], {}, 10**12 + 1, Decimal("1e30")], ids=str
)
def test_negative_boolean_or_too_large_amount_is_invalid_request(
    play: Play, action: str, amount: Any
) -> None:
    reply = _money(play, action, amount)
    assert (reply.status, reply.error) == (400, "invalid_request")


def test_amount_as_a_string_is_invalid_request(play: Play) -> None:
    fields = {"action": "bet", "player_id": "player-912", "currency": "EUR", "game_id": "g"}
    ids = {"transaction_id": "b", "session_id": play.session_id, "type": "bet"}
    reply = play.hook(fields | ids | {"amount": "2.50"})
    assert (reply.status, reply.error) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_malformed_json(play: Play, name: str) -> None:
    body = encode({"action": "bet", "amount": Decimal("7.77")}).replace(b"7.77", name.encode())
    reply = play.hook.send(proxy_event(body, signed_headers(body)))
    assert (reply.status, reply.error) == (400, "malformed_json")


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "0.001"), ("JPY", "2.5"), ("KWD", "0.0001")]
)
def test_more_decimals_than_the_currency_has_is_amount_precision(
    play: Play, currency: str, amount: str
) -> None:
    session = play.world.player("player-912", currency, "1000")
    reply = play.bet(amount, currency=currency, session_id=session)
    assert (reply.status, reply.error) == (422, "amount_precision")


@pytest.mark.parametrize("action", ["bet", "win"])
def test_session_unknown_is_session_not_found(play: Play, action: str) -> None:
    reply = _money(play, action, session_id="sess-nobody")
    assert (reply.status, reply.error) == (400, "session_not_found")


@pytest.mark.parametrize("action", MONEY_HOOKS)
def test_session_of_another_player_is_player_mismatch(play: Play, action: str) -> None:
    other = play.world.player("player-913")
    reply = _money(play, action, session_id=other)
    assert (reply.status, reply.error) == (409, "player_mismatch")


@pytest.mark.parametrize("action", MONEY_HOOKS)
def test_session_in_another_currency_is_currency_mismatch(play: Play, action: str) -> None:
    dollars = play.world.player("player-912", "USD")
    reply = _money(play, action, session_id=dollars)
    assert (reply.status, reply.error) == (409, "currency_mismatch")


@pytest.mark.parametrize("action", ["rollback", "", "BET", 7, None])
def test_unknown_action_is_unsupported_action(play: Play, action: Any) -> None:
    reply = play.balance(action=action)
    assert (reply.status, reply.error) == (400, "unsupported_action")


@pytest.mark.parametrize("field", ["player_id", "amount", "currency", "session_id", "type"])
def test_missing_field_is_invalid_request(play: Play, field: str) -> None:
    play.bet("1.00")
    request = {name: value for name, value in play.sent[-1].items() if name != field}
    reply = play.hook(request | {"transaction_id": "b"})
    assert (reply.status, reply.error) == (400, "invalid_request")
    assert play.world.history.find("sandbox", "b") is None


def test_unknown_currency_is_unsupported_currency(play: Play) -> None:
    assert play.bet("1.00", currency="ZZZ").error == "unsupported_currency"


def test_m6_currency_taken_from_an_integration_refuses_bets_for_ever_and_nothing_that_is_owed(
    play: Play,
) -> None:
    play.bet("2.50", transaction_id="b")
    play.world.configure(currencies=("USD",))
    narrowed = Play(
        play.world, Caller(load_function("hooks")), session_id=play.session_id, sent=play.sent
    )
    assert narrowed.again().replayed
    assert narrowed.bet("2.50").error == "unsupported_currency"
    # The environment from before has not noticed the change: the stale bet stays refused there.
    assert play.again().error == "unsupported_currency"
    assert narrowed.bet("2.50", currency="USD").error == "currency_mismatch"
    assert narrowed.win("1.00").status == 200
    assert narrowed.refund("2.50", "b").balance == Decimal("1001.00")


def test_c6_an_empty_optional_field_is_the_same_as_none(play: Play) -> None:
    assert play.bet("1.00", round_id="", finished=True).status == 200
    assert play.again(round_id=None).replayed
    assert play.bet("1.00", round_id="", finished=None).status == 200
    assert play.again(finished=False).replayed
    assert play.balance(session_id="").status == 200


def test_extra_fields_are_accepted_and_kept_for_audit(play: Play) -> None:
    extra = {"device": "mobile", "meta": {"lines": [1, 2]}}
    assert play.bet("1.00", transaction_id="b", **extra).status == 200
    entry = play.world.history.find("sandbox", "b")
    assert getattr(entry, "extra", None) == '{"device":"mobile","meta":{"lines":[1,2]}}'
    assert play.again(device="desktop").replayed


def test_a7_of_more_than_2_kb_of_extra_fields_digest_and_size_are_kept(play: Play) -> None:
    assert play.bet("1.00", transaction_id="b", note="x" * 30_000).status == 200
    entry = play.world.history.find("sandbox", "b")
    kept = json.loads(getattr(entry, "extra", ""))
    assert (set(kept), kept["bytes"]) == ({"sha256", "bytes"}, 30_011)


def test_body_too_large_is_payload_too_large(play: Play) -> None:
    reply = play.bet("1.00", note="x" * 40_000)
    assert (reply.status, reply.error) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"action":"balance","player_id":"player-912","player_id":"p","currency":"EUR"}',
        b'{"action":"balance","player_id":"player-912","currency":"EUR","x":{"a":1,"a":2}}',
        b'{"action":"balance","player_id":"player-912","currency":"EUR","x":'
        + b"[" * 17
        + b"]" * 17
        + b"}",
        b"[1]",
        b"",
        b"{",
        b'\xef\xbb\xbf{"action":"balance","player_id":"player-912","currency":"EUR"}',
        b'{"action":"balance","player_id":"\\ud800","currency":"EUR"}',
    ],
    ids=["duplicate", "nested duplicate", "deep", "array", "empty", "cut", "bom", "surrogate"],
)
def test_duplicate_keys_nesting_and_what_is_no_object_are_malformed_json(
    play: Play, body: bytes
) -> None:
    reply = play.hook.send(proxy_event(body, signed_headers(body)))
    assert (reply.status, reply.error) == (400, "malformed_json")


def test_body_that_is_not_utf_8_is_malformed_json(play: Play) -> None:
    body = b'{"action":"balance","player_id":"\xff","currency":"EUR"}'
    event = proxy_event(base64.b64encode(body).decode(), signed_headers(body))
    reply = play.hook.send(event | {"isBase64Encoded": True})
    assert (reply.status, reply.error) == (400, "malformed_json")


def test_base64_encoded_body_is_verified_over_its_exact_bytes(play: Play) -> None:
    body = '{"action":"balance","player_id":"player-912","currency":"EUR","note":"Ünï €"}'.encode()
    event = proxy_event(base64.b64encode(body).decode(), signed_headers(body))
    assert play.hook.send(event | {"isBase64Encoded": True}).balance == Decimal("1000.00")


# The shape of errors, and the other URLs.


def _balance() -> dict[str, Any]:
    return {"action": "balance", "player_id": "player-912", "currency": "EUR"}


def test_error_body_has_the_documented_fields_and_echoes_the_trace_id(play: Play) -> None:
    reply = play.hook({**_balance(), "player_id": "nobody"}, X_Trace_Id="tr-42")
    assert reply.json == {
        "error": "player_not_found",
        "message": "The player does not exist.",
        "status": 400,
        "retryable": False,
        "trace_id": "tr-42",
    }
    assert reply.headers["X-Trace-Id"] == "tr-42"


def test_trace_id_is_the_requests_own_id_when_none_is_sent(play: Play) -> None:
    body = encode({**_balance(), "player_id": "nobody"})
    event = proxy_event(body, signed_headers(body))
    assert play.hook.send(event).json["trace_id"] == event["requestContext"]["requestId"]


def test_health_says_status_version_and_time(world: World) -> None:
    response = load_function("health")({}, None)
    assert response["statusCode"] == 200
    body = Reply(200, response["body"], {}).json
    assert body["status"] == "ok"
    assert body["version"] == "test"
    assert body["time"].endswith("Z")
