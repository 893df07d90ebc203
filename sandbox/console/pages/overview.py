"""The first page: the players with their money as it moves, and who plays with them."""

from typing import Any, Final

from starlette.responses import Response

from casino.base.errors import AdminError
from casino.wallet.model import Wallet
from casino.wallet.shown import wallet_shown
from sandbox.console.shell import Asked, Page

#: How many wallets beside the players of the sandbox are listed.
MOST_OTHERS: Final = 50
_NAMES: Final = {"flexsoft": "Flexsoft", "winupgo": "WinUpGo", "igv": "iGV", "invo": "Invo"}


def show(asked: Asked) -> Response:
    """Show the page."""
    wanted = asked.query("player").strip()
    known = {player for player, _ in _players(asked.stack)}
    every = asked.operations.accounts.wallets()
    others = sorted(
        (w for w in every if w.player_id not in known and wanted in w.player_id),
        key=lambda wallet: (wallet.player_id, wallet.currency),
    )
    return asked.render(
        "overview.html",
        rows=rows(asked),
        counterparts=_counterparts(asked.stack),
        base_url=asked.stack["base_url"],
        others=[row(wallet) for wallet in others[:MOST_OTHERS]],
        more=max(0, len(others) - MOST_OTHERS),
        wanted=wanted,
    )


def wallets(asked: Asked) -> Response:
    """Show the wallets of the sandbox's players as they are now."""
    return asked.render("_wallets.html", rows=rows(asked), live=True)


def rows(asked: Asked) -> list[dict[str, Any]]:
    """Return the wallets of the sandbox's players; one that is gone is left out."""
    found = []
    for player, currency in _players(asked.stack):
        try:
            found.append(row(asked.operations.players.wallet(player, currency)))
        except AdminError:
            continue
    return found


def row(wallet: Wallet) -> dict[str, Any]:
    """Return a wallet as the table shows it."""
    return {"bonus": None, **wallet_shown(wallet), "player_id": wallet.player_id}


def _players(stack: dict[str, Any]) -> list[tuple[str, str]]:
    return [(seat["player_id"], seat["currency"]) for seat in stack["players"]]


def _counterparts(stack: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each counterpart with the address at which it calls the wallet."""
    told = stack.get("dialects", {})
    return [
        ("iGSP", stack["hooks_url"]),
        *((_NAMES.get(name, name), str(own.get("url", ""))) for name, own in told.items()),
    ]


PAGE: Final = Page("Overview", "/", {"/": show, "/parts/wallets": wallets})
