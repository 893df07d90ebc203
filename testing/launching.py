"""Launches through the session API in this process, with the provider's answers made up."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from casino.catalogue.model import Game, Provider
from casino.catalogue.store.game_items import game_item, game_key, provider_item, read_game
from casino.catalogue.store.games import DynamoDbCatalogue
from casino.integrations.model import Integration
from casino.observability.telemetry import Telemetry
from casino.providers.ports import Launched, LaunchRequest, Page, ProviderError
from casino.sessions.closing import ClosingService
from casino.sessions.endpoint import LaunchEndpoint
from casino.sessions.launch import LaunchService
from casino.sessions.model import Launch
from casino.sessions.store.counterparts import CachedCounterparts
from casino.sessions.store.launches import DynamoDbLaunches, GameItems
from casino.sessions.store.watched import DynamoDbWatchedSessions
from testing.clock import FakeClock
from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import GAME, World

STUDIO = "550e8400-e29b-41d4-a716-446655440000"
PROVIDER_URL = "https://provider.test/igsp/v1"
URL = "https://provider.test/play/abc?token=a%20b"
PLAYER = "player-912"

type Output = Callable[[], str]
type Answer = str | Exception | Callable[[LaunchRequest], Launched]


@dataclass
class ScriptedProvider:
    """`ProviderClient` that answers as it is told: a URL, an error, or whatever a function says."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[LaunchRequest] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    close_errors: list[Exception] = field(default_factory=list)
    on_close: Callable[[Integration], None] = lambda _: None

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else f"{URL}&n={len(self.asked)}"
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        sent = json.dumps({"session_id": request.session_id})
        correlation = {"x-request-id": f"provider-{len(self.asked)}"}
        return Launched(answer, sent, json.dumps({"url": answer}), 201, correlation)

    def close_session(self, integration: Integration, session_id: str) -> None:
        self.closed.append(session_id)
        self.on_close(integration)
        if self.close_errors:
            raise self.close_errors.pop(0)

    def providers(self, integration: Any, cursor: Any, updated_after: Any) -> Page:
        raise NotImplementedError

    def games(self, integration: Any, cursor: Any, updated_after: Any) -> Page:
        raise NotImplementedError


@dataclass(frozen=True)
class ApiReply:
    """An answer of the session API."""

    status: int
    json: dict[str, Any]
    headers: dict[str, str]

    @property
    def error(self) -> str:
        return str(self.json["error"])


def api_event(
    method: str,
    session_id: str | None = None,
    body: Mapping[str, Any] | str | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the REST proxy event of a request that API Gateway has authorised."""
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return {
        "httpMethod": method,
        "path": f"/sessions/{session_id}" if session_id else "/sessions",
        "pathParameters": {"session_id": session_id} if session_id else None,
        "queryStringParameters": dict(query) if query else None,
        "headers": {"Content-Type": "application/json"},
        "requestContext": {
            "requestId": str(uuid4()),
            "identity": {"userArn": "arn:aws:iam::000000000000:role/lobby"},
        },
        "body": text,
        "isBase64Encoded": False,
    }


@dataclass
class Desk:
    """player-912 of age and verified, a game to launch, and the API in front of them."""

    world: World
    endpoint: LaunchEndpoint
    provider: ScriptedProvider
    launches: DynamoDbLaunches
    watch: DynamoDbWatchedSessions
    counterparts: CachedCounterparts
    clock: FakeClock

    def launch(self, query: Mapping[str, str] | None = None, **fields: Any) -> ApiReply:
        base = {"game_id": GAME, "player_id": PLAYER, "currency": "EUR"}
        body = {name: value for name, value in (base | fields).items() if value is not ...}
        return self.send(api_event("POST", None, body, query))

    def show(self, session_id: str) -> ApiReply:
        return self.send(api_event("GET", session_id))

    def close(self, session_id: str) -> ApiReply:
        return self.send(api_event("DELETE", session_id))

    def send(self, event: Mapping[str, Any]) -> ApiReply:
        response = self.endpoint.handle(event, None)
        return ApiReply(response["statusCode"], json.loads(response["body"]), response["headers"])

    def stored(self, session_id: str) -> Launch:
        launch = self.launches.get(session_id)
        assert launch is not None
        return launch


def a_game(**changes: Any) -> Game:
    """Return the game of the sandbox."""
    game = Game("sandbox", GAME, STUDIO, "Jaws", "active", "2026-01-01T00:00:00Z", "ab" * 32)
    return replace(game, **changes)


def a_provider(**changes: Any) -> Provider:
    """Return its studio, which demands something of everything."""
    provider = Provider(
        "sandbox",
        STUDIO,
        "Studio",
        currencies=("EUR", "JPY"),
        restricted_countries=("US",),
        fingerprint="cd" * 32,
        min_age=18,
        min_kyc_level="basic",
    )
    return replace(provider, **changes)


def stock(world: World, game: Game | None = None, provider: Provider | None = None) -> None:
    """Put a game and its studio into the catalogue."""
    table = world.environment["CATALOGUE_TABLE"]
    world.client.put_item(TableName=table, Item=game_item(game or a_game()))
    world.client.put_item(TableName=table, Item=provider_item(provider or a_provider()))


def introduce(world: World, **changes: str | None) -> None:
    """Tell the wallet who player-912 is."""
    known = {"name": "LuckyFox", "country": "DE", "birth_date": "1990-06-15", "kyc_level": "basic"}
    world.profiles.change(PLAYER, known | changes)


def make_desk(world: World, clock: FakeClock | None = None) -> Desk:
    """Wire the session API as its function does, but for the provider and the clock."""
    clock, provider = clock or FakeClock(time.time()), ScriptedProvider()
    table = world.environment["CATALOGUE_TABLE"]
    launches = DynamoDbLaunches(world.client, world.tables, GameItems(table, game_key, read_game))
    counterparts = CachedCounterparts(
        world.registry.in_force, DynamoDbCatalogue(world.client, table).provider, clock
    )
    watch = DynamoDbWatchedSessions(world.client, world.tables)
    closing = ClosingService(launches, watch, counterparts, provider, clock)
    service = LaunchService(launches, counterparts, provider, clock)
    endpoint = LaunchEndpoint(service, closing, clock, Telemetry("test"))
    return Desk(world, endpoint, provider, launches, watch, counterparts, clock)


def failure(code: str, status: int | None = None) -> ProviderError:
    """Return what the provider's client raises."""
    return ProviderError(code, "as told", status, {"x-request-id": "provider-7"})


def play_in(desk: Desk, session_id: str) -> Play:
    """Return the player at the game of a session."""
    return Play(desk.world, Caller(load_function("hooks")), session_id=session_id)


def is_watched(desk: Desk, session_id: str) -> bool:
    """Tell whether somebody still has to end the session."""
    key = {"session_id": {"S": session_id}}
    found = desk.world.client.get_item(TableName=desk.world.tables.sessions, Key=key)
    return "shard" in found["Item"]
