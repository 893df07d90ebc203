"""The red button: what is switched off stops within a minute, for one, for a brand or for all.

Wins, settlements, refunds, rollbacks and balance go on: owed money is paid, and players see their
balance. `docs/switches.md` says what each switch does.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import typer

from casino.accounts.limit_words import moment_of
from casino.base.times import iso_utc
from casino.integrations.model import Off, Switch, stopped
from casino.integrations.switches import SWITCHES
from casino.integrations.switching import Standing
from ops.context import Explained, Operations
from ops.errors import OpsError
from ops.output import Output, table


def _verb(switch: Switch, what: str) -> Callable[..., Output]:
    """Return the verb of a switch."""

    def turn(
        operations: Operations,
        state: Annotated[str, typer.Argument(help="The new state.", metavar="on|off")],
        integration: Annotated[
            str | None, typer.Option(help="Only this integration.", metavar="NAME")
        ] = None,
        brand: Annotated[
            str | None, typer.Option(help="Only the integrations of this brand.", metavar="BRAND")
        ] = None,
        until: Annotated[
            str | None,
            typer.Option(help="When it goes on, such as 2027-01-31T06:00:00Z.", metavar="TIME"),
        ] = None,
        *,
        who: Explained,
    ) -> Output:
        if state not in ("on", "off"):
            raise OpsError("invalid_request", "say on or off")
        end = 0 if until is None else moment_of(until)
        changed = operations.switching.turn(
            switch, on=state == "on", name=integration, brand=brand, until=end, who=who
        )
        at = operations.integrations.everywhere_at() if changed else None
        until = iso_utc(end) if end else None
        whom = {"integration": integration, "brand": brand}
        data: dict[str, object] = {"switch": switch, "state": state, **whom}
        data |= {"until": until, "changed": changed} | ({"effective_at": at} if at else {})
        said = f"{switch} of {whose(Standing(switch, Off(), integration or '', brand or ''))} are"
        said += f" {state}" + (f" until {until}" if until else "")
        return Output(data, [f"{said}; everywhere from {at}" if at else f"{said} already"])

    turn.__doc__ = f"Switch {what} off or on, within a minute; without a name, for all."
    return turn


def show(operations: Operations) -> Output:
    """Show what is off now: since when, until when, who did it and why."""
    data = [told(each) for each in operations.switching.off_now()]
    head = ("switch", "of", "since", "until", "who", "why")
    lines = table(head, [[each[name] for name in head] for each in data])
    return Output({"off": data}, lines if data else ["everything is on"])


def told(standing: Standing) -> dict[str, Any]:
    """Return what is off, of whom, since when and until when, who did it and why.

    `None` is not known, or no end.
    """
    off = standing.off
    return {
        "switch": standing.switch,
        "of": whose(standing),
        "since": iso_utc(off.since) if off.since else None,
        "until": iso_utc(off.until) if off.until else None,
        "who": off.who or None,
        "why": off.why or None,
    }


def whose(standing: Standing) -> str:
    """Return whose a switch is, in words."""
    brand = f"brand {standing.brand}" if standing.brand else "all integrations"
    return standing.integration or brand


def states(offs: Mapping[str, Off], now: float) -> dict[str, bool]:
    """Return of each switch whether it is on."""
    return {switch: not stopped(offs.get(switch), now) for switch in SWITCHES}


def enabled(offs: Mapping[str, Off], now: float) -> dict[str, bool]:
    """Return whether sessions may be launched, and bets placed."""
    on = states(offs, now)
    return {"sessions_enabled": on["launches"], "bets_enabled": on["bets"]}


_WHAT: Final[dict[Switch, str]] = {
    "launches": "new sessions",
    "bets": "new bets and holds",
    "catalogue": "the catalogue's synchronisation",
    "partners": "what partners tell us, and our calls to them,",
}
VERBS: Final[dict[str, Callable[..., Output]]] = {
    **{switch: _verb(switch, _WHAT[switch]) for switch in SWITCHES},
    "sessions": _verb("launches", "new sessions (the old name of launches)"),
    "show": show,
}
