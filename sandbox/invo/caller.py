"""What the simulated Invo has been given, and how it sends a delivery."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sandbox.invo.signatures import seal


@dataclass(frozen=True)
class Caller:
    """What Invo and the casino have exchanged, by the names of `.local/stack.json`."""

    url: str
    """Where the casino takes deliveries."""
    game_id: str
    signing_secret: str = field(repr=False)
    sdk_key: str = field(repr=False)
    player_id: str
    player_email: str
    identity_id: str
    currency: str

    def event(self, kind: str, data: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        """Return an event with its envelope."""
        return {
            "event_id": f"evt_{uuid4().hex}",
            "idempotency_key": key or f"idem_{uuid4().hex}",
            "event_type": kind,
            "schema_version": "1",
            "created_at": "2026-01-01T00:00:00Z",
            "tenant_id": self.game_id,
            "data": dict(data),
        }

    def purchase(self, order_id: str, amount: str, **changes: Any) -> dict[str, Any]:
        """Return what a purchase of the player says."""
        return {
            "transaction_id": f"txn_{order_id}",
            "order_id": order_id,
            "player_email": self.player_email,
            "identity_id": self.identity_id,
            "usd_amount": amount,
            "currency_amount": amount,
            "currency_name": self.currency,
            "new_balance": amount,
            "rail": "card",
            "channel": "web",
            "metadata": {},
        } | changes

    def packed(
        self, event: Mapping[str, Any], moment: float, *, secrets: tuple[str, ...], zipped: bool
    ) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a delivery; the signature is over the body as JSON."""
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Invo-Signature": seal(secrets, int(moment), body),
            "X-Invo-Idempotency-Key": event["idempotency_key"],
            "X-Invo-Secret-Version": str(len(secrets)),
        }
        if zipped:
            return headers | {"Content-Encoding": "gzip"}, gzip.compress(body)
        return headers, body
