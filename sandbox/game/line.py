"""The line from a simulated studio to the wallet, on which things go wrong on demand.

A trouble lets `after` requests pass and meets the `times` ones that follow, whoever plays; the next
trouble waits until it is used up. The studio knows nothing of it: what is not answered it sends
again under the same id, as a real one does. `troubles` has the kinds.
"""

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.game.routes import Handler, own_tools_only
from sandbox.game.troubles import OF_MESSAGES, Trouble, trouble
from sandbox.processes import TIMEOUT_S

_SIGNATURES: Final = ("x-signature", "signature")
_SESSIONS: Final = ("session_id", "session_token")
_KEPT: Final = 60
_SHOWN: Final = 2_000

#: Yields a request to be sent, or seconds to wait; gets the answer; returns the studio's.
type Trip = Generator[httpx.Request | float, httpx.Response | None, httpx.Response]


class Line:
    """Carries a studio's requests; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._carried: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.clear()

    def clear(self) -> None:
        """Forget all troubles; what is held up is lost."""
        self._armed: list[Trouble] = []
        self._stuck: tuple[bytes, Trouble] | None = None
        self._held: list[httpx.Request] = []

    def arm(self, wanted: Mapping[str, Any]) -> Trouble:
        """Add a trouble as the admin route takes it; raises `TroubleError`."""
        armed = trouble(wanted)
        with self._lock:
            self._armed.append(armed)
        return armed

    def describe(self) -> dict[str, Any]:
        """Return the troubles that wait, how much is held up, and what was carried, in order."""
        with self._lock:
            armed = [each.describe() for each in self._armed]
            return {"armed": armed, "held": len(self._held), "carried": list(self._carried)}

    def free(self) -> None:
        """Take note that the studio sends what it owes: the copies are new messages."""
        self._stuck = None

    @property
    def skew_s(self) -> float:
        """How much the studio's clock is off for the next request, in seconds."""
        return float(self._ahead("skew").get("skew_s", 0))

    def told(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request's fields, in the session that a trouble puts there."""
        other = self._ahead("session").get("session")
        return {
            name: other if other and name in _SESSIONS else value for name, value in fields.items()
        }

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send a request; raises `httpx.TransportError` when there is no answer."""
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            request = client.build_request("POST", url, content=body, headers=headers)
            return self.carry(request, client.send)

    def carry(
        self, request: httpx.Request, send: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        """Return the answer of a request that `send` sends; raises `httpx.TransportError`."""
        trip, answer = self.trip(request), None
        while True:
            try:
                wanted = trip.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(wanted, httpx.Request):
                answer = send(wanted)
            else:
                time.sleep(wanted)

    async def carry_beside(
        self, request: httpx.Request, send: Callable[[httpx.Request], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        """Do the same in an event loop."""
        trip, answer = self.trip(request), None
        while True:
            try:
                wanted = trip.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            if isinstance(wanted, httpx.Request):
                answer = await send(wanted)
            else:
                await asyncio.sleep(wanted)

    def trip(self, request: httpx.Request) -> Trip:
        """Yield what is to be done for a request; raises `httpx.TransportError`."""
        met, first = self._meet(request.content)
        kind = met.kind if met else ""
        if met and kind == "delay":
            yield met.options["delay_s"]
        if kind in ("drop", "down"):
            self._note(request, kind)
            raise httpx.ConnectError("the request was lost", request=request)
        if kind == "reorder":
            if first:
                self._held.append(request)
            self._note(request, kind)
            raise httpx.ReadTimeout("the request is held up", request=request)
        if kind == "signature":
            request = _forged(request)
        answer = yield request
        assert answer is not None  # noqa: S101 - what the carrier sends in for a request
        self._note(request, kind, answer)
        if kind == "double":
            self._note(request, "double, the copy", (yield request))
        late, self._held = self._held, []
        for each in late:
            self._note(each, "reorder, now delivered", (yield each))
        if kind == "drop-answer":
            raise httpx.ReadError("the answer was lost", request=request)
        return answer

    def _ahead(self, kind: str) -> Mapping[str, Any]:
        """Return the options of the trouble that the next request meets, if it is of this kind."""
        with self._lock:
            met = self._armed and not self._armed[0].after and self._armed[0].kind == kind
            return self._armed[0].options if met else {}

    def _meet(self, body: bytes) -> tuple[Trouble | None, bool]:
        """Return the trouble that a request meets, and whether it is the message's first."""
        with self._lock:
            if self._stuck and self._stuck[0] == body:
                return self._stuck[1], False
            met = self._armed[0] if self._armed else None
            if met is None:
                return None, True
            if met.after:
                met.after -= 1
                return None, True
            if met.kind == "session" and met.options["session"].encode() not in body:
                return None, True
            met.met += 1
            if met.met == met.times:
                self._armed.pop(0)
            if met.kind in OF_MESSAGES:
                self._stuck = body, met
            return met, True

    def _note(
        self, request: httpx.Request, trouble: str, answer: httpx.Response | None = None
    ) -> None:
        said = {"status": 0, "answer": "", "replay": False}
        if answer is not None:
            replay = answer.headers.get("idempotent-replayed") == "true"
            said = {"status": answer.status_code, "answer": answer.text, "replay": replay}
        path = request.url.path.rpartition("/")[2]
        body = request.content.decode("utf-8", "replace")[:_SHOWN]
        number = {"number": next(self._numbers)}
        self._carried.append(number | {"trouble": trouble, "to": path, "body": body, **said})


def _forged(request: httpx.Request) -> httpx.Request:
    """Return the request with another signature of the same form."""
    headers = request.headers.copy()
    for name in _SIGNATURES:
        if name in headers:
            value = headers[name]
            # Well before the padding of base64 and the colon behind it.
            at = len(value) - 8
            digit = "1" if value[at] == "0" else "0"
            headers[name] = value[:at] + digit + value[at + 1 :]
    return httpx.Request(request.method, request.url, headers=headers, content=request.content)


def line_routes(line: Line, guard: Callable[[Handler], Handler] = own_tools_only) -> list[Route]:
    """Return `/admin/line`: GET shows it, POST arms a trouble, DELETE forgets them."""

    async def show(request: Request) -> Response:
        return JSONResponse(line.describe())

    async def arm(request: Request) -> Response:
        try:
            wanted = await request.json()
            return JSONResponse(line.arm(wanted).describe(), 201)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    async def clear(request: Request) -> Response:
        line.clear()
        return Response(status_code=204)

    handlers = {"GET": show, "POST": arm, "DELETE": clear}
    return [
        Route("/admin/line", guard(handler), methods=[method])
        for method, handler in handlers.items()
    ]
