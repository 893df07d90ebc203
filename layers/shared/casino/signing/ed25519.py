"""Ed25519: a `secret_key` that holds no secret, but the public key of the counterpart."""

import base64
from typing import Final

from casino.base.errors import UnavailableError

PREFIX: Final = "ed25519:"

_BYTES: Final = 32
_PRIME: Final = 2**255 - 19
_OF_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
#: The y of every point of small order: with one as the key, anybody can sign anything.
_SMALL: Final = frozenset({0, 1, _PRIME - 1, _OF_ORDER_8, _PRIME - _OF_ORDER_8})


def public_key(secret_key: str) -> bytes:
    """Return the key that stands behind `ed25519:` in base64; raises `ValueError` if none does.

    A key under which anybody could sign counts as none, and so does one in a second spelling.
    """
    text = secret_key.removeprefix(PREFIX)
    raw = base64.b64decode(text, validate=True)
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if len(raw) != _BYTES or base64.b64encode(raw).decode() != text:
        raise ValueError("this is no base64 of 32 bytes")
    if y >= _PRIME or y in _SMALL:
        raise ValueError("anybody could sign for this key")
    return raw


def fits(signed: bytes, signature: bytes, secret_key: str) -> bool:
    """Tell whether the key signed exactly these bytes.

    `cryptography` is imported here, so that only who verifies with such a key loads it. Raises
    `UnavailableError` where it was not deployed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise UnavailableError("this function lacks the layer of cryptography") from None
    try:
        Ed25519PublicKey.from_public_bytes(public_key(secret_key)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True
