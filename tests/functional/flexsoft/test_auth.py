"""The one-time token of a launch is exchanged once, and the exchange can be repeated."""

from typing import Any

import pytest

from casino.aws.dynamodb import transact
from casino.wallet.store import tokens
from casino.wallet.store.tokens import TOKEN_S
from testing.launching import PLAYER
from tests.functional.flexsoft.partner import Partner

WELCOME = {"user_id": PLAYER, "balance": 1_000_000, "currency": "EUR"}


def test_token_is_exchanged_for_user_and_balance_and_again_when_the_answer_was_lost(
    partner: Partner,
) -> None:
    first = partner.auth()
    assert (first.status, first.json["data"]) == (200, WELCOME)
    assert partner.auth().text == first.text
    assert partner.bet(1_000).status == 200


def test_used_token_opens_no_other_session(partner: Partner) -> None:
    partner.auth()
    refused = partner.auth(session_token="ps_other")
    assert (refused.status, refused.json["data"]) == (401, None)
    assert partner.bet(1_000, session_token="ps_other").status == 401
    assert partner.bet(1_000).status == 200


def test_token_is_bound_to_the_session_token_that_uses_it_first(partner: Partner) -> None:
    assert partner.auth(session_token="ps_fresh").status == 200
    assert partner.auth(session_token="ps_fresh").status == 200
    assert partner.auth().status == 401
    assert partner.bet(1_000, session_token="ps_fresh").status == 200
    assert partner.bet(1_000).status == 401
    assert partner.win(1_000).status == 200
    assert partner.desk.close(partner.session_id).status == 200
    assert partner.bet(1_000, session_token="ps_fresh").status == 401


def test_of_two_exchanges_at_once_one_opens_the_session(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []

    def overtaken(*given: Any) -> Any:
        monkeypatch.undo()
        answers.append(partner.auth(session_token="ps_faster").status)
        return transact(*given)

    monkeypatch.setattr(tokens, "transact", overtaken)
    answers.append(partner.auth(session_token="ps_slower").status)
    assert answers == [200, 401]
    assert partner.bet(1_000, session_token="ps_slower").status == 401


def test_token_lives_ten_minutes_and_its_exchange_as_long_as_the_session(stranger: Partner) -> None:
    stranger.desk.clock.advance(-TOKEN_S + 5)
    stranger.launch("ps_young")
    assert stranger.auth().status == 200
    stranger.desk.clock.advance(-10)
    stranger.launch("ps_old")
    assert stranger.auth().status == 401
    assert stranger.bet(1_000).status == 200


def test_session_that_is_over_is_not_opened(partner: Partner) -> None:
    partner.desk.close(partner.session_id)
    assert partner.auth().status == 401


def test_token_of_another_players_session_is_not_taken_over(partner: Partner) -> None:
    world = partner.world
    key = {"session_id": {"S": "flexsoft-eu#ps_1"}}
    copy = world.client.get_item(TableName=world.tables.sessions, Key=key)["Item"]
    foreign = copy | {"session_id": {"S": "flexsoft-eu#ps_9"}, "player_id": {"S": "player-1"}}
    world.client.put_item(TableName=world.tables.sessions, Item=foreign)
    assert partner.auth(session_token="ps_9").status == 401
    assert partner.auth().status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"user_token": "unknown"}, 401),
        ({"user_token": ".x"}, 401),
        ({"user_token": "x."}, 401),
        ({"user_token": ...}, 400),
        ({"session_token": ...}, 400),
        ({"currency": "USD"}, 409),
        ({"currency": ...}, 200),
        ({"platform": "mobile"}, 200),
    ],
)
def test_exchange_that_does_not_hold(partner: Partner, change: dict[str, Any], status: int) -> None:
    assert partner.auth(**change).status == status


def test_guessed_secret_of_a_known_session_is_refused(partner: Partner) -> None:
    guess = f"{partner.session_id}.00000000-0000-4000-8000-000000000000"
    assert partner.auth(user_token=guess).status == 401
    own = partner.world.session(PLAYER, integration="flexsoft-eu")
    assert partner.auth(user_token=f"{own}.").status == 401


def test_later_launch_under_the_same_session_token_is_the_session_from_then_on(
    partner: Partner,
) -> None:
    earlier = partner.session_id
    partner.launch("ps_1", session_id="sess-later")
    assert partner.desk.close(earlier).status == 200
    assert partner.bet(1_000, provider_tx_id="b").status == 200
    assert partner.entry("b").session_id == "sess-later"
