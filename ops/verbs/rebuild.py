"""Restores the tables of the money, mends what that tore, and says what is lost."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from casino.audit.model import EVERYONE, Who
from casino.base.checks import a_moment
from casino.base.times import iso_utc
from casino.wallet.rebuild.model import (
    HeadChange,
    MarkAdded,
    MarkRemoved,
    RoundChange,
    Torn,
)
from ops.context import Asked, Explained, Operations
from ops.output import Output, count, table

TablesOption = Annotated[
    str | None,
    typer.Option("--tables", metavar="PREFIX", help="Restored tables, not those of the stack."),
]


def restore(
    operations: Operations,
    prefix: Annotated[str, typer.Argument(help="How the new tables' names begin.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Else the latest that is possible.")
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Restore ledger, wallets and rounds to one moment as PREFIX-ledger, -wallets and -rounds."""
    made, who = operations.restore, who.explained()
    moment = datetime.fromisoformat(a_moment(at)) if at else made.latest()
    label = made.into(prefix, moment)
    told = f"{prefix} as of {iso_utc(moment.timestamp())}"
    now = operations.clock.now()
    operations.intents.append(who.record(EVERYONE, "restore", now, new=prefix, detail=told))
    parameters = {"RestoredTables": prefix, "RestoredStream": label}
    data = {"as_of": iso_utc(moment.timestamp()), "parameters": parameters}
    lines = [f"restored {told}", f"mend it: ops ledger rebuild --tables {prefix}"]
    lines += ["then deploy with", *(f'    "{n}={v}",' for n, v in parameters.items())]
    return Output(data, lines)


def drill(
    operations: Operations,
    prefix: Annotated[str, typer.Argument(help="How the new tables' names begin.")],
    *,
    who: Explained,
) -> Output:
    """Rehearse a restore beside the stack's tables: restore, mend and verify copies of them.

    Whatever the copies lack of the stack's last minutes is no fault: RPO says how much that is.
    """
    clock, mends = operations.clock, _there(who, prefix)
    began, moment = clock.now(), operations.restore.latest()
    restore(operations, prefix, iso_utc(moment.timestamp()), who=who)
    over = operations.over(prefix)
    torn = over.rebuild.find()
    over.rebuild.mend(torn, mends)
    faults = over.verifier.everything().faults
    figures = {
        "torn": len(torn),
        "faults": len(faults),
        "rpo_s": round(began - moment.timestamp(), 1),
        "rto_s": round(clock.now() - began, 1),
    }
    lines = [
        f"{count(len(torn), 'thing')} torn, {count(len(faults), 'fault')} left",
        f"RPO {figures['rpo_s']} s, RTO {figures['rto_s']} s without the deployment",
        f"delete {prefix}-ledger, {prefix}-wallets and {prefix}-rounds when you have looked",
    ]
    return Output(figures, lines, exit_code=1 if faults else 0)


def rebuild(
    operations: Operations,
    tables: TablesOption = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it; without, it is only listed. Needs --reason.")
    ] = False,
    *,
    who: Asked,
) -> Output:
    """Derive wallets, rounds and markers from the entries, after a restore tore writes.

    Exits with 1 while anything does not fit. What is marked `ask` is lost here: reconcile it.
    """
    use_case = operations.over(tables).rebuild
    torn = use_case.find()
    left = torn
    if apply and torn:
        use_case.mend(torn, _there(who, tables))
        left = use_case.find()
    data = {
        "applied": apply,
        "torn": [_row(each) for each in torn],
        "left": [_row(each) for each in left],
    }
    lines = [f"{count(len(torn), 'thing')} torn, {len(left)} left"]
    for title, found in (("torn", torn), ("left", left if apply else [])):
        rows = [tuple(_row(each).values()) for each in found]
        if rows:
            lines += ["", *table((title, "wallet", "name", "mending", "ask", "detail"), rows)]
    return Output(data, lines, exit_code=1 if left else 0)


def _there(who: Who, prefix: str | None) -> Who:
    """Return who mends and why: the audit is that of the stack, and must say which tables."""
    who = who.explained()
    return replace(who, reason=f"{who.reason} (tables {prefix})") if prefix else who


def _row(torn: Torn) -> dict[str, str | None]:
    return {
        "torn": torn.code,
        "wallet": torn.wallet,
        "name": torn.name or None,
        "mending": _mending(torn),
        "ask": "yes" if torn.asks else None,
        "detail": torn.detail,
    }


def _mending(torn: Torn) -> str | None:
    match torn.mending:
        case HeadChange():
            return "set wallet"
        case RoundChange():
            return "set round"
        case MarkAdded():
            return "add item"
        case MarkRemoved():
            return "remove item"
        case None:
            return None
