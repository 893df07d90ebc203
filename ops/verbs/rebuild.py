"""Mends the tables of a restore, and says what the provider has to be asked for."""

from typing import Annotated

import typer

from casino.wallet.rebuild.model import (
    HeadChange,
    MarkAdded,
    MarkRemoved,
    RoundChange,
    Torn,
)
from ops.context import Asked, Operations
from ops.output import Output, count, table


def rebuild(
    operations: Operations,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it; without, it is only listed. Needs --reason.")
    ] = False,
    *,
    who: Asked,
) -> Output:
    """Derive wallets, rounds and markers from the entries, after a restore tore writes.

    Exits with 1 while anything does not fit. What is marked `ask` is lost here: reconcile it.
    """
    torn = operations.rebuild.find()
    left = torn
    if apply and torn:
        operations.rebuild.mend(torn, who)
        left = operations.rebuild.find()
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
