"""Reads the ledger, and proves it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from casino.base.checks import a_currency
from casino.base.times import iso_utc
from casino.wallet.explain import Wanted
from casino.wallet.model import Entry, Tombstone
from ops.context import Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, amount, comma_separated, count, table
from ops.story import told

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
#: All of it, in this order.
_COLUMNS: Final = (
    *("seq", "at", "integration", "transaction_id", "kind", "type", "outcome", "rule"),
    *("amount", "balance_before", "balance_after", "reserved"),
    *("session_id", "round_id", "game_id", "refunds_bet", "refunded_by"),
)
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
    limit: LimitOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
) -> Output:
    """List a wallet's entries, refusals and the tombstones of bets that never came."""
    wanted = Wanted(_moment(since), _moment(until), session_id, round_id, game_id, limit)
    found = operations.ledger.of_wallet(player_id, currency, wanted)
    rows: list[dict[str, Cell]] = []
    for entry in found.entries:
        seq = rows[-1]["seq"] if rows else None
        rows.append(_entry(entry) if isinstance(entry, Entry) else _stone(entry, seq))
    data = {
        "player_id": player_id,
        "currency": currency,
        "complete": found.complete,
        "entries": rows,
    }
    if as_csv:
        return Output(data, comma_separated(_COLUMNS, [list(row.values()) for row in rows]))
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


def _moment(text: str | None) -> str:
    """Return a time as the ledger writes it; without an offset it is UTC."""
    if text is None:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text} is no time: 2025-10-17, or 2025-10-17T12:03:45Z"
        raise OpsError("invalid_request", message) from None
    return iso_utc((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def verify(
    operations: Operations,
    player_id: Annotated[str | None, typer.Argument(metavar="PLAYER")] = None,
    currency: Annotated[str | None, typer.Argument(metavar="CURRENCY")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every wallet, as without PLAYER.")
    ] = False,
) -> Output:
    """Recompute sequence, sums, postings, chain and markers; list each fault, and then exit 1."""
    verifier = operations.verifier
    if player_id is None or everything:
        if player_id is not None:
            raise typer.BadParameter("give a player and currency, or --all")
        found = verifier.everything()
    elif currency is None:
        raise typer.BadParameter("give the currency of the wallet, too")
    else:
        try:
            found = verifier.wallet(player_id, a_currency(currency))
        except LookupError as error:
            raise OpsError("wallet_not_found", str(error)) from error
    data = {
        "ok": not found.faults,
        "wallets": found.wallets,
        "entries": found.entries,
        "faults": [asdict(fault) for fault in found.faults],
    }
    counts = (
        count(found.wallets, "wallet"),
        count(found.entries, "entry", "entries"),
        count(len(found.faults), "fault"),
    )
    lines = [", ".join(counts)]
    if found.faults:
        rows = [
            (fault.code, fault.wallet, fault.transaction_id, fault.detail) for fault in found.faults
        ]
        lines += ["", *table(("fault", "wallet", "transaction", "detail"), rows)]
    return Output(data, lines, exit_code=1 if found.faults else 0)


def _entry(entry: Entry) -> dict[str, Cell]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "integration": entry.integration,
        "transaction_id": entry.transaction_id,
        "kind": entry.kind,
        "type": entry.type,
        "outcome": entry.record,
        "rule": entry.rule,
        "amount": amount(entry.amount_minor, entry.currency),
        "balance_before": amount(entry.balance_before_minor, entry.currency),
        "balance_after": amount(entry.balance_after_minor, entry.currency),
        "reserved": amount(entry.reserved_minor, entry.currency),
        "session_id": entry.session_id,
        "round_id": entry.round_id,
        "game_id": entry.game_id,
        "refunds_bet": entry.bet_transaction_id,
        "refunded_by": None,
    }


def _stone(stone: Tombstone, seq: Cell) -> dict[str, Cell]:
    """Return a bet that never came, with the names of an entry's row."""
    return dict.fromkeys(_COLUMNS) | {
        "seq": seq,
        "at": stone.at,
        "integration": stone.integration,
        "transaction_id": stone.bet_transaction_id,
        "kind": "bet",
        "outcome": "tombstone",
        "rule": "bet_cancelled",
        "refunded_by": stone.refund_transaction_id,
    }


VERBS: Final = {"history": history, "explain": explain, "verify": verify}
