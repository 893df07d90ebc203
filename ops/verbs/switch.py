"""The red button: stop new sessions, or bets, for one integration or for all, within a minute.

Wins, refunds and balance go on: what is owed is paid, and players see their money.
"""

from dataclasses import replace
from typing import Annotated, Final

import typer

from casino.integrations.audit import EVERYONE
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output
from ops.verbs.rotation import everywhere_at

_FIELDS: Final = {"sessions": "sessions_enabled", "bets": "bets_enabled"}
_STATES: Final = {"on": True, "off": False}


def switch(
    operations: Operations,
    what: Annotated[str, typer.Argument(help="What to switch.", metavar="sessions|bets")],
    state: Annotated[str, typer.Argument(help="What it shall be.", metavar="on|off")],
    integration: Annotated[
        str | None, typer.Option(help="Only for this one; without it, for all.", metavar="NAME")
    ] = None,
) -> Output:
    """Switch new sessions or bets on or off, everywhere within a minute and without a deploy."""
    if what not in _FIELDS or state not in _STATES:
        raise OpsError("invalid_request", "say sessions or bets, and on or off")
    field, on = _FIELDS[what], _STATES[state]
    before = "off" if on else "on"
    record = operations.record(integration or EVERYONE, f"switch {what}", before, state)
    if integration is None:
        changed = operations.registry.switch_all(field, on, record)
    else:
        operations.rotation.named(integration)
        changed = operations.registry.change(
            integration,
            lambda latest: (
                replace(latest, provider=replace(latest.provider, sessions_enabled=on))
                if what == "sessions"
                else replace(latest, wallet=replace(latest.wallet, bets_enabled=on))
            ),
            record,
        )
    return _said(operations, what, state, integration, changed)


def _said(
    operations: Operations, what: str, state: str, integration: str | None, changed: bool
) -> Output:
    whose = f"of {integration}" if integration else "of all integrations"
    at = everywhere_at(operations)
    data = {"switch": what, "state": state, "integration": integration, "changed": changed}
    if not changed:
        return Output(data, [f"{what} {whose} are {state} already"])
    return Output(
        data | {"effective_at": at}, [f"{what} {whose} are {state}; everywhere from {at}"]
    )


VERBS: Final = {"switch": switch}
