"""What the simulated partners that send webhooks share: a clock that is moved, faults, `/admin`."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Protocol

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.game.routes import Handler, own_tools_only
from sandbox.processes import TIMEOUT_S

#: Sends a webhook, and returns the status that came back; 0 when nobody answered.
type Post = Callable[[str, dict[str, str], bytes], int]


class Webhook(Protocol):
    """One webhook, which is sent until it is over."""

    @property
    def over(self) -> bool:
        """Whether it was taken, or given up."""

    @property
    def due_at(self) -> float:
        """When it is sent next."""


class Sender[W: Webhook](ABC):
    """Sends webhooks by a clock of its own; safe to use from several threads.

    `faults` is a dataclass of what goes wrong.
    """

    def __init__(self, faults: Any, now: Callable[[], float], post: Post) -> None:
        self.faults = faults
        self.webhooks: list[W] = []
        self.post = post
        self.lock = threading.RLock()
        self._real_now = now
        self._ahead_s = 0.0

    def now(self) -> float:
        """Return the simulated time."""
        return self._real_now() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Move the clock, and send what is due on the way, each at its own time."""
        with self.lock:
            until = self.now() + seconds
            while due := [each for each in self.webhooks if not each.over and each.due_at <= until]:
                first = min(due, key=lambda each: each.due_at)
                self._ahead_s += max(0.0, first.due_at - self.now())
                self.attempt(first)
            self._ahead_s += max(0.0, until - self.now())

    def hit(self, fault: str) -> bool:
        """Count a fault down; tell whether it hits."""
        with self.lock:
            left = int(getattr(self.faults, fault))
            setattr(self.faults, fault, max(0, left - 1))
            return left > 0

    @abstractmethod
    def attempt(self, webhook: W) -> None:
        """Send a webhook now."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return what `/admin/state` tells beside time and faults."""


def admin_routes(sender: Sender[Any], **more: Handler) -> list[Route]:
    """Return `/admin/state`, `clock`, `faults` and more, which this machine's own tools may ask."""

    async def state(request: Request) -> Response:
        told = {"now": sender.now(), **sender.state(), "faults": asdict(sender.faults)}
        return JSONResponse(told)

    async def clock(request: Request) -> Response:
        # What sends does so in a thread, beside the event loop.
        await run_in_threadpool(sender.advance, float((await asked(request))["advance_s"]))
        return JSONResponse({"now": sender.now()})

    async def faults(request: Request) -> Response:
        try:
            with sender.lock:
                sender.faults = replace(sender.faults, **await asked(request))
        except TypeError as error:
            return JSONResponse({"message": str(error)}, 400)
        return JSONResponse(asdict(sender.faults))

    posted = {"clock": clock, "faults": faults, **more}
    return [
        Route("/admin/state", own_tools_only(state)),
        *(
            Route(f"/admin/{name}", own_tools_only(handler), methods=["POST"])
            for name, handler in posted.items()
        ),
    ]


async def asked(request: Request) -> dict[str, Any]:
    """Return the object in a request's body; an empty one when there is none."""
    body = await request.body()
    found = json.loads(body) if body else {}
    return found if isinstance(found, dict) else {}


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send over HTTP; returns the status, or 0."""
    try:
        return httpx.post(url, headers=headers, content=body, timeout=TIMEOUT_S).status_code
    except httpx.HTTPError:
        return 0
