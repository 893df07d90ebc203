"""The red button: stops new sessions, or bets, for one integration or for all, within a minute.

Wins, refunds and balance go on: owed money is paid, and players see their balance.
"""

from typing import Annotated, Final

import typer

from ops.context import Asked, Operations
from ops.errors import OpsError
from ops.output import Output


def switch(
    operations: Operations,
    what: Annotated[str, typer.Argument(help="What to switch.", metavar="sessions|bets")],
    state: Annotated[str, typer.Argument(help="The new state.", metavar="on|off")],
    integration: Annotated[
        str | None, typer.Option(help="Only this integration; without it, all.", metavar="NAME")
    ] = None,
    *,
    who: Asked,
) -> Output:
    """Switch new sessions or bets on or off, everywhere within a minute and without a deploy."""
    if what not in ("sessions", "bets") or state not in ("on", "off"):
        raise OpsError("invalid_request", "say sessions or bets, and on or off")
    changed = operations.integrations.switch(
        "sessions" if what == "sessions" else "bets",
        integration,
        on=state == "on",
        who=who,
    )
    whose = f"of {integration}" if integration else "of all integrations"
    data = {"switch": what, "state": state, "integration": integration, "changed": changed}
    if not changed:
        return Output(data, [f"{what} {whose} are {state} already"])
    at = operations.integrations.everywhere_at()
    return Output(
        data | {"effective_at": at}, [f"{what} {whose} are {state}; everywhere from {at}"]
    )


VERBS: Final = {"switch": switch}
