"""The one interface of every signature family, and what the families share.

All of it is pure: bytes, headers, secrets and `now` come in, a verdict comes out. Each malformed
input (wrong alphabet, wrong length, a header given twice, non-ASCII, a bad timestamp) is the same
typed refusal, never another exception.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

#: How far a timestamp may be off, in seconds, in either direction.
TOLERANCE_S: Final = 300

type Reason = Literal["unauthorized", "invalid_signature", "timestamp_out_of_range"]

#: Header name in lower case → every value it was sent with.
type Headers = Mapping[str, Sequence[str]]

_ISO_UTC: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:Z|\+00:00)", re.ASCII
)


class SignatureRefusedError(Exception):
    """The request is not authentic: `reason` is one of the three error codes."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Version(Protocol):
    """One live version of a secret."""

    @property
    def label(self) -> str:
        """`current`, `pending` or `previous`."""

    @property
    def secret_key(self) -> str:
        """The shared secret."""


class Family(Protocol):
    """How one kind of counterpart signs."""

    def credential(self, headers: Headers) -> str:
        """Return the public key that the request names.

        Raises `SignatureRefusedError("unauthorized")` when a credential header is missing.
        """

    def verify(self, body: bytes, headers: Headers, versions: Iterable[Version], now: float) -> str:
        """Return the label of the version that signed exactly these bytes.

        Raises `SignatureRefusedError`. `now` is in seconds since the epoch.
        """

    def sign(self, body: bytes, api_key: str, secret_key: str, now: float) -> dict[str, str]:
        """Return the headers that a request with this body carries."""


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Collect header pairs; names are matched in any case."""
    headers: dict[str, list[str]] = {}
    for name, value in pairs:
        headers.setdefault(name.lower(), []).append(value)
    return headers


def single(headers: Headers, name: str, otherwise: Reason) -> str:
    """Return the only value of a header; missing, empty or given twice is a refusal."""
    values = headers.get(name, ())
    if not values or not values[0]:
        raise SignatureRefusedError("unauthorized")
    if len(values) > 1:
        raise SignatureRefusedError(otherwise)
    return values[0]


def check_iso_timestamp(value: str, now: float) -> None:
    """Refuse what is no ISO 8601 UTC time, or more than `TOLERANCE_S` off in either direction."""
    match = _ISO_UTC.fullmatch(value)
    if match is None:
        raise SignatureRefusedError("invalid_signature")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction = float(f"0.{match[7]}") if match[7] else 0.0
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError as error:
        raise SignatureRefusedError("invalid_signature") from error
    if abs(moment + fraction - now) > TOLERANCE_S:
        raise SignatureRefusedError("timestamp_out_of_range")
