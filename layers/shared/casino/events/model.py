"""The words of events: the envelope, its exact JSON text, and the table of types and versions.

An event is made from what is stored and from nothing else, so the same item always makes the same
event under the same id, however often it is told.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID, uuid5

from casino.base.exact_json import parse_object
from casino.base.money import to_major
from casino.base.times import epoch

type Payload = Mapping[str, Any]

#: What the ids of all events are derived from; never changed.
_NAMESPACE: Final = UUID("6f2f4c58-8f0a-5d0e-9a57-3f3c2b0f7f11")


@dataclass(frozen=True, slots=True)
class Place:
    """The brand and the region that an event belongs to."""

    tenant_id: str
    region: str


@dataclass(frozen=True, slots=True)
class Event:
    """The envelope; `occurred_at` is ISO 8601 in UTC.

    `sequence` is that of the wallet: a refusal carries the number of the entry that it was decided
    after. `player_id` is `None` where nothing proves a player. Amounts of the payload are
    those of `money`; unknown fields are left out of it.
    """

    event_type: str
    schema_version: str
    event_id: str
    occurred_at: str
    tenant_id: str
    region: str
    player_id: str | None
    trace_id: str | None
    idempotency_key: str | None
    sequence: int | None
    payload: Payload

    def text(self) -> str:
        """Return it as JSON in ASCII; amounts are numbers with all decimals of their currency."""
        return _json({field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Return the event in a JSON text, amounts exact; fields of later versions are left out.

        Raises `MalformedJsonError`, and `LookupError` when a field of the envelope is missing.
        """
        found = parse_object(text)
        return cls(**{field.name: found[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a type's schema that is published, and until when.

    `until` is ISO 8601, exclusive; empty for no end. `shape` makes its payload from that of the
    newest edition.
    """

    version: str
    until: str = ""
    shape: Callable[[Payload], Payload] = lambda payload: payload


#: Event type → its editions, the newest last; an older major stays beside it until its date.
EDITIONS: Final[Mapping[str, tuple[Edition, ...]]] = dict.fromkeys(
    (
        "bet.authorized",
        "bet.rolled_back",
        "bet.settled",
        "bonus.consumed",
        "bonus.issued",
        "order.awaiting_delivery",
        "partner.told",
        "player.identity_changed",
        "purchase.credited",
        "purchase.owed",
        "purchase.taken_back",
        "rg.limit.changed",
        "rg.limit.hit",
        "rg.reality_check",
        "session.ended",
        "session.started",
        "wager.progress.updated",
        "wallet.credit.completed",
        "wallet.credit.refused",
        "wallet.debit.completed",
        "wallet.debit.refused",
        "wallet.win.released",
    ),
    (Edition("1.0.0"),),
)


def event_id(event_type: str, *source: str) -> str:
    """Return the id of an event of this type: the UUIDv5 of type and source.

    `source` names the stored item and what tells it from one of the same name elsewhere, such as
    the entry's hash: two stacks may well have the same transaction id.
    """
    return str(uuid5(_NAMESPACE, json.dumps([event_type, *source])))


def money(minor: int, currency: str) -> dict[str, Any]:
    """Return an amount of a payload.

    `minor` is the same as text, in minor units: whatever hands a JSON number on may take it for a
    binary fraction, which loses the last digits of a currency with 18 decimals. Raises
    `ValueError` for a negative amount, and `LookupError` for an unknown currency.
    """
    if minor < 0:
        raise ValueError("no amount of an event is negative")
    return {
        "amount": Decimal(to_major(minor, currency)),
        "currency": currency,
        "minor": str(minor),
    }


def current(event_type: str) -> str:
    """Return the version that the mappings make of a type."""
    return EDITIONS[event_type][-1].version


def published(
    event: Event, now: float, editions: Mapping[str, tuple[Edition, ...]] = EDITIONS
) -> tuple[Event, ...]:
    """Return an event in every edition that is still published, the newest last; one id for all.

    `now` is in seconds since the epoch.
    """
    return tuple(
        replace(event, schema_version=edition.version, payload=edition.shape(event.payload))
        for edition in editions[event.event_type]
        if not edition.until or now < epoch(edition.until)
    )


def _json(value: Any) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case Mapping():
            return f"{{{','.join(f'{json.dumps(k)}:{_json(v)}' for k, v in value.items())}}}"
        case list() | tuple():
            return f"[{','.join(map(_json, value))}]"
        case _:
            return json.dumps(value, allow_nan=False)
