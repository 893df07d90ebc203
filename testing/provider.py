"""A simulated provider in process, what its wallet says, and the client that ships at it."""

import asyncio
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import urllib3
from starlette.applications import Starlette

from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.registry import family
from casino.providers.circuit import Circuits
from casino.providers.ports import ProviderCall, ProviderError
from casino.providers.transport import Transport
from casino.signing.pair import CURRENT, Pair
from sandbox.provider.app import create_app
from sandbox.provider.config import Credential, ProviderConfig
from sandbox.provider.control import Control
from sandbox.provider.signatures import seal
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.integrations import an_integration

KEY = Credential("gp_test", "secret", "http://wallet.test/hooks")
NOW = datetime(2025, 10, 17, 12, 0, tzinfo=UTC)


@dataclass
class FakeWallet:
    """Answers hooks from `balance`; `script` holds what it answers before that, one per hook."""

    balance: Decimal = Decimal("100.00")
    script: list[httpx.Response | httpx.TransportError] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        hook = json.loads(request.content, parse_float=Decimal, parse_int=Decimal)
        self.requests.append(request)
        self.hooks.append(hook)
        if self.script:
            answer = self.script.pop(0)
            if isinstance(answer, httpx.TransportError):
                raise answer
            return answer
        self.balance += {"bet": -1, "win": 1, "refund": 1, "balance": 0}[hook["action"]] * hook.get(
            "amount", 0
        )
        return httpx.Response(200, json={"balance": float(self.balance), "transaction_id": "t"})


@dataclass
class Provider:
    """The provider's API as a platform with `KEY` sees it, and its admin routes."""

    client: httpx.Client
    control: Control
    wallet: FakeWallet

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.request("GET", path, b"", query)

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.request("POST", path, json.dumps(body).encode(), {})

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path, b"", {})

    def request(
        self, method: str, path: str, body: bytes, query: dict[str, Any], key: Credential = KEY
    ) -> httpx.Response:
        headers = seal(key, body, NOW)
        return self.client.request(
            method, f"/igsp/v1{path}", content=body, headers=headers, params=query
        )

    def everything(self, path: str, limit: int = 200, **query: object) -> list[dict[str, Any]]:
        """Every record of a list, page by page."""
        records: list[dict[str, Any]] = []
        cursor = None
        while True:
            given = query if cursor is None else {**query, "cursor": cursor}
            page = self.get(path, limit=limit, **given).json()
            records += page["data"]
            cursor = page["cursor"]["next"]
            if cursor is None:
                return records

    def playable_game(self, currency: str = "EUR") -> str:
        """The id of a game that may be launched in `currency`."""
        takes = {p["id"] for p in self.control.records("providers") if currency in p["currencies"]}
        return next(
            str(game["id"])
            for game in self.control.records("games")
            if game["status"] == "active"
            and not game["deleted_at"]
            and game["provider_id"] in takes
        )

    def launch(self, session_id: str = "sess-1", **changes: Any) -> httpx.Response:
        """Ask for a session that nothing speaks against, but for `changes`."""
        if "game_id" not in changes:
            changes["game_id"] = self.playable_game(changes.get("currency", "EUR"))
        wanted = {
            "player_id": "p_1", "player_name": "Lucky", "currency": "EUR",
            "session_id": session_id, "balance": 100.00,
        }  # fmt: skip
        return self.post("/sessions", wanted | changes)


class InProcess(httpx.BaseTransport):
    """Carries requests into an ASGI application without a network or a thread."""

    def __init__(self, app: Starlette, runner: asyncio.Runner) -> None:
        self._inner = httpx.ASGITransport(app)
        self._runner = runner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._carry(request))

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )


@contextmanager
def provider(games: int = 300, providers: int = 12, seed: int = 7) -> Iterator[Provider]:
    """A provider whose clock stands still at `NOW`."""
    wallet = FakeWallet()
    config = ProviderConfig(
        KEY.hooks_url, KEY.api_key, KEY.secret_key, "http://provider.test",
        seed=seed, games=games, providers=providers, retry_pause_s=0,
    )  # fmt: skip
    app = create_app(config, clock=lambda: NOW, transport=httpx.MockTransport(wallet))
    with asyncio.Runner() as runner:
        client = httpx.Client(transport=InProcess(app, runner), base_url="http://provider.test")
        yield Provider(client, Control("http://provider.test", client), wallet)


STUDIO_HUB = an_integration(url="http://provider.test/igsp/v1")


class Inline(Executor):
    """Does at once what a thread would do: moto is not isolated between threads."""

    def submit[**P, T](
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            done.set_exception(error)
        return done


def provider_keyring() -> FakeKeyring:
    """Return a keyring with the simulated provider's own pair."""
    return FakeKeyring(Pair(KEY.api_key, KEY.secret_key, CURRENT))


@dataclass
class Notes:
    """Remembers what an observer would log and count."""

    metrics: Counter[str] = field(default_factory=Counter)
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        self.events.append((name, fields))

    def count(self, metric: str, value: float, **metadata: object) -> None:
        self.metrics[metric] += int(value)

    def count_by(self, metric: str, value: float = 1, **dimensions: str) -> None:
        self.metrics[metric] += int(value)

    def attempt_failed(self, call: ProviderCall, error: ProviderError, retry_in_s: float) -> None:
        self.events.append(("attempt failed", {"code": error.code, "status": error.status}))

    def call_failed(self, call: ProviderCall, error: ProviderError) -> None:
        self.events.append(("call failed", {"code": error.code, "status": error.status}))

    def call_ended(self, call: ProviderCall, took_s: float, code: str) -> None:
        self.events.append(("call ended", {"took_s": took_s, "code": code}))

    def circuit_opened(self, integration: str, open_s: float) -> None:
        self.metrics["ProviderCircuitOpened"] += 1

    def circuit_closed(self, integration: str) -> None:
        self.events.append(("circuit closed", {}))

    def named(self, name: str) -> list[dict[str, object]]:
        return [fields for event, fields in self.events if event == name]


class InProcessPool(urllib3.PoolManager):
    """Carries the transport's requests to an application in this process."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self._client = client

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        sent = options["headers"]
        try:
            answer = self._client.request(method, url, content=options["body"], headers=sent)
        except (httpx.TransportError, ConnectionError) as error:
            raise urllib3.exceptions.ProtocolError(str(error)) from None
        return urllib3.HTTPResponse(
            io.BytesIO(answer.content),
            headers={n: v for n, v in answer.headers.items() if n != "content-encoding"},
            status=answer.status_code,
            preload_content=False,
        )


def provider_client(
    provider: Provider, clock: FakeClock, notes: Notes, page_limit: int = 50
) -> HttpProviderClient:
    """Return the client that ships, at a simulated provider in this process."""
    pool, circuits = InProcessPool(provider.client), Circuits(clock, notes)
    transport = Transport(
        provider_keyring(), family, clock, notes, circuits, pool=pool, jitter=lambda: 0.5
    )
    return HttpProviderClient(transport, page_limit)
