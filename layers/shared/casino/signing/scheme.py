"""The one interface of every signature family, and the parts that families share.

All of it is pure: bytes, headers, secrets and `now` come in, a verdict comes out. Each malformed
input (wrong alphabet, wrong length, a header given twice, non-ASCII, a bad timestamp) is the same
typed refusal, never another exception.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from casino.base.headers import Headers
from casino.signing.pair import Pair

#: How far a timestamp may be off, in seconds, in either direction.
TOLERANCE_S: Final = 300

type Reason = Literal["unauthorized", "invalid_signature", "timestamp_out_of_range"]

_ISO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?"
    r"(?:Z|(?!-00:00)([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


class SignatureRefusedError(Exception):
    """The request is not authentic: `reason` is one of the three error codes."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class UnsignableError(Exception):
    """The request cannot be signed and sent in this family; the message shows no secret."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """The parts of a request that only some families sign or carry, beside body and time."""

    query: str = ""
    """The query of the URL exactly as it is sent, without the `?` (`igv-merchant`)."""
    request_id: str = ""
    """Names this one request: an idempotency key, a request id or a nonce. Never reused."""
    path: str = ""
    """The path of a POST (`winupgo`)."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the request says in headers of its own that are signed with it (`winupgo`)."""


NO_PARTICULARS: Final = Particulars()


class Message(NamedTuple):
    """A request as it arrived: the exact body, the headers, and the query of its URL."""

    body: bytes
    headers: Headers
    query: str = ""
    """As it was sent, without the `?`; only `igv-merchant` signs it."""
    method: str = "POST"
    path: str = ""
    """Of the URL, as it was sent; only `winupgo` signs method and path."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the signed string, in its order; a secret one is never shown to anybody."""

    name: str
    value: bytes = field(repr=False)
    secret: bool = False


class Family(ABC):
    """How one kind of counterpart signs: to verify, to sign for it, and to explain either."""

    headers: tuple[str, ...]
    """The headers that must be there; the last holds the signature."""

    form: str
    """What the header of the signature looks like."""

    oldest_s: float = TOLERANCE_S
    """How long ago a request may have been signed, in seconds."""

    names_key = False
    """Whether a request names a key; if not, the URL tells whose it is."""

    key_header = ""
    """The header that names it, where that is not the first one."""

    outbound = True
    """Whether the platform signs for its own calls: then the counterpart tries a new pair first."""

    def credential(self, headers: Headers) -> str:
        """Return the public key that the request names.

        Raises `SignatureRefusedError("unauthorized")` when a credential header is missing, and
        always in a family whose requests name no key.
        """
        raise SignatureRefusedError("unauthorized")

    @abstractmethod
    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed exactly these bytes.

        Raises `SignatureRefusedError`. `now` is in seconds since the epoch.
        """

    @abstractmethod
    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the headers that a request with this body carries; raises `UnsignableError`."""

    @abstractmethod
    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return what is signed, piece by piece; what the headers lack is empty."""

    @abstractmethod
    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature among the headers is one of exactly these bytes."""

    def signed_at(self, headers: Headers) -> float | None:
        """Return when it was signed, in seconds since the epoch; `None` if no header says.

        Raises `SignatureRefusedError` for a time that is not in the family's form.
        """
        return None

    def request_id(self, headers: Headers) -> str | None:
        """Return what names the request, for a receiver to act on it once; `None` if no header.

        Raises `SignatureRefusedError` for one that is missing, malformed or given twice.
        """
        return None

    def faults(self, message: Message) -> Iterator[str]:
        """Yield what is wrong with the form of a request's headers, for an explanation."""
        yield from ()

    def names_body(self, message: Message) -> bool:
        """Tell whether a digest that is signed in the body's place is that of the body."""
        return True

    def label_of(
        self, pairs: Iterable[Pair], headers: Headers, signed: Callable[[bytes], bytes]
    ) -> str:
        """Return the label of the pair that fits; `signed` says what is signed with a secret.

        Raises `SignatureRefusedError` when none fits. Constant-time for each pair.
        """
        for pair in pairs:
            key = pair.secret_key.encode()
            # Anybody can sign with an empty secret.
            if self.fits(signed(key), headers, key) and key:
                return pair.label
        raise SignatureRefusedError("invalid_signature")


def single(headers: Headers, name: str, otherwise: Reason) -> str:
    """Return the only value of a header; missing, empty or given twice is a refusal."""
    values = headers.get(name, ())
    if not values or not values[0]:
        raise SignatureRefusedError("unauthorized")
    if len(values) > 1:
        raise SignatureRefusedError(otherwise)
    return values[0]


def first(headers: Headers, name: str) -> bytes:
    """Return the bytes of a header as it was sent, for an explanation; missing is empty."""
    values = headers.get(name.lower(), ())
    return values[0].encode("utf-8", "surrogatepass") if values else b""


def matching(pattern: re.Pattern[str], value: str) -> str:
    """Return a value that has its form; anything else is a refusal."""
    if not pattern.fullmatch(value):
        raise SignatureRefusedError("invalid_signature")
    return value


def check_age(moment: float, now: float, oldest_s: float = TOLERANCE_S) -> None:
    """Refuse a moment more than `TOLERANCE_S` ahead, or more than `oldest_s` ago."""
    if not -TOLERANCE_S <= now - moment <= oldest_s:
        raise SignatureRefusedError("timestamp_out_of_range")


def iso_moment(value: str) -> float:
    """Return an ISO 8601 time with its offset as seconds since the epoch; else it is a refusal."""
    match = _ISO.fullmatch(value)
    if match is None:
        raise SignatureRefusedError("invalid_signature")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction = float(f"0.{match[7]}") if match[7] else 0.0
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError as error:
        raise SignatureRefusedError("invalid_signature") from error
    sign, hours, minutes = match.groups()[7:]
    offset_s = int(f"{sign}{int(hours) * 3600 + int(minutes) * 60}") if sign else 0
    return moment + fraction - offset_s


def check_iso_timestamp(value: str, now: float) -> None:
    """Refuse what is no ISO 8601 time, or more than `TOLERANCE_S` off in either direction."""
    check_age(iso_moment(value), now)
