"""Family `invo`: HMAC-SHA256 in hex over `<t>.<raw body>`, with one or more `v1` values.

During the seven days after a rotation each delivery is signed with the old secret and the new one:
any of the values may fit any live version. Neither `X-Invo-Idempotency-Key` nor
`X-Invo-Secret-Version` is signed. The key tells Invo's own repetitions apart; somebody who saw a
delivery can repeat it with another key within the five minutes. So the effect of a delivery must
also be idempotent by the ids in its body. The version is a remark for people.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
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
    UnsignableError,
    check_age,
    first,
    matching,
    single,
)

#: Two values is what a rotation sends; the bound keeps a header from costing work without end.
_HEADER: Final = re.compile(r"t=([1-9][0-9]{9})((?:,v1=[0-9a-f]{64}){1,8})", re.ASCII)
_KEY: Final = re.compile(r"[!-~]{1,256}", re.ASCII)
_SIGNATURE: Final = "x-invo-signature"
_IDEMPOTENCY_KEY: Final = "x-invo-idempotency-key"


def signature_header(body: bytes, timestamp: int, secret_keys: Sequence[str]) -> str:
    """Return `X-Invo-Signature` with a `v1` for each secret, as a rotation sends it."""
    signed = f"{timestamp}.".encode() + body
    values = (_digest(signed, secret_key.encode()) for secret_key in secret_keys)
    return ",".join((f"t={timestamp}", *(f"v1={value}" for value in values)))


def _digest(signed: bytes, secret_key: bytes) -> str:
    return hmac.new(secret_key, signed, hashlib.sha256).hexdigest()


def _read(value: str) -> tuple[str, list[str]]:
    """Return the time and the `v1` values of the signature's header."""
    found = _HEADER.fullmatch(value)
    if found is None:
        raise SignatureRefusedError("invalid_signature")
    return found[1], found[2].split(",v1=")[1:]


class InvoFamily(Family):
    """`X-Invo-Signature`, `X-Invo-Idempotency-Key`, `X-Invo-Secret-Version`."""

    headers = ("X-Invo-Signature",)
    form = "t=<10 digits>,v1=<64 lower-case hex digits>, and further ,v1=… after it"

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the first pair that any value fits."""
        body, headers = message.body, message.headers
        timestamp, values = _read(single(headers, _SIGNATURE, "invalid_signature"))
        self.request_id(headers)
        if len(headers.get("x-invo-secret-version", ())) > 1:
            raise SignatureRefusedError("invalid_signature")
        check_age(int(timestamp), now)
        signed = f"{timestamp}.".encode() + body
        for pair in pairs:
            expected = _digest(signed, pair.secret_key.encode())
            # No `any`: how many values were compared must not show in the time it took.
            fitting = sum(hmac.compare_digest(expected, value) for value in values)
            if fitting and pair.secret_key:
                return pair.label
        raise SignatureRefusedError("invalid_signature")

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the two headers; `particulars.request_id` is the idempotency key."""
        if not _KEY.fullmatch(particulars.request_id):
            raise UnsignableError("an idempotency key is 1 to 256 printable ASCII characters")
        return {
            "X-Invo-Signature": signature_header(body, int(now), (pair.secret_key,)),
            "X-Invo-Idempotency-Key": particulars.request_id,
        }

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed: the time, a full stop, the body."""
        try:
            timestamp = _read(single(message.headers, _SIGNATURE, "invalid_signature"))[0]
        except SignatureRefusedError:
            timestamp = ""
        return (Part("t", timestamp.encode()), Part("full stop", b"."), Part("body", message.body))

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether any of the values is the signature of exactly these bytes."""
        values = first(headers, _SIGNATURE).split(b",v1=")[1:]
        expected = _digest(signed, secret_key).encode()
        return any(hmac.compare_digest(expected, value) for value in values)

    def signed_at(self, headers: Headers) -> float | None:
        """Return the moment in `t`."""
        return float(_read(single(headers, _SIGNATURE, "invalid_signature"))[0])

    def request_id(self, headers: Headers) -> str | None:
        """Return the idempotency key; it is not signed, and may be missing."""
        if _IDEMPOTENCY_KEY not in headers:
            return None
        return matching(_KEY, single(headers, _IDEMPOTENCY_KEY, "invalid_signature"))
