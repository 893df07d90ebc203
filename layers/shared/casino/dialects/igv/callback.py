"""iGV's callbacks as they arrive: verified by their headers, named by `X-Request-Id`.

The body is not signed: it is stored, and nothing of it is believed. The answer to what is stored
is exactly 200, also to a copy, because every other status makes the platform send it again.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.headers import Headers
from casino.deliveries.dialect import Named
from casino.dialects.igv.seller_signature import IgvSellerFamily
from casino.dialects.igv.words import CALLBACKS
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call

#: The last attempt comes 35 minutes after the first, perhaps with the first one's timestamp.
OLDEST_S: Final = 40 * 60
_SIGNATURE: Final = IgvSellerFamily(OLDEST_S)

_STATUSES: Final[Mapping[str, int]] = {
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
_FINE: Final = '{"code":"0000","msg":"Success","data":true}'


class IgvCallbacks:
    """`Webhook` of iGV's seller."""

    name = CALLBACKS
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    most_bytes = 64 * 1024

    def unpack(self, call: Call) -> Call:
        """Return the call: callbacks are not compressed."""
        return call

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the live version that signed timestamp and request id."""
        return _SIGNATURE.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: Integration) -> Named:
        """Return the signed request id; the body has to be a JSON object, no more."""
        try:
            fields = parse_object(call.body)
        except MalformedJsonError as error:
            raise RequestRefusedError("malformed_body", str(error)) from None
        return Named(_request_id(call.headers), _kind(fields.get("sellerOrderStatus")))

    def answer(self, code: str, trace_id: str) -> Answer:
        """Return 200 for what is stored; else the code, for the platform's log."""
        status = _STATUSES.get(code, 400)
        body = _FINE if status == 200 else json.dumps({"code": code, "msg": code, "data": None})
        return Answer(status, body)


def _request_id(headers: Headers) -> str:
    return _SIGNATURE.request_id(headers) or ""


def _kind(status: object) -> str:
    """Return the name of what is told: not believed, for lists and metrics only."""
    known = isinstance(status, int) and not isinstance(status, bool) and 0 <= status < 1_000
    return f"order.status.{status}" if known else "order.status.unknown"
