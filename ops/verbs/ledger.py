"""Reads the ledger, and proves it."""

from typing import Annotated, Final

import typer

from casino.base.checks import a_currency, a_moment
from casino.wallet.shown import COLUMNS, rows_shown
from casino.wallet.statement import Wanted
from ops.context import Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Output, comma_separated, table
from ops.story import told
from ops.verbs.open_bets import open_
from ops.verbs.rebuild import drill, rebuild, restore
from ops.verbs.verification import checkpoint
from ops.verbs.verification import verify as verify

__all__ = ["VERBS", "explain", "history", "verify"]

#: What the table shows of a row; JSON and CSV have all of it.
_SHOWN: Final = {
    "seq": "seq",
    "at": "at",
    "kind": "kind",
    "type": "type",
    "outcome": "outcome",
    "amount": "amount",
    "balance_before": "before",
    "balance_after": "after",
    "rule": "rule",
    "transaction_id": "transaction",
    "round_id": "round",
    "session_id": "session",
}
_HEADING: Final = (
    "seq counts what was applied; a refusal or a tombstone repeats that of the entry before it."
)

FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Such as 2025-10-17, or 2025-10-17T12:00Z."),
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this time.")]
RoundOption = Annotated[
    str | None, typer.Option("--round", metavar="ROUND", help="Only of this round.")
]
SessionOption = Annotated[
    str | None, typer.Option("--session", metavar="SESSION", help="Only of this session.")
]
GameOption = Annotated[
    str | None, typer.Option("--game", metavar="GAME", help="Only of this game.")
]
KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="Only these, such as bet.")
]
OutcomeOption = Annotated[
    str | None,
    typer.Option("--outcome", metavar="OUTCOME", help="Only what was applied, refused, or noted."),
]
SenderOption = Annotated[
    str | None, typer.Option("--integration", metavar="NAME", help="Only what it sent.")
]
LimitOption = Annotated[
    int | None, typer.Option(parser=a_number(int, 1), metavar="N", help="How many of the latest.")
]


def history(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
    since: FromOption = None,
    until: ToOption = None,
    round_id: RoundOption = None,
    session_id: SessionOption = None,
    game_id: GameOption = None,
    kind: KindOption = None,
    record: OutcomeOption = None,
    sender: SenderOption = None,
    limit: LimitOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
) -> Output:
    """List a wallet's entries, refusals and the tombstones of bets that never came."""
    wanted = Wanted(
        since and a_moment(since),
        until and a_moment(until),
        *(session_id, round_id, game_id, kind, record, sender),
    )
    found = operations.statements.of_wallet(player_id, currency, wanted, limit)
    rows = rows_shown(found.entries)
    data = {
        "player_id": player_id,
        "currency": currency,
        "complete": found.complete,
        "entries": rows,
    }
    if as_csv:
        return Output(data, comma_separated(COLUMNS, [list(row.values()) for row in rows]))
    shown = [[row[name] for name in _SHOWN] for row in rows]
    lines = [_HEADING, *table(list(_SHOWN.values()), shown)]
    if not found.complete:
        lines.append("The index still lacks some entries: ask again.")
    return Output(data, lines)


def explain(
    operations: Operations,
    name: Annotated[
        str,
        typer.Argument(
            help="The provider's id for it, our reference (plt-…), or a trace id.",
            metavar="TRANSACTION",
        ),
    ],
    integration: Annotated[
        str | None, typer.Option(help="The integration that sent it.", metavar="NAME")
    ] = None,
    player: Annotated[
        str | None, typer.Option(help="Look in this player's history.", metavar="PLAYER")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Of the player's wallet.", metavar="CURRENCY")
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Read the whole ledger: slow, and it costs.")
    ] = False,
) -> Output:
    """Tell who, what, why, the balance before and after, and what became of it."""
    if (player is None) != (currency is None):
        raise OpsError("invalid_request", "a wallet is named by --player and --currency")
    wallet = (player, a_currency(currency)) if player and currency else None
    found = operations.ledger.explain(name, integration, wallet, everywhere=everywhere)
    return told(found)


VERBS: Final = {
    "history": history,
    "explain": explain,
    "verify": verify,
    "checkpoint": checkpoint,
    "rebuild": rebuild,
    "restore": restore,
    "drill": drill,
    "open": open_,
}
