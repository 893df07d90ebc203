"""Sessions through the session API after their launch: shown, closed, and demo sessions."""

from dataclasses import replace
from typing import Any, cast

import pytest

from casino.providers.ports import Launched, LaunchRequest
from casino.sessions.closing import ClosingService
from testing.launching import (
    PLAYER,
    PROVIDER_URL,
    URL,
    ApiReply,
    Desk,
    api_event,
    failure,
    is_watched,
    play_in,
)
from testing.world import GAME


def test_demo_session_has_no_wallet_and_needs_none(desk: Desk) -> None:
    reply = desk.launch(is_demo=True, currency="JPY", session_id="sess-1")
    assert (reply.status, reply.json["is_demo"]) == (201, True)
    (asked,) = desk.provider.asked
    assert (asked.is_demo, asked.balance_minor) == (True, 1000)
    play = replace(play_in(desk, "sess-1"), currency="JPY")
    assert {play.bet(1).error, play.win(1).error} == {"demo_session"}


def test_session_is_shown(desk: Desk) -> None:
    made = desk.launch(session_id="sess-1").json
    shown = desk.show("sess-1")
    assert (shown.status, shown.json | {"url": made["url"]}) == (200, made)
    assert desk.show("sess-2").status == 404
    assert desk.show("sess-2").error == "unknown_session"


def test_a13_only_the_launch_itself_answers_the_url(desk: Desk) -> None:
    assert desk.launch(session_id="sess-1").json["url"]
    assert "url" not in desk.show("sess-1").json


@pytest.mark.parametrize("identity", [None, {}, {"userArn": ""}, {"sourceIp": "192.0.2.1"}])
def test_a14_nobody_launches_whom_the_authorizer_does_not_name(desk: Desk, identity: Any) -> None:
    event = api_event("POST", None, {"game_id": GAME, "player_id": PLAYER, "currency": "EUR"})
    named = {"X-Caller": "arn:aws:iam::000000000000:role/boss"}
    forged = event | {"requestContext": {"identity": identity}, "headers": named}
    assert (desk.send(forged).status, desk.send(forged).error) == (404, "not_found")
    assert desk.provider.asked == []


def test_a13_an_id_that_no_session_can_have_is_unknown(desk: Desk) -> None:
    # DynamoDB refuses such a key; so nobody is asked.
    desk.endpoint = replace(desk.endpoint, closing=cast("ClosingService", None))
    for answered in (desk.show("s" * 3_000), desk.close("\N{EURO SIGN}" * 257)):
        assert (answered.status, answered.error) == (404, "unknown_session")


def test_session_that_an_operator_opened_is_shown_and_closed(desk: Desk) -> None:
    opened = desk.world.session(PLAYER)
    assert desk.show(opened).json["status"] == "active"
    assert desk.close(opened).json["status"] == "closed"


def test_closed_session_takes_no_bets_and_tells_the_provider(desk: Desk) -> None:
    desk.world.configure(url=PROVIDER_URL, close_sessions=True)
    desk.launch(session_id="sess-1")
    reply = desk.close("sess-1")
    assert (reply.status, reply.json["status"]) == (200, "closed")
    assert "url" not in reply.json
    assert desk.provider.closed == ["sess-1"]
    assert not is_watched(desk, "sess-1")
    play = play_in(desk, "sess-1")
    assert (play.bet("1.00").error, play.win("1.00").status) == ("session_expired", 200)
    assert desk.launch(session_id="sess-1").error == "session_id_used"


def test_closing_twice_is_closing_once(desk: Desk) -> None:
    desk.world.configure(url=PROVIDER_URL, close_sessions=True)
    desk.launch(session_id="sess-1")
    assert desk.close("sess-1").json == desk.close("sess-1").json
    assert desk.provider.closed == ["sess-1"]
    assert desk.close("sess-2").error == "unknown_session"


def test_provider_that_does_not_want_to_know_is_not_told(desk: Desk) -> None:
    desk.launch(session_id="sess-1")
    desk.close("sess-1")
    assert desk.provider.closed == []
    assert not is_watched(desk, "sess-1")


def test_close_that_the_provider_does_not_hear_is_left_to_the_schedule(desk: Desk) -> None:
    desk.world.configure(url=PROVIDER_URL, close_sessions=True)
    desk.provider.close_errors = [failure("provider_timeout")]
    desk.launch(session_id="sess-1")
    assert desk.close("sess-1").status == 200
    assert is_watched(desk, "sess-1")


def test_running_launch_cannot_be_closed(desk: Desk) -> None:
    inner: list[ApiReply] = []

    def meanwhile(_: LaunchRequest) -> Launched:
        inner.append(desk.close("sess-1"))
        return Launched(URL, "{}", "{}", 201)

    desk.provider.answers = [meanwhile]
    assert desk.launch(session_id="sess-1").status == 201
    assert inner[0].error == "launch_in_progress"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"player_id": ""}, "player_id must not be empty"),
        ({"player_id": 7}, "player_id must be a text"),
        ({"game_id": "g" * 257}, "game_id is too long"),
        ({"balance": 5}, "balance is no field of a launch"),
        ({"device": "fridge"}, "device must be desktop or mobile"),
        ({"is_demo": "yes"}, "is_demo must be true or false"),
        (
            {"language": "English"},
            "language does not have the form that the description gives",
        ),
    ],
)
def test_n11_a_launch_is_refused_in_our_own_words(
    desk: Desk, changes: dict[str, Any], told: str
) -> None:
    body = {"game_id": GAME, "player_id": PLAYER, "currency": "EUR"} | changes
    refused = desk.send(api_event("POST", None, body))
    assert (refused.status, refused.json["message"].endswith(f"({told})")) == (400, True)
    missing = desk.send(api_event("POST", None, {"player_id": PLAYER, "currency": "EUR"}))
    assert missing.json["message"].endswith("(game_id is missing)")
