"""What the partner serves: launches, gifts and the game page; all its state is in memory."""

import json
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.flexsoft.caller import Caller
from sandbox.flexsoft.rounds import FlexsoftGame, FlexsoftSeat, Gift
from sandbox.flexsoft.signatures import holds
from sandbox.game.line import line_routes
from sandbox.game.routes import own_tools_only, web_address

_REQUIRED = ("userToken", "currency", "platform", "portalMode", "language")


class Flexsoft:
    """One tenant of the partner."""

    def __init__(self, base_url: str, caller: Caller) -> None:
        self._base_url = base_url
        self._caller = caller
        self._game = FlexsoftGame(caller)
        self.gifts: dict[str, bytes] = {}

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/api/v1/launch/{game}", self._launch),
                Route("/api/v1/game-gifts", self._grant, methods=["POST"]),
                Route("/api/v1/game-gifts/cancel", self._cancel, methods=["POST"]),
                Route("/admin/state", own_tools_only(self._state)),
                *line_routes(self._game.line),
                *self._game.routes(),
            ]
        )

    async def _launch(self, request: Request) -> Response:
        query = dict(request.query_params)
        if request.headers.get("x-public-key") != self._caller.public_key:
            return _envelope(401, "unknown public key")
        if any(not query.get(name) for name in _REQUIRED):
            return _envelope(400, "a parameter is missing")
        token = f"ps_{secrets.token_urlsafe(18)}"
        self._game.seats[token] = FlexsoftSeat(
            token,
            request.path_params["game"],
            player="",
            currency=query["currency"],
            return_url=web_address(query.get("returnUrl")),
            user_token=query["userToken"],
        )
        url = f"{self._base_url}/play/{token}"
        return JSONResponse({"launch_url": url, "session_token": token})

    async def _grant(self, request: Request) -> Response:
        return await self._gift(request, self._give)

    async def _cancel(self, request: Request) -> Response:
        return await self._gift(request, self._take_back)

    async def _gift(self, request: Request, act: Any) -> Response:
        body = await request.body()
        known = request.headers.get("x-public-key") == self._caller.public_key
        if not known or not holds(self._caller.secret_key, request.headers, body):
            return _envelope(401, "signature")
        try:
            told = json.loads(body)
            operator_tx_id = str(told["client"]["operatorTxId"])
            is_copy = operator_tx_id in self.gifts
            # A copy is the first call's own; another body under its id is a mistake.
            if self.gifts.setdefault(operator_tx_id, body) != body:
                return _envelope(409, "operatorTxId was used")
            for gift in [] if is_copy else told["gifts"]:
                act(told["client"], gift)
        except (ValueError, KeyError, TypeError):
            return _envelope(400, "malformed")
        return _envelope(200, "Success", {"operatorTxId": operator_tx_id})

    def _give(self, client: Mapping[str, Any], gift: Mapping[str, Any]) -> None:
        stake = Decimal(gift["betLevel"]) / 1000
        who = str(client["userId"]), str(client["currencyCode"])
        self._game.gifts[gift["giftKey"]] = Gift(*who, gift["gameName"], gift["quantity"], stake)

    def _take_back(self, client: Mapping[str, Any], gift: Mapping[str, Any]) -> None:
        self._game.gifts.pop(gift["giftKey"], None)

    async def _state(self, request: Request) -> Response:
        seats = self._game.seats.values()
        gifts = {name: body.decode() for name, body in self.gifts.items()}
        user_tokens = {seat.token: {"userToken": seat.user_token} for seat in seats}
        return JSONResponse({"sessions": user_tokens, "gifts": gifts})


def create_app(base_url: str, given: Mapping[str, str]) -> Starlette:
    """Return the application of the tenant with the keys `given`."""
    return Flexsoft(base_url, Caller(**given)).app()


def _envelope(code: int, message: str, data: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"code": code, "message": message, "data": data}, status_code=code)
