"""Orders at a marketplace: listed, shown, delivered, or given up.

The deployed function tells the marketplace, with its credentials and from its addresses.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from casino.audit.model import AuditRecord, Who
from casino.dialects.igv.fulfil import subject_of
from casino.orders.model import ORDER_STATES, OrderState, SoldOrder
from ops.context import Explained, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Output, fields, table
from ops.verbs.merchant import merchant_list

IntegrationArgument = Annotated[
    str, typer.Argument(help="The integration that receives its callbacks.", metavar="INTEGRATION")
]
OrderArgument = Annotated[
    int,
    typer.Argument(parser=a_number(int, 1), help="The marketplace's id of it.", metavar="ORDER"),
]
StateOption = Annotated[
    str | None, typer.Option(help="Only these.", metavar="|".join(ORDER_STATES))
]


def list_(
    operations: Operations,
    integration: Annotated[str | None, typer.Option(help="Only this one's orders.")] = None,
    state: StateOption = "awaiting_delivery",
) -> Output:
    """List orders, the oldest first: those that wait for their delivery, or of another state."""
    wanted = _a_state(state)
    found = sorted(operations.orders.every(integration, wanted), key=lambda each: each.known_at)
    rows = [(o.known_at, o.state, str(o.order_id), o.integration, o.buyer_id) for o in found]
    head = ("known since", "state", "order", "integration", "buyer")
    lines = table(head, rows) if rows else ["no orders"]
    return Output({"orders": [_shown(order) for order in found]}, lines)


def show(operations: Operations, integration: IntegrationArgument, order: OrderArgument) -> Output:
    """Show an order, and who did what about it."""
    found = operations.orders.get(integration, order)
    if found is None:
        message = f"{integration} never confirmed an order {order}"
        raise OpsError("order_not_found", message)
    story = operations.audit.records(subject_of(integration, order))
    rows = [(r.at, r.new, r.who, r.reason) for r in story]
    lines = _lines(found) + (table(("at", "became", "by", "reason"), rows) if rows else [])
    return Output({"order": _shown(found), "story": [_told(record) for record in story]}, lines)


def deliver(
    operations: Operations,
    integration: IntegrationArgument,
    order: OrderArgument,
    file: Annotated[Path, typer.Option(help="What is delivered, as the marketplace's JSON.")],
    *,
    who: Explained,
) -> Output:
    """Deliver an order, once; the same command again is safe."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OpsError("invalid_request", f"{file} is no readable JSON") from error
    return _asked(operations, "deliver", integration, order, who, content=content)


def deliver_error(
    operations: Operations,
    integration: IntegrationArgument,
    order: OrderArgument,
    remark: Annotated[str, typer.Option(help="Why, for the marketplace and the buyer.")],
    picture: Annotated[
        list[str] | None, typer.Option(help="The URL of a picture, repeatable.", metavar="URL")
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Say that an order cannot be delivered; the same command again is safe."""
    given = {"remark": remark, "pictures": picture or []}
    return _asked(operations, "deliver_error", integration, order, who, **given)


def _asked(
    operations: Operations, action: str, integration: str, order: int, who: Who, **given: Any
) -> Output:
    explained = who.explained()
    event = {
        "action": action,
        "integration": integration,
        "order_id": order,
        "who": explained.name,
        "reason": explained.reason,
    }
    done = SoldOrder(**operations.ask_orders(event | given)["order"])
    return Output({"order": _shown(done)}, _lines(done))


def _a_state(text: str | None) -> OrderState | None:
    found = [state for state in ORDER_STATES if state == text]
    if text and not found:
        raise OpsError("invalid_request", f"a state is one of {', '.join(ORDER_STATES)}")
    return found[0] if found else None


def _shown(order: SoldOrder) -> dict[str, Any]:
    return asdict(order) | {"order_id": str(order.order_id)}


def _told(record: AuditRecord) -> dict[str, str]:
    return asdict(record)


def _lines(order: SoldOrder) -> list[str]:
    return fields(
        [
            ("order", f"{order.order_id} ({order.number}) of {order.integration}"),
            ("state", f"{order.state} since {order.changed_at}"),
            ("buyer", order.buyer_id),
            ("found by", f"{order.found_by} at {order.known_at}"),
            ("content", order.content or "nothing yet"),
        ]
    )


VERBS: Final = {
    "list": list_,
    "show": show,
    "deliver": deliver,
    "deliver-error": deliver_error,
    "merchant-list": merchant_list,
}
