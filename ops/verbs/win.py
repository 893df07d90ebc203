"""Held wins, as the people who have looked at them release them."""

from typing import Annotated, Final

import typer

from casino.base.money import amount
from ops.context import Explained, Operations
from ops.output import Output, fields


def release(
    operations: Operations,
    transaction_id: Annotated[str, typer.Argument(help="The provider's id of the win.")],
    integration: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    *,
    who: Explained,
) -> Output:
    """Make a held win spendable, once."""
    found = operations.held_wins.release(transaction_id, integration, who=who)
    win, made = found.win, found.release
    value = amount(made.amount_minor, made.currency)
    data = {
        "integration": win.integration,
        "transaction_id": win.transaction_id,
        "player_id": made.player_id,
        "currency": made.currency,
        "amount": value,
        "released_at": made.at,
        "released_by": made.who,
        "reason": made.reason,
        "repeat": found.repeat,
    }
    lines = fields(
        [
            ("released", f"{value:f} {made.currency}"),
            ("player", made.player_id),
            ("win", f"{win.transaction_id} of {win.integration}"),
            ("by", f"{made.who} at {made.at}"),
            ("reason", made.reason),
        ]
    )
    if found.repeat:
        lines.append("This win was released before; nothing changed now.")
    return Output(data, lines)


VERBS: Final = {"release": release}
