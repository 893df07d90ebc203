"""The events that a partner's delivery made when it was acted on: pure."""

from typing import Any, Final

from casino.base.money import parse_major
from casino.base.times import iso_utc
from casino.deliveries.model import Delivery
from casino.events.model import Event, Payload, Place, current, event_id, money
from casino.events.tellable import tellable

#: What effects tell in the platform's own words; whatever else they tell is the partner's.
_OWN: Final = frozenset(
    {
        "order.awaiting_delivery",
        "player.identity_changed",
        "purchase.credited",
        "purchase.owed",
        "purchase.taken_back",
    }
)


def of_delivery(delivery: Delivery, place: Place) -> tuple[Event, ...]:
    """Return what was told with the delivery's end; () for one that has no end, or told nothing."""
    if delivery.state != "done":
        return ()
    events = []
    for number, told in enumerate(delivery.told):
        event_type, payload = told.event_type, _payload(told.payload)
        if event_type not in _OWN:
            event_type = "partner.told"
            payload = {
                "integration": delivery.integration,
                "kind": told.event_type,
                "content": tellable(told.payload),
            }
        source = (delivery.integration, delivery.key, str(number), str(delivery.ended_at))
        events.append(
            Event(
                event_type=event_type,
                schema_version=current(event_type),
                event_id=event_id(event_type, *source),
                occurred_at=iso_utc(delivery.ended_at),
                tenant_id=place.tenant_id,
                region=place.region,
                player_id=told.player_id or None,
                trace_id=delivery.trace_id or None,
                idempotency_key=delivery.key,
                sequence=None,
                payload=payload,
            )
        )
    return tuple(events)


def _payload(told: Payload) -> dict[str, Any]:
    """Return the payload with its amounts, which the table stores as texts, as amounts."""
    currency = told.get("currency")
    found = {name: value for name, value in told.items() if name != "currency"}
    for name in ("amount", "owed"):
        if currency is not None and name in found:
            found[name] = money(parse_major(found[name], currency), currency)
    return found
