"""The requests of the casino's own API: who asks for what, in which body, under which key."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from casino.audit.model import Once, Who
from casino.base.errors import AdminError, RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.headers import Headers
from casino.base.money import EXPONENTS, AmountError, AmountPrecisionError, to_minor
from casino.wallet.dialect import Answer

#: The largest body, in bytes.
MAX_BODY: Final = 16 * 1024

#: What needs no encoding in a URL's path: nobody can then read one id for another.
_PLAIN_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._~-]{0,255}"
_KEY: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
_LONGEST_LIST: Final = 50

#: pydantic's kinds of faults in our own words.
_FAULTS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no field of this request",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "list_type": "must be a list",
}
_PROFILE: Final = frozenset({"name", "country", "birth_date", "kyc_level"})
_MALFORMED: Final = "does not have the form that the description gives"

type PlainId = Annotated[str, StringConstraints(pattern=rf"^{_PLAIN_ID}$")]
type _Text = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")
]
type _Reason = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$"
    ),
]


class Plain(BaseModel):
    """A body: no other field, and no value of another kind, is taken for one of its own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Body(Plain):
    reason: _Reason


class Reasoned(_Body):
    """A request that needs nothing but a reason."""


class Profile(_Body):
    """What is to be known of a player: a field that is missing stays, `null` forgets it."""

    name: _Text | None = None
    country: _Text | None = None
    birth_date: _Text | None = None
    kyc_level: _Text | None = None

    def said(self) -> dict[str, str | None]:
        """Return the fields that the request names."""
        return self.model_dump(include=self.model_fields_set & _PROFILE)


class NewPlayer(Profile):
    """A player to create, with empty wallets in `currencies`."""

    player_id: PlainId
    currencies: Annotated[list[str], Field(max_length=_LONGEST_LIST)] = []


class Movement(_Body):
    """An amount of money, as an exact JSON number."""

    amount: int | Decimal


class Payout(Movement):
    """An amount to pay out: of what can be spent, or all of a reservation."""

    reservation_id: PlainId | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request whose caller is known: `place` are the parts of its path, by their names."""

    caller: str
    method: str
    resource: str
    place: Mapping[str, str]
    query: Mapping[str, str]
    headers: Headers
    body: bytes
    trace_id: str

    @property
    def player_id(self) -> str:
        """The player that the path names."""
        return self.place["player_id"]

    @property
    def currency(self) -> str:
        """The currency that the path names; raises `AdminError` for one that nobody knows."""
        currency = self.place["currency"]
        if currency not in EXPONENTS:
            raise AdminError("unsupported_currency", "")
        return currency

    @property
    def key(self) -> str:
        """The caller's Idempotency-Key; raises `RequestRefusedError` without one."""
        given = self.headers.get("idempotency-key", ())
        if len(given) != 1 or not _KEY.fullmatch(given[0]):
            said = "Idempotency-Key must be given once, 1 to 128 visible ASCII characters"
            raise RequestRefusedError("invalid_request", said)
        return given[0]

    def once(self, said: Mapping[str, object], answer: Answer) -> Once:
        """Return the request as one that changes something once; its reason makes no other one."""
        told = [self.method, self.resource, sorted(self.place.items()), sorted(said.items())]
        text = msgspec.json.encode(told)
        return Once(self.key, hmac.new(self.key.encode(), text, "sha256").hexdigest(), *answer)

    def who(self, body: _Body, once: Once | None = None) -> Who:
        """Return who asks, and why."""
        return Who(self.caller, body.reason, once)


def is_plain_id(text: str) -> bool:
    """Tell whether a path may name a player or a reservation so."""
    return re.fullmatch(_PLAIN_ID, text, re.ASCII) is not None


def parsed[Body: Plain](shape: type[Body], body: bytes) -> Body:
    """Return a body; raises `RequestRefusedError` that names the faults, never the values."""
    try:
        return shape.model_validate(parse_object(body))
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_json", str(error)) from None
    except ValidationError as error:
        raise RequestRefusedError("invalid_request", _reasons(error)) from None


def minor_of(value: int | Decimal, currency: str) -> int:
    """Return an amount above 0 in minor units; nothing is rounded. Raises `RequestRefusedError`."""
    try:
        minor = to_minor(value, currency)
    except AmountPrecisionError as error:
        raise RequestRefusedError("amount_precision", str(error)) from None
    except AmountError as error:
        raise RequestRefusedError("invalid_request", str(error)) from None
    if minor == 0:
        raise RequestRefusedError("invalid_request", "amount must be above 0")
    return minor


def _reasons(error: ValidationError) -> str:
    faults: list[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    named = {".".join(map(str, fault["loc"][:1])): fault["type"] for fault in faults[:5]}
    return "; ".join(
        f"{field[:40]} {_FAULTS.get(kind, _MALFORMED)}" for field, kind in named.items()
    )
