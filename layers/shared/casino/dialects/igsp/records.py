"""The provider's side of iGSP as models: pages, and records that are each judged alone.

A record with an unknown field, a changed type or a missing field is drift; the error says why. The
page is read without judging its records, so that one bad record does not cost the other 199.
Numbers stay exact: floats are read as Decimal.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from casino.base.exact_json import MalformedJsonError, parse
from casino.catalogue.model import Game, GameStatus, Image, KycLevel, Provider
from casino.catalogue.run import DriftError
from casino.providers.caps import CAPS

_MAX_REASON: Final = 500
_MAX_DIGITS: Final = 64
#: Controls, line and paragraph separators, and what overrides the direction of a text.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class MalformedAnswerError(ValueError):
    """The bytes are not what the standard says; the message says why, without the bytes."""


def _an_instant(value: str) -> str:
    instant(value)
    return value


def _a_clean_text(value: str) -> str:
    if _UNSAFE.search(value):
        raise PydanticCustomError("control_character", "control characters change what is shown")
    return value


def _a_short_number(value: int | Decimal) -> int | Decimal:
    if len(str(value)) > _MAX_DIGITS:
        raise ValueError("too many digits")
    return value


type _Id = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    ),
]
type _Name = Annotated[
    str, StringConstraints(min_length=1, max_length=CAPS.name), AfterValidator(_a_clean_text)
]
type _Text = Annotated[str, StringConstraints(max_length=CAPS.name), AfterValidator(_a_clean_text)]
type _Url = Annotated[
    str,
    StringConstraints(max_length=CAPS.url, pattern=r"^https?://[^\s\\]+$"),
    AfterValidator(_a_clean_text),
]
type _Time = Annotated[str, StringConstraints(max_length=64), AfterValidator(_an_instant)]
type _Number = Annotated[int | Decimal, AfterValidator(_a_short_number)]
type _Weight = Annotated[int, Field(ge=-(10**9), le=10**9)]
type _Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
type _Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
type _Category = Annotated[
    str, StringConstraints(min_length=1, max_length=CAPS.category), AfterValidator(_a_clean_text)
]
type _Images = Annotated[list["_Image"], Field(max_length=CAPS.images)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Image(_Strict):
    name: _Text | None = None
    url: _Url | None = None
    type: _Text | None = None


class _Provider(_Strict):
    id: _Id
    name: _Name
    currencies: Annotated[list[_Currency], Field(max_length=CAPS.currencies)]
    slug: _Text | None = None
    restricted_countries: Annotated[list[_Country], Field(max_length=CAPS.countries)] = []
    images: _Images | None = None
    min_age: Annotated[int, Field(ge=0, le=150)] | None = None
    min_kyc_level: KycLevel | None = None
    status: GameStatus | None = None
    created_at: _Time | None = None
    updated_at: _Time | None = None
    deleted_at: _Time | None = None


class _Game(_Strict):
    id: _Id
    provider_id: _Id
    name: _Name
    status: GameStatus
    updated_at: _Time
    categories: Annotated[list[_Category], Field(max_length=CAPS.categories)] = []
    slug: _Text | None = None
    rtp: _Number | None = None
    weight: _Weight | None = None
    bonus_rollover_coefficient: _Number | None = None
    images: _Images | None = None
    # Copies of records that have lists of their own: accepted, and not looked into.
    provider: dict[str, Any] | None = None
    integration: dict[str, Any] | None = None
    created_at: _Time | None = None
    deleted_at: _Time | None = None


class _Cursor(BaseModel):
    next: str | None = None


class _Meta(BaseModel):
    returned: Annotated[int, Field(ge=0)] | None = None
    has_more: bool | None = None


class ListAnswer(BaseModel):
    """The frame of a list; more fields in it harm nobody."""

    model_config = ConfigDict(strict=True)

    data: list[Any]
    cursor: _Cursor | None = None
    meta: _Meta | None = None

    @property
    def next_cursor(self) -> str | None:
        """The token of the next page; an empty one is none."""
        return (self.cursor.next or None) if self.cursor else None

    @property
    def has_more(self) -> bool:
        """Whether another page can be read: where the provider does not say, its cursor does."""
        said = self.meta.has_more if self.meta else None
        return self.next_cursor is not None if said is None else said

    @property
    def returned(self) -> int | None:
        """How many records the provider says that it sent."""
        return self.meta.returned if self.meta else None


class _SessionAnswer(BaseModel):
    model_config = ConfigDict(strict=True)

    url: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


def instant(value: str) -> datetime:
    """Return an ISO 8601 time with an offset as a moment in UTC; raises `ValueError`."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    return moment.astimezone(UTC)


def read_list(body: bytes) -> ListAnswer:
    """Return the frame of a page of providers or games; raises `MalformedAnswerError`."""
    try:
        page = ListAnswer.model_validate(_parse(body))
    except ValidationError as error:
        raise MalformedAnswerError(_reasons(error)) from None
    if len(page.data) > CAPS.page_records:
        raise MalformedAnswerError(f"more than {CAPS.page_records} records")
    return page


def read_launch_url(body: bytes) -> str:
    """Return the URL of a created session exactly as it was sent."""
    try:
        return _SessionAnswer.model_validate(_parse(body)).url
    except ValidationError as error:
        raise MalformedAnswerError(_reasons(error)) from None


class IgspRecords:
    """`RecordReader` by the models of iGSP."""

    def provider(self, integration: str, record: object) -> Provider:
        """Return a provider; raises `DriftError` when the record is not as the standard says."""
        digest = self.fingerprint(record)
        try:
            model = _Provider.model_validate(record)
        except ValidationError as error:
            raise DriftError(_reasons(error)) from None
        return Provider(
            integration=integration,
            provider_id=model.id,
            name=model.name,
            currencies=tuple(dict.fromkeys(model.currencies)),
            restricted_countries=tuple(dict.fromkeys(model.restricted_countries)),
            fingerprint=digest,
            slug=model.slug,
            min_age=model.min_age,
            min_kyc_level=model.min_kyc_level,
            images=_images(model.images),
            updated_at=model.updated_at,
            enabled=model.status in (None, "active") and model.deleted_at is None,
        )

    def game(self, integration: str, record: object) -> Game:
        """Return a game; raises `DriftError` when the record is not as the standard says."""
        digest = self.fingerprint(record)
        try:
            model = _Game.model_validate(record)
        except ValidationError as error:
            raise DriftError(_reasons(error)) from None
        return Game(
            integration=integration,
            game_id=model.id,
            provider_id=model.provider_id,
            name=model.name,
            status=model.status,
            updated_at=model.updated_at,
            fingerprint=digest,
            categories=tuple(dict.fromkeys(model.categories)),
            weight=model.weight or 0,
            slug=model.slug,
            rtp=_text(model.rtp),
            bonus_rollover_coefficient=_text(model.bonus_rollover_coefficient),
            images=_images(model.images),
            created_at=model.created_at,
            deleted_at=model.deleted_at,
        )

    def fingerprint(self, record: object) -> str:
        """Return the SHA-256 in hex of a record's canonical JSON; raises `DriftError`."""
        try:
            text = json.dumps(
                record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
            )
            written = text.encode()
        except UnicodeEncodeError:
            raise DriftError("lone surrogate") from None
        if len(written) > CAPS.record_bytes:
            raise DriftError(f"larger than {CAPS.record_bytes} bytes")
        return hashlib.sha256(written).hexdigest()

    def records(self, raw: bytes) -> Sequence[object]:
        """Return the records of a page of providers or games; raises `MalformedAnswerError`."""
        return read_list(raw).data

    def encode(self, record: object) -> bytes:
        """Return a record as JSON, its numbers as they were."""
        return _ENCODER.encode(record)

    def decode(self, raw: bytes) -> object:
        """Return the record that `encode` was given; raises `MalformedAnswerError`."""
        return _parse(raw)


def _images(models: Sequence[_Image] | None) -> tuple[Image, ...]:
    return tuple(Image(model.name, model.url, model.type) for model in models or ())


def _text(number: int | Decimal | None) -> str | None:
    return None if number is None else str(number)


def _reasons(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    named = (f"{'.'.join(map(str, fault['loc'])) or 'record'}: {fault['type']}" for fault in faults)
    # A field's name is the provider's text as well.
    return _UNSAFE.sub("?", "; ".join(named))[:_MAX_REASON]


def _parse(body: bytes) -> Any:
    try:
        return parse(body)
    except MalformedJsonError as error:
        raise MalformedAnswerError(str(error)) from None


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
