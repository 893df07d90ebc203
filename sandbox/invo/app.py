"""What the simulated Invo serves: player tokens, items, and `/admin`."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.invo.caller import Caller
from sandbox.invo.platform import Platform
from sandbox.processes import TIMEOUT_S

_KEY = "x-game-secret-key"


def create_app(base_url: str, given: Mapping[str, Any]) -> Starlette:
    """Return the application for a caller that was given this."""
    return app_of(Platform(Caller(**given), time.time, post))


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send a delivery over HTTP; returns its status, or 0."""
    try:
        return httpx.post(url, headers=headers, content=body, timeout=TIMEOUT_S).status_code
    except httpx.HTTPError:
        return 0


def app_of(platform: Platform) -> Starlette:
    """Return what a platform serves."""
    served, admin = _Served(platform), _Admin(platform)
    items = "/api/item-purchases"
    return Starlette(
        routes=[
            Route("/api/sdk/player-token", served.token, methods=["POST"]),
            Route("/api/sdk/me", served.me),
            Route(f"{items}/purchase-item", served.sell, methods=["POST"]),
            Route(f"{items}/order-details", served.order),
            Route("/admin/state", admin.state),
            Route("/admin/events", admin.tell, methods=["POST"]),
            Route("/admin/rotate", admin.rotate, methods=["POST"]),
            Route("/admin/clock", admin.clock, methods=["POST"]),
            Route("/admin/faults", admin.faults, methods=["POST"]),
        ]
    )


class _Served:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def token(self, request: Request) -> Response:
        asked = await _json(request)
        if (faulty := self._outage()) is not None:
            return faulty
        made = self._platform.mint(request.headers.get(_KEY))
        if made is None:
            return _refused(401, "INVALID_GAME_SECRET")
        if asked.get("player_email") != self._platform.caller.player_email:
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
        asked = await _json(request)
        if (faulty := self._without_key(request) or self._outage()) is not None:
            return faulty
        order, is_new = self._platform.sell(asked)
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


class _Admin:
    """What sends deliveries does so in a thread, beside the event loop."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def state(self, request: Request) -> Response:
        platform = self._platform
        return JSONResponse(
            {
                "now": platform.now(),
                "deliveries": [asdict(each) for each in platform.sent],
                "items": platform.items,
                "minted": platform.minted,
                "refused": platform.refused,
                "faults": asdict(platform.faults),
            }
        )

    async def tell(self, request: Request) -> Response:
        asked = await _json(request)
        event = self._platform.caller.event(
            str(asked["event_type"]), asked.get("data", {}), str(asked.get("idempotency_key", ""))
        )
        sent = await run_in_threadpool(
            lambda: self._platform.tell(
                event, zipped=bool(asked.get("gzip")), lost=bool(asked.get("lost"))
            )
        )
        return JSONResponse(asdict(sent), status_code=201)

    async def rotate(self, request: Request) -> Response:
        self._platform.rotate(str((await _json(request))["secret"]))
        return JSONResponse({"secrets": len(self._platform.secrets)})

    async def clock(self, request: Request) -> Response:
        seconds = float((await _json(request))["advance_s"])
        await run_in_threadpool(lambda: self._platform.advance(seconds))
        return JSONResponse({"now": self._platform.now()})

    async def faults(self, request: Request) -> Response:
        for name, value in (await _json(request)).items():
            setattr(self._platform.faults, name, value)
        return JSONResponse(asdict(self._platform.faults))


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"error": code.lower(), "code": code}, status_code=status)


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    found = json.loads(body) if body else {}
    return found if isinstance(found, dict) else {}
