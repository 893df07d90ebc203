"""What the simulated iGV has been given, and how it sends a callback."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.igv.signatures import seal


@dataclass(frozen=True)
class Caller:
    """What iGV and the casino have exchanged; `public_key` is the merchant's, in PEM."""

    url: str
    """Where the casino takes callbacks."""
    secret_key: str = field(repr=False)
    email: str
    password: str = field(repr=False)
    public_key: str = ""
    merchant: str = "casino"

    def callback(
        self, order: Mapping[str, Any], request_id: str, moment_ms: int
    ) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the one callback that there is."""
        body = {
            "createdAt": order["createdAt"],
            "orderId": order["orderId"],
            "orderNum": order["orderNum"],
            "sellerOrderStatus": order["sellerOrderStatus"],
            "buyerId": order["buyerId"],
        }
        return seal(self.secret_key, request_id, moment_ms), json.dumps(body).encode()
