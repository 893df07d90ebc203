"""Who may ask the console, and what a browser may do with its pages.

The console holds signing secrets and moves the sandbox's money. It answers this machine's own
names only, so that no page elsewhere reaches it by a name of its own (DNS rebinding), and takes a
POST from its own pages only: a game of a provider runs on another port, which is another origin.
"""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.game.routes import is_own
from sandbox.processes import LOOPBACK

_HOSTS: Final = frozenset({LOOPBACK, "localhost"})
_READS: Final = ("GET", "HEAD")
_POLICY: Final = "Content-Security-Policy"


def policy(frames: Sequence[str] = ()) -> str:
    """Return the policy of a page that embeds pages of the origins `frames`.

    Pico's sheet holds its icons as `data:` images.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self'; frame-src {' '.join(frames) or "'none'"}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


_HEADERS: Final = {
    "Cache-Control": "no-store",
    _POLICY: policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With "no-referrer" a browser would hide the origin of our own forms, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """The ASGI application `app` behind these rules."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app if _may_ask(Request(scope)) else _REFUSAL
        await app(scope, receive, sealed)


_REFUSAL: Final = PlainTextResponse("only the console's own pages may ask", 403)


def _may_ask(request: Request) -> bool:
    """Tell whether a request comes from a page of the console, or reads from this machine."""
    says_origin = "origin" in request.headers
    return is_own(request, _HOSTS) and (request.method in _READS or says_origin)
