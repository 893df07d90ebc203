"""Family `flexsoft`: HMAC-SHA256 in standard base64 over the raw body alone.

A request and its copy look the same: the family has neither time nor nonce. The ledger's rule that
one `provider_tx_id` has one outcome for ever guards against a replay; whoever saw a request that
names no transaction may repeat it.
"""

import base64
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
    SignatureRefusedError,
    first,
    matching,
    single,
)

#: 32 bytes in base64. Its last digit has two bits to spare: comparing the text, not the decoded
#: bytes, leaves one spelling of each signature.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_PUBLIC_KEY: Final = re.compile(r"[!-~]{1,256}", re.ASCII)


def _signature(signed: bytes, secret_key: bytes) -> bytes:
    return base64.b64encode(hmac.new(secret_key, signed, hashlib.sha256).digest())


class FlexsoftFamily(Family):
    """`X-Public-Key`, `X-Signature`."""

    headers = ("X-Public-Key", "X-Signature")
    form = "44 characters of standard base64, the last of them ="
    names_key = True

    def credential(self, headers: Headers) -> str:
        """Return the public key; both headers must be there."""
        public_key = single(headers, "x-public-key", "unauthorized")
        single(headers, "x-signature", "invalid_signature")
        if not _PUBLIC_KEY.fullmatch(public_key):
            raise SignatureRefusedError("unauthorized")
        return public_key

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed; constant-time for each pair."""
        matching(_BASE64, single(message.headers, "x-signature", "invalid_signature"))
        return self.label_of(pairs, message.headers, lambda key: message.body)

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the two headers; the time is not among them."""
        signature = _signature(body, pair.secret_key.encode())
        return {"X-Public-Key": pair.api_key, "X-Signature": signature.decode()}

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed: the body."""
        return (Part("body", message.body),)

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature is that of exactly these bytes."""
        return hmac.compare_digest(_signature(signed, secret_key), first(headers, "x-signature"))
