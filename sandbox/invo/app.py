"""What the simulated Invo serves: player tokens, items, and `/admin`."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.invo.caller import Caller
from sandbox.invo.platform import Platform
from sandbox.sender import admin_routes, asked, post

_KEY = "x-game-secret-key"


def create_app(base_url: str, given: Mapping[str, Any]) -> Starlette:
    """Return the application for a caller that was given this."""
    return app_of(Platform(Caller(**given), time.time, post))


def app_of(platform: Platform) -> Starlette:
    """Return what a platform serves."""
    served = _Served(platform)
    items = "/api/item-purchases"

    async def tell(request: Request) -> Response:
        wanted = await asked(request)
        key = str(wanted.get("idempotency_key", ""))
        event = platform.caller.event(str(wanted["event_type"]), wanted.get("data", {}), key)
        zipped, lost = bool(wanted.get("gzip")), bool(wanted.get("lost"))
        sent = await run_in_threadpool(platform.tell, event, zipped=zipped, lost=lost)
        return JSONResponse(asdict(sent), status_code=201)

    async def rotate(request: Request) -> Response:
        match await asked(request):
            case {"secret": str() as secret}:
                platform.rotate(secret)
            case {"sdk_key": str() as key}:
                platform.sdk_key = key
        return JSONResponse({"secrets": len(platform.secrets)})

    return Starlette(
        routes=[
            Route("/api/sdk/player-token", served.token, methods=["POST"]),
            Route("/api/sdk/me", served.me),
            Route(f"{items}/purchase-item", served.sell, methods=["POST"]),
            Route(f"{items}/order-details", served.order),
            *admin_routes(platform, events=tell, rotate=rotate),
        ]
    )


class _Served:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def token(self, request: Request) -> Response:
        wanted = await asked(request)
        if (faulty := self._outage()) is not None:
            return faulty
        made = self._platform.mint(request.headers.get(_KEY))
        if made is None:
            return _refused(401, "INVALID_GAME_SECRET")
        if wanted.get("player_email") != self._platform.caller.player_email:
            return _refused(404, "PLAYER_NOT_FOUND")
        ends = datetime.fromtimestamp(made.pop("ends"), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return JSONResponse({**made, "expires_at": ends})

    async def me(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._platform.knows_token(token):
            return _refused(401, "SDK_TOKEN_EXPIRED")
        if self._platform.hit("tokens_stale"):
            return _refused(403, "PLAYER_TOKEN_STALE")
        return JSONResponse({"identity_id": self._platform.caller.identity_id})

    async def sell(self, request: Request) -> Response:
        wanted = await asked(request)
        if (faulty := self._without_key(request) or self._outage()) is not None:
            return faulty
        order, is_new = self._platform.sell(wanted)
        if self._platform.hit("answers_lost"):
            return _refused(503, "UNAVAILABLE")
        if not is_new:
            return _refused(409, "DUPLICATE_REQUEST")
        return JSONResponse({"status": "success", **order})

    async def order(self, request: Request) -> Response:
        if (faulty := self._without_key(request) or self._outage()) is not None:
            return faulty
        found = self._platform.items.get(request.query_params.get("client_request_id", ""))
        if found is None:
            return _refused(404, "ORDER_NOT_FOUND")
        return JSONResponse({"status": "success", "order": found})

    def _without_key(self, request: Request) -> Response | None:
        known = self._platform.knows_key(request.headers.get(_KEY))
        return None if known else _refused(401, "INVALID_GAME_SECRET")

    def _outage(self) -> Response | None:
        if self._platform.hit("errors"):
            return _refused(503, "UNAVAILABLE")
        return _refused(429, "RATE_LIMITED") if self._platform.hit("busy") else None


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"error": code.lower(), "code": code}, status_code=status)
