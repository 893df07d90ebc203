"""The game in a browser: a page with a balance and a button, and the routes behind it.

The page knows its token, and the token holds no information. A game answers what the page shows:

state   {"game", "player", "currency", "is_demo", "return_url", "balance", "stakes", "rounds"}
round   {"round_id", "bet", "win", "balance"}, with "error" and "message" when it went wrong
both    may have "ways", [{"id", "name"}], when there is more than one way to play a round
a round may have "said" and "cell", words of its own for the result and in the place of the win,
        and "calls", what was sent and answered
books   {"player", "currency", "rounds", "owed"}: what the studio believes; the wallet is not asked.
        A round's "net" is what it moved, as a text; None while an answer is missing
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.processes import LOOPBACK

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

type Handler = Callable[[Request], Awaitable[Response]]


class Game[S](ABC):
    """`/play`; `S` is a session."""

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route("/page/{name}", self._file),
            Route("/play/{token}", self._page),
            Route("/play/{token}/state", self._answer_state),
            Route("/play/{token}/spin", self._answer_spin, methods=["POST"]),
            Route("/play/{token}/books", self._answer_books),
            Route("/play/{token}/settle", self._answer_settle, methods=["POST"]),
        ]

    @abstractmethod
    def session(self, token: str) -> S | None:
        """Return who plays under a token."""

    @abstractmethod
    async def show(self, session: S) -> dict[str, Any]:
        """Return the state of a session."""

    @abstractmethod
    async def spin(self, session: S, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Play the round that the page asks for; raises `ValueError` when there is no such."""

    @abstractmethod
    def books(self, session: S) -> dict[str, Any]:
        """Return what the studio believes that happened."""

    @abstractmethod
    async def settle(self, session: S) -> None:
        """Send again what the wallet has not answered yet."""

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("game.js", "game.css"):
            return Response(status_code=404)
        return FileResponse(_PAGE / name, headers=_HEADERS)

    async def _page(self, request: Request) -> Response:
        if self.session(request.path_params["token"]) is None:
            return Response("This game is over.", 404, _HEADERS, "text/plain")
        return FileResponse(_PAGE / "index.html", headers=_HEADERS)

    async def _answer_state(self, request: Request) -> Response:
        session = self.session(request.path_params["token"])
        if session is None:
            return _json({"error": "session_not_found"}, 404)
        return _json(await self.show(session))

    async def _answer_spin(self, request: Request) -> Response:
        session = self.session(request.path_params["token"])
        if session is None:
            return _json({"error": "session_not_found"}, 404)
        try:
            wanted = json.loads(await request.body())
            if not isinstance(wanted, dict):
                raise ValueError("not a JSON object")
            played = await self.spin(session, wanted)
        except ValueError as error:
            return _json({"error": "invalid_request", "message": str(error)}, 400)
        return _json(played, 409 if played.get("error") else 200)

    async def _answer_books(self, request: Request) -> Response:
        return await self._told(request, settled=False)

    async def _answer_settle(self, request: Request) -> Response:
        return await self._told(request, settled=True)

    async def _told(self, request: Request, *, settled: bool) -> Response:
        session = self.session(request.path_params["token"])
        if session is None:
            return _json({"error": "session_not_found"}, 404)
        if settled:
            await self.settle(session)
        return _json(self.books(session))


def web_address(url: str | None) -> str | None:
    """Return a link that is safe to show: a `javascript:` address would run in our page."""
    return url if url is not None and url.startswith(("https://", "http://")) else None


def is_own(request: Request, hosts: frozenset[str | None]) -> bool:
    """Tell whether a request comes from this machine's own tools.

    A web page elsewhere names its origin, or reaches this address by a name of its own.
    """
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    try:
        named = urlsplit(f"//{host}").hostname in hosts
    except ValueError:
        return False
    return named and origin in (None, f"{request.url.scheme}://{host}")


def own_tools_only(handler: Handler) -> Handler:
    """Return a handler of the loopback interface that refuses every web page's requests."""

    async def guarded(request: Request) -> Response:
        if not is_own(request, frozenset({LOOPBACK, "localhost"})):
            return Response("only this machine's own tools may ask", 403)
        return await handler(request)

    return guarded


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status, headers=_HEADERS)
