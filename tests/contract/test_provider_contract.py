"""What a provider's client says of a launch: the one that ships and the scripted one alike."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from casino.providers.ports import LaunchRequest, ProviderClient, ProviderError
from testing.clock import FakeClock
from testing.integrations import with_terms
from testing.launching import ScriptedProvider, failure
from testing.provider import NOW, STUDIO_HUB, Notes, provider, provider_client

HUB = with_terms(STUDIO_HUB, close_sessions=True)


@pytest.fixture(scope="module")
def simulated() -> Iterator[tuple[ProviderClient, str]]:
    """The client that ships, and a game that its provider lets be launched."""
    with provider(games=30) as made:
        client = provider_client(made, FakeClock(NOW.timestamp()), Notes())
        yield client, made.playable_game()


@pytest.fixture(params=["scripted", "simulated"])
def client(request: pytest.FixtureRequest, simulated: tuple[ProviderClient, str]) -> ProviderClient:
    return ScriptedProvider() if request.param == "scripted" else simulated[0]


def order(session_id: str, game_id: str) -> LaunchRequest:
    return LaunchRequest(session_id, game_id, "p_1", "Lucky", "EUR", 12_345)


def test_a_launch_tells_the_url_and_both_sides_of_the_exchange(
    client: ProviderClient, simulated: tuple[ProviderClient, str]
) -> None:
    launched = client.create_session(HUB, order("sess-1", simulated[1]))
    assert launched.status == 201
    assert json.loads(launched.request_body)["session_id"] == "sess-1"
    assert json.loads(launched.response_body)["url"] == launched.url
    assert launched.url.startswith("http")
    assert launched.correlation["x-request-id"]
    client.close_session(HUB, "sess-1")


def test_a_refusal_has_code_status_and_the_providers_own_id(
    client: ProviderClient, simulated: tuple[ProviderClient, str]
) -> None:
    if isinstance(client, ScriptedProvider):
        client.answers = ["https://provider.test/play", failure("provider_conflict", 409)]
    first = order("sess-2", simulated[1])
    client.create_session(HUB, first)
    with pytest.raises(ProviderError) as refused:
        client.create_session(HUB, replace(first, player_id="p_2"))
    assert (refused.value.code, refused.value.status) == ("provider_conflict", 409)
    assert refused.value.correlation["x-request-id"]
