"""Family `igv-seller`: HMAC-SHA256 in hex over timestamp + request id + secret, keyed by it.

**The body is not signed**: a callback proves that something happened, but its content proves
nothing. Fetch the named order from the seller API before acting on it, and act on each
`X-Request-Id` once. Nothing separates timestamp from request id, so the timestamp must have its
thirteen digits: with fewer or more, the same signature would fit another pair.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

from casino.base.headers import Headers
from casino.signing.pair import Pair
from casino.signing.scheme import (
    NO_PARTICULARS,
    Family,
    Message,
    Part,
    Particulars,
    UnsignableError,
    check_age,
    first,
    matching,
    single,
)

_MILLISECONDS: Final = re.compile(r"[1-9][0-9]{12}", re.ASCII)
_REQUEST_ID: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)


def _digest(signed: bytes, secret_key: bytes) -> bytes:
    return hmac.new(secret_key, signed, hashlib.sha256).hexdigest().encode()


class IgvSellerFamily(Family):
    """`X-Request-Id`, `X-Timestamp`, `X-Signature`."""

    headers = ("X-Request-Id", "X-Timestamp", "X-Signature")
    form = "64 hex digits, in either case"
    oldest_s = 40 * 60.0
    """The last repetition comes 35 minutes after the first try, perhaps with the first's time."""

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed the headers; the body may be anything."""
        headers = message.headers
        matching(_HEX, single(headers, "x-signature", "invalid_signature"))
        request_id = self._request_id(headers)
        timestamp = self._timestamp(headers)
        check_age(int(timestamp) / 1000, now, self.oldest_s)
        head = f"{timestamp}{request_id}".encode()
        return self.label_of(pairs, headers, lambda key: head + key)

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the three headers for `particulars.request_id`."""
        if not _REQUEST_ID.fullmatch(particulars.request_id):
            raise UnsignableError("a request id is 1 to 128 printable ASCII characters")
        timestamp = str(int(now * 1000))
        signed = f"{timestamp}{particulars.request_id}{pair.secret_key}".encode()
        return {
            "X-Request-Id": particulars.request_id,
            "X-Timestamp": timestamp,
            "X-Signature": _digest(signed, pair.secret_key.encode()).decode(),
        }

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed: the timestamp, the request id, and the secret itself."""
        return (
            Part("X-Timestamp", first(message.headers, "x-timestamp")),
            Part("X-Request-Id", first(message.headers, "x-request-id")),
            Part("secret", secret_key.encode(), secret=True),
        )

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature is that of exactly these bytes."""
        received = first(headers, "x-signature").lower()
        return hmac.compare_digest(_digest(signed, secret_key), received)

    def signed_at(self, headers: Headers) -> float | None:
        """Return the moment in `X-Timestamp`."""
        return int(self._timestamp(headers)) / 1000

    def request_id(self, headers: Headers) -> str | None:
        """Return `X-Request-Id`, which is signed."""
        return self._request_id(headers)

    def _request_id(self, headers: Headers) -> str:
        return matching(_REQUEST_ID, single(headers, "x-request-id", "invalid_signature"))

    def _timestamp(self, headers: Headers) -> str:
        return matching(_MILLISECONDS, single(headers, "x-timestamp", "invalid_signature"))
