"""Family `igv-merchant`: SHA256withRSA in base64 over sorted query + timestamp + nonce + body.

The family is outbound: we hold the private key and sign; `verify` does the counterpart's part, for
tests and for debugging. Nothing separates the four pieces. Their forms keep another split of the
same bytes from passing: ten digits, alphanumerics, and a body that does not begin with one. A nonce
of the full 32 characters also leaves no room for digits of the query, so send such a nonce.

The values of the query are signed as they stand in the URL. The guide says nothing of escaped
values, nor of a name that is given twice; `sign` refuses the latter.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

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

#: Shorter keys are within reach of a well-funded attacker.
SMALLEST_KEY_BITS: Final = 2048

_SECONDS: Final = re.compile(r"[1-9][0-9]{9}", re.ASCII)
_NONCE: Final = re.compile(r"[A-Za-z0-9]{6,32}", re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_ALPHANUMERIC: Final = re.compile(rb"[A-Za-z0-9]")
_QUERY: Final = re.compile(r"[!-~]*", re.ASCII)


def sorted_query(query: str) -> str:
    """Return the query in order of its names; raises `UnsignableError` when it has no one order."""
    if not query:
        return ""
    pairs = [item.partition("=") for item in query.split("&")]
    names = [name for name, _, _ in pairs]
    if not _QUERY.fullmatch(query) or not all(name and equals for name, equals, _ in pairs):
        raise UnsignableError("a query is name=value&name=value, escaped as in the URL")
    if len(set(names)) < len(names):
        raise UnsignableError("a name stands twice in the query: its order is not defined")
    return "&".join(f"{name}={value}" for name, _, value in sorted(pairs))


@lru_cache(maxsize=8)  # reading and checking a key takes far longer than using it
def _keys(pem: bytes) -> tuple[RSAPrivateKey | None, RSAPublicKey]:
    """Return the keys in a PEM text; raises `UnsignableError`."""
    private: object = None
    try:
        if b"PRIVATE KEY" in pem:
            private = load_pem_private_key(pem, password=None)
        public = private.public_key() if isinstance(private, RSAPrivateKey) else None
        if private is None:
            found = load_pem_public_key(pem)
            public = found if isinstance(found, RSAPublicKey) else None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause could show a piece of the key: it is not chained.
        raise UnsignableError("the key is not an unencrypted RSA key in PEM") from None
    if public is None:
        raise UnsignableError("the key is not an RSA key")
    if public.key_size < SMALLEST_KEY_BITS:
        raise UnsignableError(f"the key has fewer than {SMALLEST_KEY_BITS} bits")
    return (private if isinstance(private, RSAPrivateKey) else None), public


def _decoded(signature: bytes) -> bytes | None:
    """Return the bytes of a signature in its one base64 spelling, or `None`."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return None
    return raw if base64.b64encode(raw) == signature else None


class IgvMerchantFamily(Family):
    """`timestamp`, `nonce`, `signature`."""

    headers = ("timestamp", "nonce", "signature")
    form = "standard base64 of an RSA signature"

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed; its secret is either half of the key."""
        body, headers, given = message.body, message.headers, message.query
        matching(_BASE64, single(headers, "signature", "invalid_signature"))
        nonce = self._nonce(headers)
        timestamp = self._timestamp(headers)
        if _ALPHANUMERIC.match(body):
            raise SignatureRefusedError("invalid_signature")
        try:
            query = sorted_query(given)
        except UnsignableError:
            raise SignatureRefusedError("invalid_signature") from None
        check_age(int(timestamp), now)
        signed = f"{query}{timestamp}{nonce}".encode() + body
        return self.label_of(pairs, headers, lambda key: signed)

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the three headers; `particulars.request_id` is the nonce."""
        if not _NONCE.fullmatch(particulars.request_id):
            raise UnsignableError("a nonce is 6 to 32 letters and digits")
        if _ALPHANUMERIC.match(body):
            raise UnsignableError("a body that begins with a letter or digit runs into the nonce")
        private, _ = _keys(pair.secret_key.encode())
        if private is None:
            raise UnsignableError("signing needs the private half of the key")
        timestamp = str(int(now))
        head = f"{sorted_query(particulars.query)}{timestamp}{particulars.request_id}"
        signature = private.sign(head.encode() + body, PKCS1v15(), SHA256())
        return {
            "timestamp": timestamp,
            "nonce": particulars.request_id,
            "signature": base64.b64encode(signature).decode(),
        }

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed: the sorted query, the timestamp, the nonce, the body."""
        try:
            query = sorted_query(message.query)
        except UnsignableError:
            query = message.query
        return (
            Part("sorted query", query.encode("utf-8", "surrogatepass")),
            Part("timestamp", first(message.headers, "timestamp")),
            Part("nonce", first(message.headers, "nonce")),
            Part("body", message.body),
        )

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature is one of exactly these bytes."""
        raw = _decoded(first(headers, "signature"))
        if raw is None:
            return False
        try:
            _keys(secret_key)[1].verify(raw, signed, PKCS1v15(), SHA256())
        except (InvalidSignature, UnsignableError):
            return False
        return True

    def signed_at(self, headers: Headers) -> float | None:
        """Return the moment in `timestamp`."""
        return float(self._timestamp(headers))

    def request_id(self, headers: Headers) -> str | None:
        """Return the nonce, which is signed."""
        return self._nonce(headers)

    def _nonce(self, headers: Headers) -> str:
        return matching(_NONCE, single(headers, "nonce", "invalid_signature"))

    def _timestamp(self, headers: Headers) -> str:
        return matching(_SECONDS, single(headers, "timestamp", "invalid_signature"))
