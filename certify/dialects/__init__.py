"""What differs between protocols: how a request is written and signed, how an answer is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol

from certify.model import Answer, Raw, Reply, Request, Seat, number

#: A balance above this is no balance; 1e999999999 would take all memory as an integer.
_MOST: Final = Decimal(10) ** 18


class AccessError(ValueError):
    """The platform gives no access, so nothing can be tried."""


@dataclass(frozen=True)
class Access:
    """Where the platform answers, and with what it is called."""

    url: str
    key: str
    secret: str = field(repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Letter:
    """A request before it is signed: sent again, it is signed anew."""

    verb: str
    path: str
    fields: Mapping[str, Any]
    amount: int = 0
    name: str = ""
    """The id that the kit made for it."""
    key: str = ""
    """The idempotency key, where a protocol has one beside the transaction's id."""


class Dialect(Protocol):
    """A protocol's words. It holds no state of a scenario."""

    places_of_ids: Mapping[str, str]
    """`round`, `of` → the protocol's field."""
    shows_balance: bool

    def letter(self, verb: str, name: str, amount: int, seat: Seat) -> Letter:
        """Return a request with the usual fields; raises `KeyError` for an unknown verb."""

    def seal(self, letter: Letter, tweaks: Mapping[str, str], trace_id: str) -> Request:
        """Sign a request now; `tweaks` spoil it."""

    def read(self, verb: str, reply: Reply, places: int) -> Answer:
        """Read an answer: what it says, and what is wrong with its form."""

    def money(self, amount: int, seat: Seat) -> Any:
        """Write an amount as the protocol does."""


def encode(fields: Mapping[str, Any], separators: tuple[str, str] = (",", ":")) -> bytes:
    """Write a JSON object; `Raw` values, also inner ones, stand in it as they are."""
    comma, colon = separators
    return _text(fields, comma, colon).encode("utf-8", "surrogatepass")


def _text(value: Any, comma: str, colon: str) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Mapping):
        inner = (f"{json.dumps(k)}{colon}{_text(v, comma, colon)}" for k, v in value.items())
        return "{" + comma.join(inner) + "}"
    return json.dumps(value)


def decoded(body: bytes) -> Any:
    """Return the JSON of an answer, numbers as `Decimal`; `None` when it is none."""
    try:
        return json.loads(body, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return None


def exact_minor(value: Any, places: int) -> int | None:
    """Return a JSON number in minor units; `None` when it is none, or finer than the currency."""
    if not isinstance(value, Decimal) or not -_MOST < value < _MOST:
        return None
    minor = value.scaleb(places)
    return int(minor) if minor == minor.to_integral_value() else None


def spoil(body: bytes, how: str) -> bytes:
    """Return a body that is spoilt, or written differently, in a way that has a name."""
    if how in ("spaced", "reordered"):
        fields = json.loads(body, parse_float=Raw)
        if how == "spaced":
            return encode(fields, (" ,\n  ", " : "))
        return encode(dict(reversed(fields.items())))
    return {
        "truncated": body[: len(body) // 2],
        "not-utf8": body[:-1] + b',"note":"\xff\xfe"}',
        "bom": b"\xef\xbb\xbf" + body,
        "duplicate": body[:-1] + b',"amount":0.02}',
        "array": b"[" + body + b"]",
        "deep": body[:-1] + b',"note":' + b"[" * 5000 + b"]" * 5000 + b"}",
        "nothing": b"",
        "null": b"null",
        "xml": b"<bet/>",
        "surrogate": body.replace(b'"transaction_id":"', b'"transaction_id":"\\ud800'),
        "huge": body[:-1] + b',"note":"' + b"x" * 2_000_000 + b'"}',
        "extra": body[:-1] + b',"ticket":{"n":7},"note":"\\u00dcn\xc3\xaf \xe2\x82\xac"}',
        "newline": body + b"\n",
    }[how]


def amount_text(minor: int, seat: Seat) -> Raw:
    """Write an amount as a JSON number of the main unit."""
    return Raw(number(minor, seat.places))


def trouble(status: int) -> Answer | None:
    """Return the answer to a reply that no protocol describes: none, a redirect, a 5xx."""
    if status == 0:
        return Answer("lost", 0, b"")
    if not 200 <= status < 500 or 300 <= status < 400:
        return Answer("failed", status, b"")
    return None
