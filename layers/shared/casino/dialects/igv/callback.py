"""iGV's callbacks to a seller: how they arrive, what names each, and what iGV expects.

**The body is not signed**, so nothing of it is believed here: it names an order, and the worker
fetches that order from iGV. The signed `X-Request-Id` names the callback. iGV takes exactly 200 for
success; anything else has it send the callback again after 5 minutes and after 30 more, then never.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.deliveries.dialect import Named
from casino.deliveries.model import Delivery
from casino.dialects.igv.seller_signature import IgvSellerFamily
from casino.dialects.igv.words import DOUBTED
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call

#: The longest body, in bytes; an ordinary one has some two hundred.
MOST_BYTES: Final = 16 * 1024
#: The kind of a callback for a seller's order, with the number of its status.
ORDER_STATUS: Final = "order.status"

_FAMILY: Final = IgvSellerFamily()
_KEPT: Final = ("x-request-id", "x-timestamp")
_STATUS: Final[Mapping[str, int]] = {
    "stored": 200,
    "duplicate": 200,
    "conflict": 200,
    "malformed_body": 400,
    "payload_too_large": 413,
    "unauthorized": 401,
    "invalid_signature": 401,
    "timestamp_out_of_range": 401,
    "ip_not_allowed": 403,
    "unavailable": 503,
    "internal_error": 500,
}


class IgvCallback:
    """`Webhook` of iGV's seller callbacks."""

    name = "igv-seller"
    headers: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
    most_bytes = MOST_BYTES

    def unpack(self, call: Call) -> Call:
        """Return the call as it is."""
        return call

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the version that signed the headers."""
        return _FAMILY.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: Integration) -> Named:
        """Return the request id, and the kind with the status that the body claims."""
        try:
            claimed = parse_object(call.body).get("sellerOrderStatus")
        except MalformedJsonError as error:
            raise RequestRefusedError("malformed_body", str(error)) from None
        status = claimed if isinstance(claimed, int) and 0 <= claimed < 1000 else "unknown"
        kept = tuple((name, call.headers[name][0]) for name in _KEPT)
        return Named(call.headers["x-request-id"][0], f"{ORDER_STATUS}.{status}", kept)

    def doubted(self, second: Delivery) -> Delivery | None:
        """Return a look at the platform's orders: one for each request id, whatever bodies come.

        Nothing of either body is kept in it. The id is signed, so its order exists by now.
        """
        key = f"doubt-{second.key}"
        return replace(second, key=key, kind=DOUBTED, body=b"{}", headers=())

    def answer(self, code: str, trace_id: str) -> Answer:
        """Return 200 for what is stored, also for a repetition; what went wrong stands in `msg`."""
        return Answer(_STATUS[code], json.dumps({"msg": code, "traceId": trace_id}))
