"""Invo's signature, written a second time: each implementation tests the other."""

import hmac
from collections.abc import Sequence


def seal(secrets: Sequence[str], moment: int, body: bytes) -> str:
    """Return `X-Invo-Signature` with one value for each secret that is live."""
    message = b"%d.%s" % (moment, body)
    values = [hmac.digest(secret.encode(), message, "sha256").hex() for secret in secrets]
    return f"t={moment}" + "".join(f",v1={value}" for value in values)
