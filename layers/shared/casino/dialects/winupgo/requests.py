"""The resources of WinUpGo as typed requests; unknown fields are accepted and kept for audit.

Money is `{"amount": 2.00, "currency": "EUR"}`. The path is signed, so it says what is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.money import EXPONENTS, AmountError, AmountPrecisionError, to_minor
from casino.dialects.winupgo.access import EVENT, told, transaction_id
from casino.wallet.dialect import Call
from casino.wallet.extra import kept
from casino.wallet.hold import HoldRequest
from casino.wallet.model import Kind, Transaction

type _Id = Annotated[
    str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]+\Z")
]
type _Short = Annotated[
    str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f-\x9f]+\Z")
]


class _Money(msgspec.Struct):
    amount: Any
    currency: str


class _Authorize(msgspec.Struct):
    session_id: _Id
    bet_id: _Id
    round_id: _Id
    amount: _Money


class _Settle(msgspec.Struct):
    bet_id: _Id
    round_id: _Id
    win: _Money


class _Rollback(msgspec.Struct):
    bet_id: _Id
    round_id: _Id | None = None


class _Session(msgspec.Struct):
    player_id: _Id
    game_id: _Id
    currency: str
    locale: _Short = ""


class _Event(msgspec.Struct):
    event_type: _Short
    schema_version: _Short
    event_id: _Short
    occurred_at: _Short
    tenant_id: _Short
    region: _Short
    payload: dict[str, Any]
    player_id: _Id | None = None
    idempotency_key: _Id | None = None


@dataclass(frozen=True, slots=True)
class SessionOrder(Transaction):
    """A request for a session: a notice for the ledger, so that its copies get the same session."""

    expires_at: str = ""


_SHAPES: Final[dict[str, tuple[Kind, type[_Authorize | _Settle | _Rollback]]]] = {
    "/bets/authorize": ("hold", _Authorize),
    "/bets/settle": ("settle", _Settle),
    "/bets/rollback": ("rollback", _Rollback),
}
#: Event type → the major versions of its schema that are known.
EVENT_TYPES: Final[dict[str, frozenset[str]]] = dict.fromkeys(
    (
        "session.started",
        "session.ended",
        "bet.authorized",
        "bet.settled",
        "bet.rolled_back",
        "bonus.issued",
        "bonus.consumed",
        "wager.progress.updated",
        "wallet.debit.completed",
        "wallet.debit.failed",
        "wallet.credit.completed",
        "wallet.credit.failed",
        "rg.limit.hit",
        "rg.reality_check",
    ),
    frozenset({"1"}),
)


def parse_bet(resource: str, body: bytes, integration: str, key: str, trace_id: str) -> HoldRequest:
    """Return the typed hold, settlement or rollback in a verified body.

    Raises `RequestRefusedError` with `malformed_json`, `invalid_request`, `unsupported_currency` or
    `amount_precision`; nothing of it is recorded.
    """
    kind, shape = _SHAPES[resource]
    fields = _fields(body)
    found = _converted(fields, shape)
    extra = kept(fields, frozenset(shape.__struct_fields__))
    return _transaction(kind, found, integration, key, trace_id, extra)


def parse_session(
    call: Call, integration: str, name: Callable[[str], str], expires_at: str
) -> SessionOrder:
    """Return the typed order of a session, which `name` names after its player.

    The refusals of `parse_bet`.
    """
    fields = _fields(call.body)
    found = _converted(fields, _Session)
    if found.currency not in EXPONENTS:
        raise RequestRefusedError("unsupported_currency")
    return SessionOrder(
        integration=integration,
        transaction_id=transaction_id(call),
        kind="notice",
        type="session",
        player_id=found.player_id,
        currency=found.currency,
        amount_minor=0,
        game_id=found.game_id,
        session_id=name(found.player_id),
        extra=kept(fields, frozenset({"player_id", "currency", "game_id"})),
        trace_id=call.trace_id,
        expires_at=expires_at,
    )


def parse_event(call: Call, integration: str) -> Transaction:
    """Return the typed event, a notice under its `event_id`.

    The refusals of `parse_bet`, and `unknown_event`.
    """
    fields = _fields(call.body)
    found = _converted(fields, _Event)
    majors = EVENT_TYPES.get(found.event_type)
    if majors is None or found.schema_version.partition(".")[0] not in majors:
        raise RequestRefusedError("unknown_event", f"{found.event_type} {found.schema_version}")
    if (found.tenant_id, found.region) != told(call)[:2]:
        raise RequestRefusedError("forbidden_brand", "tenant_id and region of the event")
    return Transaction(
        integration=integration,
        transaction_id=f"{EVENT}{found.event_id}",
        kind="notice",
        type=found.event_type,
        player_id="",
        currency="",
        amount_minor=0,
        extra=kept(fields, frozenset()),
        trace_id=call.trace_id,
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        return parse_object(body)
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_json", str(error)) from None


def _converted[T](fields: dict[str, Any], shape: type[T]) -> T:
    try:
        return msgspec.convert(fields, shape)
    except msgspec.ValidationError as error:
        raise RequestRefusedError("invalid_request", str(error)) from None


def _transaction(
    kind: Kind,
    found: _Authorize | _Settle | _Rollback,
    integration: str,
    key: str,
    trace_id: str,
    extra: str | None,
) -> HoldRequest:
    currency, amount_minor, session_id = "", 0, None
    if isinstance(found, _Authorize):
        currency, amount_minor = found.amount.currency, _minor(found.amount)
        session_id = found.session_id
    elif isinstance(found, _Settle):
        currency, amount_minor = found.win.currency, _minor(found.win)
    return HoldRequest(
        integration=integration,
        transaction_id=key,
        kind=kind,
        type=kind,
        player_id="",
        currency=currency,
        amount_minor=amount_minor,
        session_id=session_id,
        round_id=found.round_id,
        bet_transaction_id=found.bet_id,
        extra=extra,
        trace_id=trace_id,
    )


def _minor(money: _Money) -> int:
    if money.currency not in EXPONENTS:
        raise RequestRefusedError("unsupported_currency")
    try:
        return to_minor(money.amount, money.currency)
    except AmountError as error:
        raise RequestRefusedError("invalid_request", str(error)) from None
    except AmountPrecisionError as error:
        raise RequestRefusedError("amount_precision", str(error)) from None
