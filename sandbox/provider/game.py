"""The game in a browser: a page with a balance and a button, and the routes behind it.

All money moves on the server. The page knows its token, and the token holds no information.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.provider.rounds import StakeError, Table, stakes
from sandbox.provider.sessions import Session
from sandbox.provider.state import State
from sandbox.provider.wire import read_object

_PAGE: Final = Path(__file__).parent / "page"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    ),
    # The address is the player's key to the session: the lobby must not learn it from a link.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Game:
    """`/play`."""

    def __init__(self, state: State, table: Table) -> None:
        self._state = state
        self._table = table

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route("/page/{name}", self._file),
            Route("/play/{token}", self._page),
            Route("/play/{token}/state", self._show),
            Route("/play/{token}/spin", self._spin, methods=["POST"]),
        ]

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("game.js", "game.css"):
            return Response(status_code=404)
        return FileResponse(_PAGE / name, headers=_HEADERS)

    async def _page(self, request: Request) -> Response:
        if self._session(request) is None:
            return Response("This game is over.", 404, _HEADERS, "text/plain")
        return FileResponse(_PAGE / "index.html", headers=_HEADERS)

    async def _show(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return _json({"error": "session_not_found"}, 404)
        wanted = session.request
        return _json(
            {
                "game": session.game["name"],
                "player": wanted["player_name"],
                "currency": wanted["currency"],
                "is_demo": session.is_demo,
                "return_url": _web_address(wanted.get("return_url")),
                "balance": await self._table.balance(session),
                "stakes": stakes(session),
                "rounds": session.rounds,
            }
        )

    async def _spin(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return _json({"error": "session_not_found"}, 404)
        try:
            stake = decimal(read_object(await request.body()).get("stake"))
            played = await self._table.play(session, stake)
        except ValueError as error:
            return _json({"error": "invalid_request", "message": str(error)}, 400)
        return _json(played, 409 if played.get("error") else 200)

    def _session(self, request: Request) -> Session | None:
        return self._state.sessions.by_token.get(request.path_params["token"])


def decimal(value: object) -> Decimal:
    """Return an amount that came as a JSON text; raises `StakeError` for anything else."""
    if not isinstance(value, str):
        raise StakeError("an amount is a text of digits")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise StakeError("an amount is a text of digits") from None


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status, headers=_HEADERS)


def _web_address(url: str | None) -> str | None:
    """Return a link that is safe to show: a `javascript:` address would run in our page."""
    return url if url is not None and url.startswith(("https://", "http://")) else None
