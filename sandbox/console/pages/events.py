"""The events as they are published: what arrives in a queue on the stack's bus."""

from collections import deque
from contextlib import ExitStack, suppress
from threading import Lock
from typing import Any, Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from starlette.responses import Response

from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.events.model import Event
from ops.context import Operations
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page
from sandbox.told import Listener, listening

#: How many events are kept, and how many of them are listed.
KEPT: Final = 1_000
LISTED: Final = 50
#: How much of the queue one look takes: the page looks again in a second.
_BATCHES: Final = 20


class Hearing:
    """The latest events of the bus, the newest first, each with when it was seen."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = Lock()
        self._until_end = ExitStack()
        self._listener: Listener | None = None
        self._operations: Operations | None = None
        self._latest: deque[tuple[Event, float]] = deque(maxlen=KEPT)

    def latest(self) -> list[tuple[Event, float]]:
        """Listen, if nobody does yet, and return what was heard."""
        with self._lock:
            listener = self._listening()
            listener.hear(_BATCHES)
            self._latest.extendleft(listener.heard.values())
            listener.heard.clear()
            return list(self._latest)

    def close(self) -> None:
        """Take the queue off the bus; a stack that is down has lost it already."""
        with self._lock, suppress(BotoCoreError, ClientError):
            self._listener = None
            self._until_end.close()

    def _listening(self) -> Listener:
        operations = self._house.operations
        if self._listener is None or operations is not self._operations:
            with suppress(BotoCoreError, ClientError):  # the stack of before may be gone
                self._until_end.close()
            self._listener = self._until_end.enter_context(listening(operations))
            self._operations = operations
        return self._listener


def show(asked: Asked) -> Response:
    """Show the latest events."""
    return asked.render("events.html", **_listed(asked))


def show_latest(asked: Asked) -> Response:
    """Show them as they are now."""
    return asked.render("_events.html", **_listed(asked))


def show_one(asked: Asked) -> Response:
    """Show an event as it was published."""
    wanted = asked.query("id")
    for event, _ in asked.house.keep(Hearing).latest():
        if event.event_id == wanted:
            text = msgspec.json.format(event.text().encode(), indent=2).decode()
            return asked.render("event.html", event=event, text=text)
    raise AdminError("event_not_found", "The console did not hear it, or has forgotten it.")


def _listed(asked: Asked) -> dict[str, Any]:
    player, kind = asked.query("player").strip(), asked.query("type").strip()
    heard = asked.house.keep(Hearing).latest()
    found = [
        (event, iso_utc(at))
        for event, at in heard
        if player in (event.player_id or "") and kind in event.event_type
    ]
    return {"events": found[:LISTED], "heard": len(heard), "player": player, "kind": kind}


PAGE: Final = Page(
    "Events", "/events", {"/events": show, "/parts/events": show_latest, "/event": show_one}
)
