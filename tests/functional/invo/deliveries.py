"""Deliveries of Invo as tests make them."""

import json
from typing import Any, Final

from casino.deliveries.model import Delivery

GAME_ID: Final = "game-1"
EMAIL: Final = "Ann.Fox@example.org"


def an_event(kind: str, key: str, **data: Any) -> dict[str, Any]:
    """Return the envelope of an event, with what its `data` say."""
    return {
        "event_id": f"evt_{key}",
        "idempotency_key": key,
        "event_type": kind,
        "schema_version": "1",
        "created_at": "2026-01-01T00:00:00Z",
        "tenant_id": GAME_ID,
        "data": data,
    }


def a_purchase(order_id: str = "ord_1", **changes: Any) -> dict[str, Any]:
    """Return the data of a purchase of 40.00 EUR by the player `id_1`."""
    return {
        "transaction_id": f"txn_{order_id}",
        "order_id": order_id,
        "player_email": EMAIL,
        "identity_id": "id_1",
        "usd_amount": "44.00",
        "currency_amount": "40.00",
        "currency_name": "EUR",
        "new_balance": "40.00",
        "rail": "card",
        "channel": "web",
        "metadata": {},
    } | changes


def a_delivery(kind: str, key: str, integration: str = "invo", **data: Any) -> Delivery:
    """Return a delivery as it is stored."""
    body = json.dumps(an_event(kind, key, **data)).encode()
    return Delivery(integration, "invo", key, kind, body, received_at=0, trace_id=f"trace-{key}")
