"""Invo's deliveries: how they are packed, signed, named and answered.

Any 2xx ends a delivery, everything else is repeated for days: so only what could be another's, or
what we could not store, is refused. See docs/invo.md for what is assumed.
"""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse
from casino.deliveries.dialect import Named
from casino.deliveries.model import Delivery
from casino.dialects.invo.signature import InvoFamily
from casino.integrations.model import Integration
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from casino.wallet.dialect import Answer, Call

#: A delivery is about 1 KB; the table holds 400 KB. Packed and unpacked alike.
MOST_BYTES: Final = 128 * 1024

#: The setting of an integration that holds our tenant's id.
GAME_ID: Final = "game_id"

_KEY_HEADER: Final = "x-invo-idempotency-key"
_KIND: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
#: One transfer is told twice, to either side: only the id of the event tells the two apart.
_BY_EVENT_ID: Final = frozenset({"transfer.claim_pending", "transfer.claim_expired"})
_SIGNATURE: Final = InvoFamily()
#: Code → status and words; the first of two bodies under one key counts, so neither is repeated.
_ANSWERS: Final[Mapping[str, tuple[int, str]]] = {
    "stored": (200, "stored"),
    "duplicate": (200, "known"),
    "conflict": (200, "known; another body under this key was stored before"),
    "malformed_body": (400, "The body is no delivery."),
    "key_mismatch": (400, "The header names another key than the body."),
    "payload_too_large": (413, "The body is too large."),
    "wrong_tenant": (403, "The delivery is for another tenant."),
    "ip_not_allowed": (403, "The address is not on the allow list."),
    "unauthorized": (401, "The signature is missing, or nobody has this address."),
    "invalid_signature": (401, "The signature does not match."),
    "timestamp_out_of_range": (401, "The timestamp is more than 300 seconds off."),
    "unavailable": (503, "The delivery could not be stored; send it again."),
    "internal_error": (500, "An unexpected error; send the delivery again."),
}


class InvoWebhook:
    """`Webhook` of the family `invo`."""

    name = "invo"
    headers: Mapping[str, str] = {"Content-Type": "application/json"}
    most_bytes = MOST_BYTES

    def unpack(self, call: Call) -> Call:
        """Return the call with the JSON that is signed: gzip is an option of the subscription."""
        match [value.strip().lower() for value in call.headers.get("content-encoding", ())]:
            case [] | [""] | ["identity"]:
                return call
            case ["gzip"]:
                return replace(call, body=_unpacked(call.body))
            case _:
                raise RequestRefusedError("malformed_body", "only gzip is read")

    def verify(self, call: Call, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the version that any of the signatures fits."""
        return _SIGNATURE.verify(Message(call.body, call.headers), pairs, now)

    def read(self, call: Call, integration: Integration) -> Named:
        """Return the key in the signed body; the header only has to agree with it."""
        event = _event(call.body)
        key, kind = event.get("idempotency_key"), event.get("event_type")
        if not isinstance(key, str) or not key:
            raise RequestRefusedError("malformed_body", "idempotency_key is missing")
        if not isinstance(kind, str) or not _KIND.fullmatch(kind):
            raise RequestRefusedError("malformed_body", "event_type is missing")
        if call.headers.get(_KEY_HEADER, [key]) != [key]:
            raise RequestRefusedError("key_mismatch")
        tenant = integration.partner.setting(GAME_ID)
        if tenant and event.get("tenant_id") != tenant:
            raise RequestRefusedError("wrong_tenant")
        event_id = event.get("event_id")
        if kind in _BY_EVENT_ID and isinstance(event_id, str) and event_id:
            key = event_id
        return Named(key, kind)

    def doubted(self, second: Delivery) -> Delivery | None:
        """Return nothing: Invo signs its bodies, and the first one counts."""
        return None

    def answer(self, code: str, trace_id: str) -> Answer:
        """Return status and body for a code."""
        status, words = _ANSWERS[code]
        said = {"status": words} if status < 300 else {"error": code, "message": words}
        return Answer(status, json.dumps({**said, "trace_id": trace_id}))


def _unpacked(body: bytes) -> bytes:
    """Return what is packed, which may not be longer than a body that is not."""
    stream = zlib.decompressobj(wbits=31)
    try:
        unpacked = stream.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise RequestRefusedError("malformed_body", "not gzip") from None
    if len(unpacked) > MOST_BYTES:
        raise RequestRefusedError("payload_too_large")
    if not stream.eof or stream.unused_data:
        raise RequestRefusedError("malformed_body", "cut, or more than one piece")
    return unpacked


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = parse(body)
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_body", str(error)) from None
    if not isinstance(event, dict):
        raise RequestRefusedError("malformed_body", "not a JSON object")
    return event
