"""A delivery as the table stores it."""

import json
from typing import Final

from casino.aws.attributes import Item, number, text
from casino.deliveries.model import STATES, Delivery, State, Told

#: What the index of states holds beside its keys: what a list shows.
LISTED: Final = (
    "integration", "delivery_key", "dialect", "kind", "trace_id", "attempts", "next_at", "reason",
    "ended_at",
)  # fmt: skip


def delivery_key(integration: str, key: str) -> Item:
    """Return the key of a delivery's item; no integration has a `#` in its name."""
    return {"id": text(f"delivery#{integration}#{key}")}


def claim_item(delivery: Delivery, claim: str, expires_at: int) -> Item:
    """Return the item that holds a claim for the delivery that acted on it."""
    return {
        "id": text(f"claim#{delivery.integration}#{claim}"),
        "delivery_key": text(delivery.key),
        "expires_at": number(expires_at),
    }


def delivery_item(delivery: Delivery) -> Item:
    """Store a delivery that nobody has acted on."""
    return {
        **delivery_key(delivery.integration, delivery.key),
        "integration": text(delivery.integration),
        "delivery_key": text(delivery.key),
        "dialect": text(delivery.dialect),
        "kind": text(delivery.kind),
        "body": {"B": delivery.body},
        "headers": {"M": {name: text(value) for name, value in delivery.headers}},
        "received_at": number(delivery.received_at),
        "trace_id": text(delivery.trace_id),
        "state": text(delivery.state),
        "attempts": number(delivery.attempts),
        "next_at": number(delivery.next_at),
    }


def read_delivery(item: Item) -> Delivery:
    """Read a delivery; from the index it has neither body, headers nor events."""
    return Delivery(
        integration=item["integration"]["S"],
        dialect=item["dialect"]["S"],
        key=item["delivery_key"]["S"],
        kind=item["kind"]["S"],
        body=bytes(item.get("body", {"B": b""})["B"]),
        received_at=int(item["received_at"]["N"]),
        headers=tuple(
            sorted(
                (name, value["S"]) for name, value in item.get("headers", {"M": {}})["M"].items()
            )
        ),
        trace_id=item["trace_id"]["S"],
        state=_state(item["state"]["S"]),
        attempts=int(item["attempts"]["N"]),
        next_at=int(item["next_at"]["N"]),
        reason=item.get("reason", {"S": ""})["S"],
        ended_at=int(item.get("ended_at", {"N": "0"})["N"]),
        told=_read_told(item.get("told", {"S": "[]"})["S"]),
    )


def written_told(told: tuple[Told, ...]) -> str:
    """Return the JSON text of events."""
    return json.dumps(
        [{"type": e.event_type, "payload": e.payload, "player_id": e.player_id} for e in told]
    )


def _read_told(given: str) -> tuple[Told, ...]:
    return tuple(Told(e["type"], e["payload"], e["player_id"]) for e in json.loads(given))


def _state(given: str) -> State:
    return next(state for state in STATES if state == given)
