"""Sessions: who plays what, and what was said to and by the provider when one was launched."""

from collections.abc import Iterator
from typing import Final

from starlette.responses import Response

from casino.aws.dynamodb import scan
from casino.base.times import iso_utc
from casino.wallet.model import Session
from casino.wallet.store.items import read_session
from ops.context import Operations
from ops.verbs import session
from sandbox.console.shell import Asked, Page

#: How many sessions are listed.
MOST: Final = 100


def show(asked: Asked) -> Response:
    """Show the sessions, the newest first."""
    player, status = asked.query("player").strip(), asked.query("status")
    found = [
        each
        for each in _every(asked.operations)
        if player in each.player_id and status in ("", each.status)
    ]
    found.sort(key=lambda each: (each.opened_at, each.session_id), reverse=True)
    return asked.render(
        "sessions.html",
        sessions=[(each, iso_utc(each.expires_at)) for each in found[:MOST]],
        more=max(0, len(found) - MOST),
        player=player,
        status=status,
    )


def show_one(asked: Asked) -> Response:
    """Show a session as `ops session show` does."""
    told = session.show(asked.operations, asked.query("id") or "none")
    return asked.render("session.html", said=told.data)


def _every(operations: Operations) -> Iterator[Session]:
    """Yield each session once: under a counterpart's token stands a copy of it."""
    for item in scan(operations.dynamodb, operations.stack.tables.sessions):
        if "of" not in item:
            yield read_session(item)


PAGE: Final = Page("Sessions", "/sessions", {"/sessions": show, "/session": show_one})
