"""What the studio serves: the game page, and a route that opens a session; all in memory."""

import json
import secrets
from collections.abc import Mapping
from uuid import uuid4

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.game.line import line_routes
from sandbox.game.routes import own_tools_only
from sandbox.winupgo import frame
from sandbox.winupgo.caller import Caller
from sandbox.winupgo.rounds import WinupgoGame, WinupgoSeat


class Winupgo:
    """One studio, with the keys of one brand."""

    def __init__(self, base_url: str, caller: Caller) -> None:
        self._base_url = base_url
        self._caller = caller
        self._game = WinupgoGame(caller, frame.balance)

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/admin/state", own_tools_only(self._state)),
                Route("/admin/games", own_tools_only(self._open), methods=["POST"]),
                *line_routes(self._game.line),
                *self._game.routes(),
            ]
        )

    async def _open(self, request: Request) -> Response:
        """Open a session in the wallet for {"player_id", "currency"}; answer the game's URL."""
        asked = json.loads(await request.body())
        player, currency = str(asked["player_id"]), str(asked["currency"])
        order = {"player_id": player, "game_id": self._caller.game_id, "currency": currency}

        def ask() -> Response:
            token = self._caller.token()
            answer = self._caller.send(token, "/sessions", f"session-{uuid4().hex}", order)
            if answer.status_code != 201:
                return Response(answer.content, answer.status_code)
            seat = WinupgoSeat(
                secrets.token_urlsafe(24), self._caller.game_id, player, currency,
                session_id=answer.json()["session_id"],
            )  # fmt: skip
            self._game.seats[seat.token] = seat
            return JSONResponse({"url": f"{self._base_url}/play/{seat.token}"}, 201)

        return await run_in_threadpool(ask)

    async def _state(self, request: Request) -> Response:
        bets = [bet.tag for seat in self._game.seats.values() for bet in seat.bets]
        return JSONResponse({"sessions": len(self._game.seats), "open_bets": bets})


def create_app(base_url: str, given: Mapping[str, str]) -> Starlette:
    """Return the application of the studio with the keys `given`."""
    return Winupgo(base_url, Caller(**given)).app()
