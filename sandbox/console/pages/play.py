"""A game to play, beside the wallet whose money it moves."""

from typing import Final
from urllib.parse import quote, urlsplit

from starlette.responses import Response

from ops.errors import OpsError
from ops.verbs.session import launch
from sandbox.console.pages.catalogue import Games
from sandbox.console.pages.wallet import entries, money
from sandbox.console.shell import Asked, Page
from sandbox.processes import LOOPBACK

#: How many games of each integration are offered; the catalogue has the rest.
OFFERED: Final = 12


def show(asked: Asked) -> Response:
    """Show the game of a session, or what may be played."""
    return _game(asked) if asked.query("session") else _choice(asked)


def open_game(asked: Asked) -> Response:
    """Launch a game through the API, and show it."""
    player, _, currency = asked.form.get("wallet", "").partition("|")
    game = asked.form.get("game", "")
    if not (player and currency and game):
        raise OpsError("invalid_request", "Choose a player and a game.")
    opened = launch(asked.operations, player, currency, game).data
    assert isinstance(opened, dict)  # noqa: S101 - what this verb answers
    return asked.go(f"/play?session={quote(opened['session_id'])}")


def _choice(asked: Asked) -> Response:
    offered: dict[str, list[tuple[str, str]]] = {}
    for each in asked.house.keep(Games).every():
        own = offered.setdefault(each.game.integration, [])
        if each.game.launchable and len(own) < OFFERED:
            own.append((each.game.game_id, each.game.name))
    return asked.render(
        "play.html",
        seats=[(seat["player_id"], seat["currency"]) for seat in asked.stack["players"]],
        offered=offered,
        wanted=asked.query("game"),
    )


def _game(asked: Asked) -> Response:
    launched = asked.operations.sessions.launched(asked.query("session"))
    named = launched.session.player_id, launched.session.currency
    origin = _local_origin(launched.url)
    return asked.render(
        "game.html",
        frames=[origin] if origin else [],
        url=launched.url if origin else None,
        session=launched.session,
        **(money(asked, *named) | entries(asked, *named)),
    )


def _local_origin(url: str | None) -> str | None:
    """Return where a game is served from; `None` when that is not this machine."""
    parts = urlsplit(url or "")
    if parts.scheme != "http" or parts.hostname != LOOPBACK:
        return None
    return f"http://{LOOPBACK}:{parts.port or 80}"


PAGE: Final = Page("Play", "/play", {"/play": show}, {"/play": open_game})
