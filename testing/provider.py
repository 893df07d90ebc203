"""A simulated provider in process, with signed requests and a wallet made of one dict."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from starlette.applications import Starlette

from sandbox.provider.app import create_app
from sandbox.provider.config import Credential, ProviderConfig
from sandbox.provider.control import Control
from sandbox.provider.signatures import seal

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
