"""The verbs around launches, as functions: the API behind them is the one of these tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest

from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.wiring.stack import Stack
from ops.context import Operations
from ops.errors import OpsError
from ops.platform_api import PlatformApi
from ops.verbs import player, session
from testing.launching import PLAYER, URL, Desk, api_event, failure
from testing.world import GAME

WHO = Who("an operator", "a test")


@dataclass
class DirectApi:
    """`PlatformApi` without a network."""

    desk: Desk

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        reply = self.desk.send(api_event(method, None, body))
        if reply.status >= 400:
            raise OpsError(reply.error, reply.json["message"])
        return reply.json


@pytest.fixture
def operations(desk: Desk) -> Operations:
    client = desk.world.client
    stack = Stack("test", desk.world.tables, "test/integration/")
    api = cast("PlatformApi", DirectApi(desk))
    return Operations(stack, client, None, None, None, api=api)


def test_launch_prints_the_url_to_open(desk: Desk, operations: Operations) -> None:
    desk.provider.answers = [URL]
    output = session.launch(operations, PLAYER, "EUR", GAME, session_id="sess-1", language="en")
    assert cast("dict[str, Any]", output.data)["url"] == URL
    assert URL in output.as_text()
    assert desk.provider.asked[0].language == "en"


def test_launch_under_a_new_id_says_so(desk: Desk, operations: Operations) -> None:
    desk.provider.answers = [failure("provider_conflict", 409), URL]
    output = session.launch(operations, PLAYER, "EUR", GAME, session_id="sess-1")
    assert "sess-1 already" in output.as_text()


def test_refused_launch_is_an_error_with_the_apis_code(desk: Desk, operations: Operations) -> None:
    player.change_profile(operations, PLAYER, country="us", who=WHO)
    with pytest.raises(OpsError) as refused:
        session.launch(operations, PLAYER, "EUR", GAME)
    assert refused.value.code == "country_restricted"


def test_show_tells_what_was_said_to_and_by_the_provider(
    desk: Desk, operations: Operations
) -> None:
    desk.launch(session_id="sess-1")
    shown = cast("dict[str, Any]", session.show(operations, "sess-1").data)
    assert (shown["status"], shown["provider_status"]) == ("active", 201)
    assert '"sess-1"' in shown["request"]
    assert shown["response"] == '{"url": "https://provider.test/***"}'
    assert URL not in json.dumps(shown)
    with pytest.raises(AdminError, match="does not exist"):
        session.show(operations, "sess-2")


def test_profile_is_set_field_by_field_and_forgotten(operations: Operations) -> None:
    player.change_profile(operations, PLAYER, name="Fox", kyc_level="enhanced", who=WHO)
    output = player.change_profile(operations, PLAYER, country="fr", birth_date="", who=WHO)
    assert output.data == {
        "player_id": PLAYER,
        "name": "Fox",
        "country": "FR",
        "birth_date": None,
        "kyc_level": "enhanced",
    }


@pytest.mark.parametrize(
    "fields",
    [{}, {"country": "DEU"}, {"birth_date": "31.12.1990"}, {"kyc_level": "gold"}, {"name": "\n"}],
)
def test_profile_that_makes_no_sense_is_refused(
    operations: Operations, fields: dict[str, str]
) -> None:
    with pytest.raises(AdminError):
        player.change_profile(operations, PLAYER, **fields, who=WHO)


def test_profile_of_nobody_is_refused(operations: Operations) -> None:
    with pytest.raises(AdminError, match="does not exist"):
        player.change_profile(operations, "nobody", name="Fox", who=WHO)


def test_failed_session_cannot_be_resumed(desk: Desk, operations: Operations) -> None:
    desk.provider.answers = [failure("provider_timeout")]
    desk.launch(session_id="sess-1")
    with pytest.raises(AdminError, match="was never open"):
        session.resume(operations, "sess-1", who=WHO)
