"""The provider's own reading of the standard's signatures (guide §1.3 to §1.5).

This module shares nothing with the platform's code, so that each implementation tests the other.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from starlette.datastructures import Headers

from sandbox.provider.config import Credential

_WINDOW = timedelta(minutes=5)
_FORMATS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")


class SignatureError(Exception):
    """The request is not one of a platform that we know; `status` is 401 or 403."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def seal(credential: Credential, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a request to the platform with exactly this body."""
    stamp = now.astimezone(UTC).strftime(_FORMATS[0])
    return {
        "Authorization": f"Bearer {credential.api_key}",
        "X-Timestamp": stamp,
        "X-Signature": _digest(credential.secret_key, body, stamp).hex(),
    }


def identify(
    known: Mapping[str, Credential], headers: Headers, body: bytes, now: datetime
) -> Credential:
    """Return who signed the request; raises `SignatureError`."""
    words = _only(headers, "authorization", 401, "unauthorized").split(" ")
    if len(words) != 2 or words[0].lower() != "bearer" or words[1] not in known:
        raise SignatureError(401, "unauthorized")
    credential = known[words[1]]
    stamp = _only(headers, "x-timestamp", 403, "invalid_timestamp")
    if abs(_instant(stamp) - now) > _WINDOW:
        raise SignatureError(403, "invalid_timestamp")
    received = _only(headers, "x-signature", 403, "invalid_signature")
    try:
        matches = hmac.compare_digest(
            bytes.fromhex(received), _digest(credential.secret_key, body, stamp)
        )
    except ValueError:
        matches = False
    # `fromhex` also reads capitals and spaces, which the standard's hash does not have.
    if not matches or len(received) != 64 or received != received.lower():
        raise SignatureError(403, "invalid_signature")
    return credential


def _digest(secret_key: str, body: bytes, stamp: str) -> bytes:
    return hmac.digest(secret_key.encode(), b"".join((body, stamp.encode())), "sha256")


def _instant(stamp: str) -> datetime:
    for layout in _FORMATS:
        try:
            return datetime.strptime(stamp, layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise SignatureError(403, "invalid_timestamp")


def _only(headers: Headers, name: str, status: int, code: str) -> str:
    values = headers.getlist(name)
    if len(values) != 1:
        raise SignatureError(status, code)
    return values[0]
