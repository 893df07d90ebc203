"""What partners told us: what waits, what became of it, and what a person decides."""

import json
from typing import Annotated, Any, Final

import typer

from casino.base.times import iso_utc
from casino.deliveries.model import STATES, Delivery, State
from ops.context import Asked, Explained, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, fields, harmless, table

IntegrationArgument = Annotated[str, typer.Argument(help="The partner's integration.")]
KeyArgument = Annotated[str, typer.Argument(help="What names the delivery, as `list` shows it.")]
IntegrationOption = Annotated[
    str | None, typer.Option("--integration", help="Only this partner's.", metavar="NAME")
]


def list_(
    operations: Operations,
    state: Annotated[
        str | None, typer.Option(help=f"Only these: {', '.join(STATES)}.", metavar="STATE")
    ] = None,
    integration: IntegrationOption = None,
    limit: Annotated[
        int, typer.Option(parser=a_number(int, 1), metavar="N", help="How many: the oldest.")
    ] = 100,
) -> Output:
    """List the deliveries that have no end yet, or those of one state, the oldest first."""
    wanted = next((each for each in STATES if each == state), None)
    if state is not None and wanted is None:
        raise OpsError("invalid_request", f"a state is one of {', '.join(STATES)}")
    found = operations.deliveries.of_state(wanted, integration)
    data = [_described(each) for each, _ in zip(found, range(limit), strict=False)]
    head = ["received", "integration", "key", "kind", "state", "tries", "reason"]
    names = ("received_at", "integration", "key", "kind", "state", "attempts", "reason")
    rows: list[list[Cell]] = [[each[name] for name in names] for each in data]
    return Output({"deliveries": data}, table(head, rows) if rows else ["nothing waits"])


def show(operations: Operations, integration: IntegrationArgument, key: KeyArgument) -> Output:
    """Show a delivery as it was received; it may name people."""
    found = operations.deliveries.get(integration, key)
    body = found.body.decode("utf-8", "replace")
    told = [
        {"event_type": e.event_type, "player_id": e.player_id, "payload": dict(e.payload)}
        for e in found.told
    ]
    data = _described(found) | {"headers": dict(found.headers), "body": body, "told": told}
    lines = fields([(name, str(value)) for name, value in _described(found).items() if value])
    lines += [f"event     {json.dumps(each)}" for each in told]
    lines += [f"{name}: {value}" for name, value in found.headers]
    return Output(data, [*lines, *map(harmless, body.splitlines())])


def retry(
    operations: Operations, integration: IntegrationArgument, key: KeyArgument, *, who: Asked
) -> Output:
    """Have a delivery acted on now."""
    found = operations.deliveries.retry(integration, key, who=who)
    return _changed(found, "received", "is acted on now, or within a minute")


def ignore(
    operations: Operations, integration: IntegrationArgument, key: KeyArgument, *, who: Explained
) -> Output:
    """End a delivery without its effect, for good."""
    found = operations.deliveries.ignore(integration, key, who=who)
    return _changed(found, "ignored", "is ignored for good")


def redrive(operations: Operations, integration: IntegrationOption = None, *, who: Asked) -> Output:
    """Have everything that has failed, or waits for its next try, acted on within a minute."""
    found = operations.deliveries.redrive(integration, who=who)
    if integration is None:
        operations.empty_unworked()
    return Output({"deliveries": len(found)}, [f"{len(found)} deliveries are acted on"])


def _changed(before: Delivery, state: State, said: str) -> Output:
    data = {"integration": before.integration, "key": before.key, "old": before.state, "new": state}
    return Output(data, [f"{before.key} of {before.integration} was {before.state} and {said}"])


def _described(found: Delivery) -> dict[str, Any]:
    return {
        "received_at": iso_utc(found.received_at),
        "integration": found.integration,
        "key": found.key,
        "kind": found.kind,
        "state": found.state,
        "attempts": found.attempts,
        "next_at": iso_utc(found.next_at) if found.state == "received" else "",
        "ended_at": iso_utc(found.ended_at) if found.ended_at else "",
        "reason": found.reason,
        "trace_id": found.trace_id,
    }


VERBS: Final = {
    "list": list_, "show": show, "retry": retry, "ignore": ignore, "redrive": redrive,
}  # fmt: skip
