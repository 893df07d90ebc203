"""The partner's signature, written a second time: each implementation tests the other."""

import base64
import binascii
import hmac
from collections.abc import Mapping


def seal(public_key: str, secret_key: str, body: bytes) -> dict[str, str]:
    """Return the headers of a call to the platform with exactly this body."""
    mac = hmac.digest(secret_key.encode("utf-8"), body, "sha256")
    return {
        "Content-Type": "application/json",
        "X-Public-Key": public_key,
        "X-Signature": base64.standard_b64encode(mac).decode("ascii"),
    }


def holds(secret_key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether the platform signed exactly these bytes."""
    try:
        received = base64.b64decode(headers.get("x-signature", ""), validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(hmac.digest(secret_key.encode("utf-8"), body, "sha256"), received)
