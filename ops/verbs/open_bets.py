"""Names what stands open too long: held stakes, and rounds whose bets nobody ended."""

from typing import Annotated

import typer

from casino.base.money import amount
from casino.base.times import epoch, iso_utc
from ops.context import Operations
from ops.output import Output, count, table
from ops.verbs.hold import AgeOption


def open_(
    operations: Operations,
    older_than: AgeOption,
    integration: Annotated[
        str | None, typer.Option("--integration", metavar="NAME", help="Only of this one.")
    ] = None,
) -> Output:
    """List holds without an end, and rounds without a finish, a paid win or all refunds.

    Every wallet and round is read. A provider that tells nothing of a lost round leaves it open.
    """
    now = operations.clock.now()
    rows = [
        ("hold", hold.entry.at, hold.entry.integration, hold.entry.player_id,
         hold.entry.currency, hold.entry.bet_transaction_id,
         f"{amount(hold.entry.amount_minor, hold.entry.currency):f} held")
        for hold in operations.holds.older_than(older_than * 3600)
    ]  # fmt: skip
    before = iso_utc(max(0.0, now - older_than * 3600))
    rows += [
        ("round", since, found.integration, found.player_id, found.currency, found.round_id,
         count(found.bets - found.refunds, "bet"))
        for since, found in operations.history.open_rounds(before)
    ]  # fmt: skip
    rows = sorted((r for r in rows if integration in (None, r[2])), key=lambda row: row[1])
    names = ("what", "since", "integration", "player_id", "currency", "id", "stands")
    data = [
        dict(zip(names, row, strict=True)) | {"age_s": int(now - epoch(row[1]))} for row in rows
    ]
    lines = table(names, rows) if rows else ["nothing stands open"]
    return Output({"open": data}, lines)
