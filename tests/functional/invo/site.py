"""The casino's site beside a simulated Invo: the function that it asks, over an emulated AWS."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import urllib3

from casino.aws.clients import secrets_client
from casino.base.clock import SystemClock
from casino.dialects.invo.client import ACCOUNT
from casino.wiring.invo import calls_handler
from sandbox.invo.app import app_of
from sandbox.invo.platform import Platform
from testing.crashes import Crashes, CrashingClient
from testing.integrations import an_integration
from testing.provider import InProcess, InProcessPool
from testing.world import World
from tests.functional.invo.house import CALLER

INVO = an_integration(ACCOUNT, ACCOUNT, settings=(("url", "http://127.0.0.1:9/sandbox"),))
ITEM: dict[str, Any] = {
    "integration": ACCOUNT,
    "player_id": "ann",
    "player_email": CALLER.player_email,
    "player_name": "Ann Fox",
    "client_request_id": "req-1",
    "item_id": "sword",
    "item_name": "Sword",
    "quantity": 3,
    "unit_price": "2.50",
}


class _Line(InProcessPool):
    """Carries calls to Invo, and dies at one of them, before or after it has reached Invo."""

    def __init__(self, client: httpx.Client, crashes: Crashes) -> None:
        super().__init__(client)
        self._crashes = crashes

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        answer: urllib3.BaseHTTPResponse = self._crashes.call(
            super().request, method, url.replace("/sandbox", ""), **options
        )
        return answer


@dataclass
class Site:
    """Each `ask` is answered by an environment that has just started."""

    world: World
    platform: Platform
    client: httpx.Client
    crashes: Crashes = field(default_factory=Crashes)

    def environment(self) -> Any:
        """Return the handler of an environment of its own."""
        return calls_handler(
            self.world.environment,
            CrashingClient(self.world.client, self.crashes),
            CrashingClient(secrets_client(), self.crashes),
            _Line(self.client, self.crashes),
        )

    def ask(self, route: str, body: Any, handler: Any = None) -> tuple[int, dict[str, Any]]:
        """Send a request that IAM let in; return status and body."""
        event = {
            "httpMethod": "POST",
            "resource": route,
            "requestContext": {"requestId": "r1", "identity": {"userArn": "arn:aws:iam::1:role/x"}},
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        answer = (handler or self.environment())(event, None)
        assert answer["headers"]["Cache-Control"] == "no-store"
        return answer["statusCode"], json.loads(answer["body"])

    def buy(self, **changes: Any) -> tuple[int, dict[str, Any]]:
        return self.ask("/item-purchases", ITEM | changes)

    def token(self, handler: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        asked = {"integration": ACCOUNT, "player_email": CALLER.player_email} | more
        return self.ask("/player-tokens", asked, handler)


@contextmanager
def open_site(world: World) -> Iterator[Site]:
    """A site whose casino has an account at Invo."""
    world.registry.put(INVO, ())
    pair = json.dumps({"api_key": CALLER.game_id, "secret_key": CALLER.sdk_key})
    secrets_client().create_secret(Name=INVO.secret_name, SecretString=pair)
    platform = Platform(CALLER, SystemClock().now, lambda url, headers, body: 200)
    with asyncio.Runner() as runner:
        yield Site(world, platform, httpx.Client(transport=InProcess(app_of(platform), runner)))
