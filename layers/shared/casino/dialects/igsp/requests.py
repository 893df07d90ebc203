"""The four hooks of iGSP §4 as typed requests; unknown fields are accepted and kept for audit.

`casino.base.exact_json` reads the JSON, msgspec checks the shapes; pydantic's reports would cost
more milliseconds in a cold start than this whole package.
"""

from typing import Annotated, Any, Final, Literal, cast

import msgspec

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.money import EXPONENTS, AmountError, AmountPrecisionError, to_minor
from casino.wallet.extra import kept
from casino.wallet.model import Kind, Transaction
from casino.wallet.queries import BalanceQuery

type Action = Literal["balance", "bet", "win", "refund"]

type _Id = Annotated[
    str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]+\Z")
]


class _Balance(msgspec.Struct):
    player_id: _Id
    currency: str
    session_id: _Id | None = None


class _Money(msgspec.Struct, kw_only=True):
    """What every money hook carries; each subclass narrows `type`."""

    player_id: _Id
    currency: str
    amount: Any
    game_id: _Id
    transaction_id: _Id
    session_id: _Id
    type: str
    finished: bool | None = None


class _Bet(_Money, kw_only=True):
    type: Literal["bet", "tip", "freespin"]
    round_id: _Id | None = None


class _Win(_Money, kw_only=True):
    type: Literal["win", "jackpot", "freespin", "tournament", "prize"]
    round_id: _Id | None = None


class _Refund(_Money, kw_only=True):
    type: Literal["bet", "tip", "freespin"]
    bet_transaction_id: _Id


_SHAPES: Final[dict[str, type[_Money]]] = {"bet": _Bet, "win": _Win, "refund": _Refund}
_KNOWN: Final = {
    action: frozenset(shape.__struct_fields__) | {"action"} for action, shape in _SHAPES.items()
}


def parse_hook(
    body: bytes, route: Action | None, integration: str, trace_id: str
) -> BalanceQuery | Transaction:
    """Return the typed request in a verified body.

    `route` is the action of the URL, `None` for the one URL of iGSP where the body says it.
    Raises `RequestRefusedError` with `malformed_json`, `unsupported_action`, `invalid_request`,
    `unsupported_currency` or `amount_precision`; nothing of it is recorded.
    """
    try:
        fields = parse_object(body)
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_json", str(error)) from None
    action = _action(fields, route)
    optional = "session_id" if action == "balance" else "round_id"
    if fields.get(optional) == "":
        # Some senders write an id that they do not have as an empty string.
        fields[optional] = None
    try:
        if action == "balance":
            query = msgspec.convert(fields, _Balance)
            _check_currency(query.currency)
            return BalanceQuery(
                integration, query.player_id, query.currency, query.session_id, trace_id
            )
        money = msgspec.convert(fields, _SHAPES[action])
    except msgspec.ValidationError as error:
        raise RequestRefusedError("invalid_request", str(error)) from None
    _check_currency(money.currency)
    return _transaction(cast("Kind", action), money, fields, integration, trace_id)


def _action(fields: dict[str, Any], route: Action | None) -> str:
    """Return what the verified body asks for; the URL is not signed and supplies nothing."""
    named = fields.get("action")
    if named is None and "action" not in fields:
        raise RequestRefusedError("invalid_request", "action is missing")
    if route is not None and named != route:
        raise RequestRefusedError("unsupported_action", f"this URL takes {route}")
    if not isinstance(named, str) or (named != "balance" and named not in _SHAPES):
        raise RequestRefusedError("unsupported_action")
    return named


def _check_currency(currency: str) -> None:
    if currency not in EXPONENTS:
        raise RequestRefusedError("unsupported_currency")


def _transaction(
    kind: Kind, money: _Money, fields: dict[str, Any], integration: str, trace_id: str
) -> Transaction:
    if kind != "refund" and fields.get("bet_transaction_id") not in (None, ""):
        raise RequestRefusedError("invalid_request", f"a {kind} takes no bet_transaction_id")
    return Transaction(
        integration=integration,
        transaction_id=money.transaction_id,
        kind=kind,
        type=money.type,
        player_id=money.player_id,
        currency=money.currency,
        amount_minor=_minor(money),
        game_id=money.game_id,
        session_id=money.session_id,
        round_id=money.round_id if isinstance(money, _Bet | _Win) else None,
        bet_transaction_id=money.bet_transaction_id if isinstance(money, _Refund) else None,
        finished=bool(money.finished),
        extra=kept(fields, _KNOWN[kind]),
        trace_id=trace_id,
    )


def _minor(money: _Money) -> int:
    try:
        return to_minor(money.amount, money.currency)
    except AmountError as error:
        raise RequestRefusedError("invalid_request", str(error)) from None
    except AmountPrecisionError as error:
        raise RequestRefusedError("amount_precision", str(error)) from None
