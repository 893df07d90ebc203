"""What Flexsoft sends and we refuse: the rows of errors of docs/flexsoft.md."""

from decimal import Decimal
from typing import Any

import pytest

from casino.integrations.model import Off
from testing.hooks import load_function
from testing.integrations import with_terms
from testing.launching import PLAYER
from tests.functional.flexsoft.partner import INTEGRATION, PUBLIC_KEY, SETTINGS, Partner, seal
from tests.functional.ops.console import Console

FULL = Decimal(1000)
VERBS = {"closed": "close", "suspended": "suspend"}


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1_010},
        {"action": "FREE_BET"},
        {"round_id": "r2"},
        {"game": "aviadrone"},
        {"currency": "JPY"},
        {"user_id": "player-913"},
    ],
)
def test_same_id_with_other_content_is_409(partner: Partner, change: dict[str, Any]) -> None:
    partner.bet(1_000, provider_tx_id="b")
    reply = partner.bet(**{"amount": 1_000, "provider_tx_id": "b", **change})
    assert (reply.status, reply.json["code"], reply.json["data"]) == (409, 409, None)
    assert reply.json["message"].startswith("transaction_mismatch: ")
    assert partner.cash() == FULL - 1


def test_win_of_a_bet_that_another_win_named_is_another_content(partner: Partner) -> None:
    partner.win(1_000, provider_tx_id="w", withdraw_provider_tx_id="b1")
    assert partner.win(1_000, provider_tx_id="w", withdraw_provider_tx_id="b2").status == 409


def test_bet_above_the_funds_is_402_for_ever(partner: Partner) -> None:
    reply = partner.bet(1_000_010, provider_tx_id="b")
    assert (reply.status, reply.json["code"], reply.json["data"]) == (402, 402, None)
    partner.win(50_000)
    assert partner.bet(1_000_010, provider_tx_id="b").text == reply.text


def test_blocked_player_bets_no_more_and_wins_still(partner: Partner) -> None:
    partner.world.accounts.set_blocked(PLAYER, blocked=True)
    reply = partner.bet(1_000)
    assert (reply.status, reply.json["message"].split(":")[0]) == (409, "player_blocked")
    assert partner.win(1_000).status == 200


def test_bets_that_are_switched_off_are_409(partner: Partner) -> None:
    partner.world.registry.put(with_terms(SETTINGS, bets_off=Off()), (PUBLIC_KEY,))
    partner.handler = load_function("flexsoft")
    assert partner.bet(1_000).json["message"].startswith("bets_disabled: ")
    assert partner.win(1_000).status == 200


@pytest.mark.parametrize("status", ["closed", "suspended"])
def test_session_that_is_over_stops_bets_and_no_money_that_is_owed(
    partner: Partner, status: Any
) -> None:
    partner.bet(1_000, provider_tx_id="b1", round_id="r1")
    partner.bet(1_000, provider_tx_id="b2", round_id="r2")
    Console(partner.world).json("session", VERBS[status], partner.session_id, "--reason", "test")
    refused = partner.bet(1_000)
    assert (refused.status, refused.json["data"]) == (401, None)
    assert partner.win(4_000, round_id="r1").status == 200
    assert partner.roll_back("b2").status == 200
    assert partner.cash() == FULL + 3


def test_session_closed_by_the_platform_is_closed_under_its_token(partner: Partner) -> None:
    assert partner.desk.close(partner.session_id).status == 200
    assert partner.bet(1_000).json["message"].startswith("session_expired: ")


def test_win_needs_no_session_where_a_bet_or_round_shows_the_player(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b", round_id="r1")
    by_round = partner.win(1_000, session_token="gone", provider_tx_id="w1")
    by_bet = partner.win(
        1_000, session_token=..., round_id="r7", withdraw_provider_tx_id="b", provider_tx_id="w2"
    )
    assert (by_round.status, by_bet.status) == (200, 200)
    gone = {"session_token": "gone", "round_id": "r7", "withdraw_provider_tx_id": "b"}
    assert partner.win(1_000, **gone).status == 200
    assert partner.entry("w1").attributed
    assert partner.entry("w2").attributed
    strange = partner.win(1_000, session_token="gone", round_id="r8", provider_tx_id="w3")
    assert strange.status == 401
    assert partner.world.history.find(INTEGRATION, "w3") is None


def test_roll_back_needs_no_session(partner: Partner) -> None:
    partner.bet(1_000, provider_tx_id="b")
    assert partner.roll_back("b", session_token=...).status == 200
    assert partner.roll_back("unknown", session_token=...).status == 404
    assert partner.bet(1_000, provider_tx_id="unknown").status == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"session_token": "ps_2"}, 401),
        ({"session_token": ...}, 400),
        ({"user_id": "player-913"}, 409),
        ({"user_id": ...}, 400),
        ({"currency": "USD"}, 409),
        ({"currency": "XXX"}, 400),
        ({"amount": 1_005}, 400),
        ({"amount": -1_000}, 400),
        ({"amount": 10.0}, 400),
        ({"amount": "1000"}, 400),
        ({"amount": True}, 400),
        ({"amount": None}, 400),
        ({"amount": 10**15 + 10}, 400),
        ({"provider_tx_id": ...}, 400),
        ({"provider_tx_id": "x" * 257}, 400),
        ({"provider_tx_id": 7}, 400),
        ({"round_id": "a\nb"}, 400),
        ({"withdraw_provider_tx_id": "b"}, 400),
        ({"action": ...}, 400),
        ({"action": "bet"}, 400),
        ({"action": ["BET"]}, 400),
    ],
)
def test_bet_that_does_not_hold_is_refused(
    partner: Partner, change: dict[str, Any], status: int
) -> None:
    reply = partner.bet(**{"amount": 1_000, **change})
    assert (reply.status, reply.json["code"], reply.json["data"]) == (status, status, None)
    assert partner.cash() == FULL


@pytest.mark.parametrize("url", ["auth", "withdraw", "deposit", "balance"])
@pytest.mark.parametrize(
    ("action", "own"),
    [
        ("BET", "withdraw"),
        ("FREE_BET", "withdraw"),
        ("WIN", "deposit"),
        ("FREE_BET_WIN", "deposit"),
        ("ROLL_BACK", "deposit"),
        ("CLOSE_ROUND", "deposit"),
    ],
)
def test_m1_no_url_turns_a_body_that_was_signed_for_another(
    partner: Partner, url: str, action: str, own: str
) -> None:
    body = partner.money(action, 1_000) | {"provider_tx_id": "t", "user_token": partner.user_token}
    if action == "ROLL_BACK":
        body["withdraw_provider_tx_id"] = "b"
    if url == own:
        assert partner.send(url, body).status == 200
        return
    reply = partner.send(url, body)
    assert (reply.status, partner.cash()) == (400, FULL)
    assert reply.json["message"].startswith("unsupported_action: ")
    assert partner.world.history.find(INTEGRATION, "t") is None


def test_unknown_user_is_404_and_so_is_one_that_never_played_here(partner: Partner) -> None:
    partner.world.player("player-914")
    for user in ("nobody", "player-914"):
        reply = partner.balance(user_id=user, session_token=...)
        assert (reply.status, reply.json["message"].split(":")[0]) == (404, "player_not_found")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Public-Key": PUBLIC_KEY},
        seal(b"{}", public_key="pk_other"),
        seal(b"{}", secret_key="guessed"),
        seal(b"{} "),
    ],
)
def test_stranger_is_401(partner: Partner, headers: dict[str, str]) -> None:
    reply = partner.post("balance", b"{}", headers)
    assert (reply.status, reply.json["code"], reply.json["data"]) == (401, 401, None)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"a":' + b"[" * 20 + b"]" * 20 + b"}"]
)
def test_body_that_is_no_json_is_400(partner: Partner, body: bytes) -> None:
    assert partner.post("withdraw", body, seal(body)).status == 400


def test_body_above_the_bound_is_400_before_it_is_verified(partner: Partner) -> None:
    assert partner.post("withdraw", b" " * 40_000, {}).status == 400


def test_session_of_another_integration_is_none_here(partner: Partner) -> None:
    assert partner.bet(1_000, session_token=partner.world.session(PLAYER)).status == 401
    assert partner.bet(1_000, session_token=partner.session_id).status == 401
