"""What a player's wallet may stake, lose and play: set, confirmed, shown."""

from typing import Annotated, Final

import typer

from casino.accounts.limit_words import limit_of, limits_shown
from casino.accounts.limits import EXCLUSIONS
from casino.audit.model import of_player
from casino.limits.model import LIMITS
from ops.context import Explained, Operations
from ops.output import Cell, Output, fields, table
from ops.verbs.player import CurrencyArgument, PlayerArgument

#: What the audit calls the changes of limits and exclusions.
_CHANGES: Final = frozenset({"set limits", "confirm limits", *EXCLUSIONS})


def set_limit(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    name: Annotated[str, typer.Argument(help=", ".join(LIMITS), metavar="LIMIT")],
    value: Annotated[
        str, typer.Argument(help="An amount; minutes for times; or `none`.", metavar="VALUE")
    ],
    *,
    who: Explained,
) -> Output:
    """Set a limit: a stricter one holds from the next bet, a looser one waits."""
    wanted = {name: limit_of(name, None if value == "none" else value, currency)}
    operations.limits.set(player_id, currency, wanted, who=who)
    return show(operations, player_id, currency)


def confirm(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    *,
    who: Explained,
) -> Output:
    """Let looser limits hold that have waited long enough."""
    operations.limits.confirm(player_id, currency, who=who)
    return show(operations, player_id, currency)


def show(operations: Operations, player_id: PlayerArgument, currency: CurrencyArgument) -> Output:
    """Show what is allowed, what was counted, and what waits."""
    standing = operations.limits.standing(player_id, currency)
    data = {"player_id": player_id, "currency": currency, **limits_shown(standing)}
    rows: list[list[Cell]] = [
        [each["limit"], each["value"], each["used"], each["left"]] for each in data["limits"]
    ]
    waits: list[list[Cell]] = [
        [each["limit"], each["value"], each["confirm_from"]] for each in data["waiting"]
    ]
    ends = [(name, data[name] or "no") for name in EXCLUSIONS]
    lines = [*fields(ends), "", *table(["limit", "value", "used", "left"], rows)]
    if waits:
        lines += ["", *table(["waits", "value", "confirm from"], waits)]
    return Output(data, lines)


def history(operations: Operations, player_id: PlayerArgument) -> Output:
    """List who changed a player's limits and exclusions, and why, the latest last."""
    operations.players.player(player_id)
    found = operations.audit.records(of_player(player_id))
    changes = [each for each in found if each.what in _CHANGES]
    rows: list[list[Cell]] = [
        [each.at, each.what, each.detail, each.old, each.new, each.who, each.reason]
        for each in changes
    ]
    head = ["at", "what", "wallet", "old", "new", "who", "reason"]
    return Output(
        {"changes": [dict(zip(head, row, strict=True)) for row in rows]}, table(head, rows)
    )


VERBS: Final = {"set": set_limit, "confirm": confirm, "show": show, "history": history}
