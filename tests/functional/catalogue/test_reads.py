"""What the lobby reads, through the function's handler, from a catalogue that was synchronised."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.catalogue.model import SHELVES
from testing.hooks import load_function
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import CountingClient, Hub, hub


@dataclass
class Lobby:
    """Asks the function, and knows what the provider offers."""

    hub: Hub
    handler: Any

    def ask(self, path: str, **query: str) -> tuple[int, dict[str, Any]]:
        event = {
            "httpMethod": "GET",
            "resource": f"/catalogue/{path}",
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
            "requestContext": {"requestId": "request-1"},
        }
        answer = self.handler(event, None)
        return answer["statusCode"], json.loads(answer["body"])

    def all_games(self, limit: int = 100, **query: str) -> list[dict[str, Any]]:
        games: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            status, page = self.ask("games", limit=str(limit), **query, **more)
            assert status == 200, page
            assert len(page["games"]) <= limit
            games += page["games"]
            if page["next_cursor"] is None:
                return games
            more = {"cursor": page["next_cursor"]}

    @property
    def records(self) -> list[dict[str, Any]]:
        return self.hub.provider.control.records("games")

    @property
    def studios(self) -> dict[str, dict[str, Any]]:
        return {p["id"]: p for p in self.hub.provider.control.records("providers")}

    def playable(self) -> list[dict[str, Any]]:
        active = [g for g in self.records if g["status"] == "active" and not g["deleted_at"]]
        return sorted(active, key=lambda g: (-g["weight"], g["name"].casefold(), g["id"]))


@pytest.fixture(scope="module")
def lobby() -> Iterator[Lobby]:
    from moto import mock_aws

    from testing.world import build_world

    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
            patch.setenv(name, value)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        world: World = build_world("lobby")
        for name, value in world.environment.items():
            patch.setenv(name, value)
        with (
            provider(games=240, providers=8) as simulated,
            hub(world.client, world.environment, aws_client("s3", Config()), simulated) as made,
        ):
            assert made.sync().status == "done"
            yield Lobby(made, load_function("read_catalogue"))


def ids(games: list[dict[str, Any]], name: str = "game_id") -> list[str]:
    return [game[name] for game in games]


@pytest.mark.parametrize("limit", [7, 50, 100])
def test_the_lobby_shows_what_is_playable_by_weight_then_name(lobby: Lobby, limit: int) -> None:
    assert ids(lobby.all_games(limit)) == ids(lobby.playable(), "id")


def test_every_state_has_its_shelf_and_no_game_is_on_two(lobby: Lobby) -> None:
    shown = [game for shelf in SHELVES for game in lobby.all_games(status=shelf)]

    assert sorted(ids(shown)) == sorted(ids(lobby.records, "id"))
    deleted = lobby.all_games(status="deleted")
    assert sorted(ids(deleted)) == sorted(g["id"] for g in lobby.records if g["deleted_at"])


@pytest.mark.parametrize("limit", [5, 100])
def test_games_are_found_by_category(lobby: Lobby, limit: int) -> None:
    wanted = [game for game in lobby.playable() if "crash" in game["categories"]]

    assert ids(lobby.all_games(limit, category="crash")) == ids(wanted, "id")
    assert lobby.all_games(category="unheard of") == []


@pytest.mark.parametrize("limit", [5, 100])
def test_games_are_found_by_provider_also_with_a_category(lobby: Lobby, limit: int) -> None:
    studio = next(iter(lobby.studios))
    own = [game for game in lobby.playable() if game["provider_id"] == studio]
    slots = [game for game in own if "slots" in game["categories"]]

    assert ids(lobby.all_games(limit, provider=studio)) == ids(own, "id")
    assert ids(lobby.all_games(limit, provider=studio, category="slots")) == ids(slots, "id")
    assert lobby.all_games(provider="11111111-2222-4333-8444-555555555555") == []


@pytest.mark.parametrize("limit", [5, 100])
def test_games_are_found_by_currency_and_country(lobby: Lobby, limit: int) -> None:
    def applies(game: dict[str, Any]) -> bool:
        studio = lobby.studios[game["provider_id"]]
        return "SEK" in studio["currencies"] and "US" not in studio["restricted_countries"]

    wanted = [game for game in lobby.playable() if applies(game)]

    assert 0 < len(wanted) < len(lobby.playable())
    assert ids(lobby.all_games(limit, currency="SEK", country="US")) == ids(wanted, "id")


def test_providers_are_listed_by_name_and_filtered(lobby: Lobby) -> None:
    _, everything = lobby.ask("providers")
    _, some = lobby.ask("providers", currency="SEK")

    studios = sorted(lobby.studios.values(), key=lambda p: (p["name"].casefold(), p["id"]))
    assert ids(everything["providers"], "id") == ids(studios, "id")
    taking = [p["id"] for p in studios if "SEK" in p["currencies"]]
    assert ids(some["providers"], "id") == taking


def test_c11_images_and_the_bonus_coefficient_are_shown_as_the_provider_sent_them(
    lobby: Lobby,
) -> None:
    _, page = lobby.ask("games", limit="100")
    _, listed = lobby.ask("providers")

    sent = {game["id"]: game for game in lobby.records}
    for game in page["games"]:
        record = sent[game["game_id"]]
        assert game["bonus_rollover_coefficient"] == str(record["bonus_rollover_coefficient"])
        assert game["images"] == record.get("images", [])
    assert [p["images"] for p in listed["providers"]] == [
        lobby.studios[p["id"]]["images"] for p in listed["providers"]
    ]
    assert any(p["images"] for p in listed["providers"])


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"status": "open"},
        {"currency": "eur"},
        {"country": "Germany"},
        {"cursor": "!"},
        {"cursor": "AAAA"},
        {"surprise": "1"},
        {"category": ""},
    ],
)
def test_what_is_not_valid_is_refused(lobby: Lobby, query: dict[str, str]) -> None:
    status, body = lobby.ask("games", **query)

    assert (status, body["error"], body["trace_id"]) == (400, "invalid_request", "request-1")


def test_a_cursor_serves_its_own_list_only(lobby: Lobby) -> None:
    _, page = lobby.ask("games", limit="5")

    status, body = lobby.ask("games", limit="5", category="slots", cursor=page["next_cursor"])

    assert (status, body["error"]) == (400, "invalid_request")


def test_nothing_is_scanned_and_a_page_costs_few_calls(lobby: Lobby) -> None:
    from casino.catalogue.lobby import CatalogueReads, GameFilter

    client = lobby.hub.dynamodb
    assert isinstance(client, CountingClient)
    reads = CatalogueReads(lobby.hub.catalogue, lobby.hub.clock)
    reads.games(GameFilter(), None, 50)
    client.operations.clear()

    reads.games(GameFilter(), None, 50)

    assert dict(client.operations) == {"query": 1, "batch_get_item": 1}
