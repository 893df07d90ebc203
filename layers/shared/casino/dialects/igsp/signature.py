"""Family `igsp`: HMAC-SHA256 in lower-case hex over the raw body followed by `X-Timestamp`.

By the standard the signature covers neither method, path nor query, and nothing separates body from
timestamp. Inbound there are no signed GETs, and a bet, win or refund sent again is the same
transaction.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from casino.base.headers import Headers
from casino.signing.pair import Pair
from casino.signing.scheme import (
    NO_PARTICULARS,
    Family,
    Message,
    Part,
    Particulars,
    SignatureRefusedError,
    check_iso_timestamp,
    first,
    iso_moment,
    single,
)

_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_API_KEY: Final = re.compile(r"[!-~]{1,256}", re.ASCII)
_SCHEME: Final = "bearer "


def signature(body: bytes, timestamp: str, secret_key: str) -> str:
    """Return the signature of exactly these bytes and this timestamp string."""
    return hmac.new(secret_key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()


class IgspFamily(Family):
    """`Authorization: Bearer <api_key>`, `X-Timestamp`, `X-Signature`."""

    headers = ("Authorization", "X-Timestamp", "X-Signature")
    form = "64 lower-case hex digits"
    names_key = True

    def credential(self, headers: Headers) -> str:
        """Return the `api_key`; all three headers must be there."""
        value = single(headers, "authorization", "unauthorized")
        single(headers, "x-timestamp", "invalid_signature")
        single(headers, "x-signature", "invalid_signature")
        if not value.lower().startswith(_SCHEME):
            raise SignatureRefusedError("unauthorized")
        api_key = value[len(_SCHEME) :].strip(" ")
        if not _API_KEY.fullmatch(api_key):
            raise SignatureRefusedError("unauthorized")
        return api_key

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed; constant-time for each pair."""
        body, headers = message.body, message.headers
        timestamp = single(headers, "x-timestamp", "invalid_signature")
        received = single(headers, "x-signature", "invalid_signature")
        check_iso_timestamp(timestamp, now)
        if not _HEX.fullmatch(received):
            raise SignatureRefusedError("invalid_signature")
        for pair in pairs:
            expected = signature(body, timestamp, pair.secret_key)
            # Anybody can sign with an empty secret.
            if hmac.compare_digest(expected, received) and pair.secret_key:
                return pair.label
        raise SignatureRefusedError("invalid_signature")

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the three headers; `now` is written with milliseconds only if it has any."""
        seconds, milliseconds = divmod(round(now * 1000), 1000)
        fraction = f".{milliseconds:03}" if milliseconds else ""
        timestamp = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"
        return {
            "Authorization": f"Bearer {pair.api_key}",
            "X-Timestamp": timestamp,
            "X-Signature": signature(body, timestamp, pair.secret_key),
        }

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed: the body, then the timestamp as it was sent."""
        timestamp = first(message.headers, "x-timestamp")
        return (Part("body", message.body), Part("X-Timestamp", timestamp))

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature is that of exactly these bytes."""
        expected = hmac.new(secret_key, signed, hashlib.sha256).hexdigest().encode()
        return hmac.compare_digest(expected, first(headers, "x-signature"))

    def signed_at(self, headers: Headers) -> float | None:
        """Return the moment in `X-Timestamp`."""
        return iso_moment(single(headers, "x-timestamp", "invalid_signature"))
