"""What the partner serves: launches and gifts; all its state is in memory."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.flexsoft.caller import Caller
from sandbox.flexsoft.signatures import holds

_REQUIRED = ("userToken", "currency", "platform", "portalMode", "language")


class Flexsoft:
    """One tenant of the partner."""

    def __init__(self, base_url: str, caller: Caller) -> None:
        self._base_url = base_url
        self._caller = caller
        self.sessions: dict[str, Mapping[str, str]] = {}
        self.gifts: dict[str, bytes] = {}

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/api/v1/launch/{game}", self._launch),
                Route("/api/v1/game-gifts", self._gift, methods=["POST"]),
                Route("/api/v1/game-gifts/cancel", self._gift, methods=["POST"]),
                Route("/play", self._play),
                Route("/admin/state", self._state),
            ]
        )

    async def _launch(self, request: Request) -> Response:
        query = dict(request.query_params)
        if request.headers.get("x-public-key") != self._caller.public_key:
            return _envelope(401, "unknown public key")
        if any(not query.get(name) for name in _REQUIRED):
            return _envelope(400, "a parameter is missing")
        token = f"ps_{secrets.token_urlsafe(18)}"
        self.sessions[token] = query | {"game": request.path_params["game"]}
        url = f"{self._base_url}/play?session={token}"
        return JSONResponse({"launch_url": url, "session_token": token})

    async def _gift(self, request: Request) -> Response:
        body = await request.body()
        known = request.headers.get("x-public-key") == self._caller.public_key
        if not known or not holds(self._caller.secret_key, request.headers, body):
            return _envelope(401, "signature")
        try:
            operator_tx_id = str(json.loads(body)["client"]["operatorTxId"])
        except (ValueError, KeyError, TypeError):
            return _envelope(400, "malformed")
        # A copy is the first call's own; another body under its id is a mistake.
        if self.gifts.setdefault(operator_tx_id, body) != body:
            return _envelope(409, "operatorTxId was used")
        return _envelope(200, "Success", {"operatorTxId": operator_tx_id})

    async def _play(self, request: Request) -> Response:
        session = self.sessions.get(request.query_params.get("session", ""))
        if session is None:
            return HTMLResponse("no such session", status_code=404)
        return HTMLResponse(f"<title>Flexsoft</title><h1>{session['game']}</h1>".replace("&", ""))

    async def _state(self, request: Request) -> Response:
        gifts = {name: body.decode() for name, body in self.gifts.items()}
        return JSONResponse({"sessions": self.sessions, "gifts": gifts})


def create_app(base_url: str, given: Mapping[str, str]) -> Starlette:
    """Return the application of the tenant with the keys `given`."""
    return Flexsoft(base_url, Caller(**given)).app()


def _envelope(code: int, message: str, data: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"code": code, "message": message, "data": data}, status_code=code)
