"""A wallet: its money as it moves, and its ledger as it grows, each entry with its story."""

from typing import Any, Final

from starlette.responses import Response

from casino.base.errors import AdminError
from casino.base.money import amount
from casino.wallet.explain import Story
from casino.wallet.shown import rows_shown, wallet_shown
from casino.wallet.statement import Wanted
from ops.story import facts
from sandbox.console.shell import Asked, Page

#: How many entries a page holds.
ENTRIES: Final = 20


def show(asked: Asked) -> Response:
    """Show a wallet with its latest entries, or with those after a cursor."""
    named = _named(asked)
    return asked.render("wallet.html", **(money(asked, *named) | entries(asked, *named)))


def show_money(asked: Asked) -> Response:
    """Show what the wallet holds now."""
    return asked.render("_money.html", **money(asked, *_named(asked)))


def show_ledger(asked: Asked) -> Response:
    """Show the latest entries as they are now."""
    return asked.render("_ledger.html", **entries(asked, *_named(asked)))


def show_entry(asked: Asked) -> Response:
    """Show all that is known of a transaction."""
    name, integration = asked.query("transaction"), asked.query("integration")
    found = asked.operations.ledger.explain(name, integration or None)
    story = found if isinstance(found, Story) else None
    record = found.entry if isinstance(found, Story) else found
    return asked.render(
        "entry.html",
        facts=facts(found),
        player_id=record.player_id,
        currency=record.currency,
        entry=story.entry if story else None,
        intact=story is None or story.intact,
        postings=_postings(story),
    )


def money(asked: Asked, player: str, currency: str) -> dict[str, Any]:
    """Return what `_money.html` shows of a wallet."""
    wallet = wallet_shown(asked.operations.players.wallet(player, currency))
    return {"player_id": player, "currency": currency, "wallet": wallet}


def entries(asked: Asked, player: str, currency: str) -> dict[str, Any]:
    """Return what `_ledger.html` shows of a wallet's ledger.

    The address may want the entries of one session or round alone, or those after a cursor.
    """
    cursor, only = asked.query("cursor"), {name: asked.query(name) for name in ("of", "round")}
    wanted = Wanted(session_id=only["of"] or None, round_id=only["round"] or None)
    page = asked.operations.statements.page(player, currency, wanted, cursor or None, ENTRIES)
    return {
        "player_id": player,
        "currency": currency,
        "only": only,
        "rows": rows_shown(page.rows),
        "complete": page.complete,
        "older": page.cursor,
        "latest": not cursor,
    }


def _named(asked: Asked) -> tuple[str, str]:
    """Return the player and the currency that the address names."""
    player, currency = asked.query("player"), asked.query("currency")
    if not player or not currency:
        raise AdminError("wallet_not_found", "A wallet is named by player and currency.")
    return player, currency


def _postings(story: Story | None) -> list[tuple[str, str]]:
    """Return the accounts that an entry moves, with what it adds to each."""
    if story is None:
        return []
    entry = story.entry
    return [(name, f"{amount(minor, entry.currency):+f}") for name, minor in entry.postings]


PAGE: Final = Page(
    "Wallet",
    "",
    {
        "/wallet": show,
        "/parts/money": show_money,
        "/parts/ledger": show_ledger,
        "/entry": show_entry,
    },
)
