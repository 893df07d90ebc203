"""What the world was told: publishes it again, and counts what the archive has."""

from typing import Annotated, Final

import typer

from casino.base.checks import a_currency, a_moment
from casino.base.times import iso_utc
from ops.context import Asked, Operations
from ops.output import Cell, Output, count, table

SinceOption = Annotated[
    str, typer.Option("--from", metavar="TIME", help="Such as 2025-10-17, or 2025-10-17T12:00Z.")
]
UntilOption = Annotated[str, typer.Option("--to", metavar="TIME", help="Before this time.")]
WalletOption = Annotated[
    tuple[str, str] | None,
    typer.Option("--wallet", metavar="PLAYER CURRENCY", help="Only of this wallet."),
]


def replay(
    operations: Operations,
    since: SinceOption,
    until: UntilOption,
    wallet: WalletOption = None,
    *,
    who: Asked,
) -> Output:
    """Publish what the ledger has of a time again, under the same ids, however long ago it was."""
    if wallet is not None:
        a_currency(wallet[1])
    found = operations.replay.replay(a_moment(since), a_moment(until), wallet, who=who)
    data = {"records": found.records, "untaken": found.untaken, "lost": found.lost}
    lines = [f"{count(found.records, 'item')} of the ledger published again"]
    return _said(data, lines, found.untaken, found.lost)


def redrive(operations: Operations, *, who: Asked) -> Output:
    """Publish what failed for good, and take it off its queue."""
    found = operations.replay.redrive(who=who)
    data = {"batches": found.batches, "records": found.records, "stay": len(found.stay)}
    lines = [f"{count(found.batches, 'batch', 'batches')} published, {found.records} records"]
    lines += [
        f"stays in the queue: {each.stream}, {each.first} to {each.last}, of {iso_utc(each.since)}"
        for each in found.stay
    ]
    return Output(data, lines, exit_code=1 if found.stay else 0)


def count_(
    operations: Operations,
    day: Annotated[str, typer.Argument(help="Such as 2025-10-17, in UTC.", metavar="DAY")],
) -> Output:
    """Count a day of the ledger against the archive; name each gap, and then exit 1."""
    wallets = operations.day_count.count(day)
    faulty = {name: each for name, each in wallets.items() if each.faults}
    items = sum(each.ledger for each in wallets.values())
    data = {
        "day": day,
        "items": items,
        "wallets": len(wallets),
        "faults": {
            name: {"missing": each.missing, "gaps": each.gaps} for name, each in faulty.items()
        },
    }
    lines = [f"{day}: {count(items, 'item')} of {count(len(wallets), 'wallet')}"]
    rows: list[list[Cell]] = [
        [name or "no wallet", *what]
        for name, each in faulty.items()
        for what in (
            *(("not in the archive", key) for key in each.missing),
            *(("not in the ledger", f"number {number}") for number in each.gaps),
        )
    ]
    lines += table(["wallet", "fault", "what"], rows) if rows else ["the archive has all of them"]
    return Output(data, lines, exit_code=1 if faulty else 0)


def _said(data: dict[str, int], lines: list[str], untaken: int, lost: int) -> Output:
    if untaken:
        lines.append(f"of {untaken} the bus took no events: try again")
    if lost:
        lines.append(f"{lost} are in the archive alone: see docs/runbooks/events.md")
    return Output(data, lines, exit_code=1 if untaken or lost else 0)


VERBS: Final = {"replay": replay, "redrive": redrive, "count": count_}
