"""Flexsoft's requests as typed ones; unknown fields are accepted and kept for audit.

The signature covers the body alone. So the body's own `action` says what moves money, and the URL
only restricts it: no body is valid on two URLs that move money in two directions.
"""

from typing import Any, Final, Literal

from casino.base.errors import RequestRefusedError
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.money import EXPONENTS
from casino.dialects.flexsoft import fields as names
from casino.dialects.flexsoft.fields import to_minor
from casino.wallet.dialect import Call, Request
from casino.wallet.extra import kept
from casino.wallet.model import Kind, Transaction, session_key
from casino.wallet.queries import BalanceQuery, TokenExchange

type Route = Literal["auth", "withdraw", "deposit", "balance"]

#: URL → action → the wallet's own kind and type.
_ACTIONS: Final[dict[str, dict[str, tuple[Kind, str]]]] = {
    "auth": {},
    "balance": {},
    "withdraw": {"BET": ("bet", "bet"), "FREE_BET": ("bet", "freespin")},
    "deposit": {
        "WIN": ("win", "win"),
        "FREE_BET_WIN": ("win", "freespin"),
        "ROLL_BACK": ("refund", "bet"),
        "CLOSE_ROUND": ("notice", "round"),
    },
}
_LONGEST: Final = 256
_KNOWN: Final = frozenset(
    {
        names.USER_ID,
        names.SESSION_TOKEN,
        names.CURRENCY,
        names.ACTION,
        names.AMOUNT,
        names.GAME,
        names.ROUNDS[0],
        names.TX,
        names.BET_TX,
    }
)
#: What a notice says of players is nobody's in particular.
_KNOWN_OF_NOTICE: Final = frozenset({names.ACTION, names.GAME, names.ROUNDS[0], names.TX})


def read(call: Call, integration: str) -> Request:
    """Return the typed request in a verified call.

    Raises `RequestRefusedError` with `malformed_json`, `not_found`, `unsupported_action`,
    `invalid_request`, `unsupported_currency` or `amount_precision`; nothing of it is recorded.
    """
    route = call.path.rpartition("/")[2]
    if route not in _ACTIONS:
        raise RequestRefusedError("not_found")
    try:
        body = parse_object(call.body)
    except MalformedJsonError as error:
        raise RequestRefusedError("malformed_json", str(error)) from None
    action = _optional(body, names.ACTION)
    actions = _ACTIONS[route]
    if (action is not None or actions) and action not in actions:
        detail = f"/{route} takes {' or '.join(actions) or 'no action'}"
        raise RequestRefusedError("unsupported_action", detail)
    if route == "auth":
        return _exchange(body, integration, call.trace_id)
    if route == "balance":
        user_id, currency = _player(body)
        return BalanceQuery(
            integration, user_id, currency, _session(body, integration), call.trace_id
        )
    kind, kind_of_money = actions[action or ""]
    if kind == "notice":
        return _notice(body, integration, call.trace_id)
    return _transaction(kind, kind_of_money, body, integration, call.trace_id)


def _exchange(body: dict[str, Any], integration: str, trace_id: str) -> TokenExchange:
    currency = _optional(body, names.CURRENCY)
    user_token = _required(body, names.USER_TOKEN)
    session_token = _required(body, names.SESSION_TOKEN)
    return TokenExchange(integration, user_token, session_token, currency, trace_id)


def _transaction(
    kind: Kind, kind_of_money: str, body: dict[str, Any], integration: str, trace_id: str
) -> Transaction:
    user_id, currency = _player(body)
    own_id = _required(body, names.TX)
    bet_id = None if kind == "bet" else _optional(body, names.BET_TX)
    if kind == "refund" and bet_id is None:
        raise RequestRefusedError("invalid_request", f"{names.BET_TX} is missing")
    if kind == "bet":
        _required(body, names.SESSION_TOKEN)
        if _optional(body, names.BET_TX) is not None:
            raise RequestRefusedError("invalid_request", f"a bet takes no {names.BET_TX}")
    round_id = _round(body) or (own_id if kind == "bet" else None)
    return Transaction(
        integration=integration,
        transaction_id=own_id,
        kind=kind,
        type=kind_of_money,
        player_id=user_id,
        currency=currency,
        amount_minor=_amount(kind, kind_of_money, body.get(names.AMOUNT), currency),
        game_id=_optional(body, names.GAME),
        session_id=_session(body, integration),
        # A rollback's round is that of its bet.
        round_id=None if kind == "refund" else round_id,
        bet_transaction_id=bet_id,
        extra=kept(body, _KNOWN),
        trace_id=trace_id,
        by_bet=kind != "bet",
    )


def _amount(kind: Kind, kind_of_money: str, amount: Any, currency: str) -> int:
    """Return the amount in minor units; where it moves no money, 0 stands for one that is unfit.

    A rollback gives back the stored stake and a free bet takes none: neither may fail by it.
    """
    try:
        return to_minor(amount, currency)
    except RequestRefusedError:
        if kind == "refund" or (kind == "bet" and kind_of_money == "freespin"):
            return 0
        raise


def _notice(body: dict[str, Any], integration: str, trace_id: str) -> Transaction:
    """Return a notice: it is the operator's, so whatever it says of players is only kept."""
    return Transaction(
        integration=integration,
        transaction_id=_required(body, names.TX),
        kind="notice",
        type="round",
        player_id="",
        currency="",
        amount_minor=0,
        game_id=_optional(body, names.GAME),
        round_id=_round(body),
        finished=True,
        extra=kept(body, _KNOWN_OF_NOTICE),
        trace_id=trace_id,
    )


def _player(body: dict[str, Any]) -> tuple[str, str]:
    user_id, currency = _required(body, names.USER_ID), _required(body, names.CURRENCY)
    if currency not in EXPONENTS:
        raise RequestRefusedError("unsupported_currency")
    return user_id, currency


def _session(body: dict[str, Any], integration: str) -> str | None:
    token = _optional(body, names.SESSION_TOKEN)
    return session_key(integration, token) if token is not None else None


def _round(body: dict[str, Any]) -> str | None:
    """Return the first round that is named; an integer is as good as its text."""
    named = [body.get(name) for name in names.ROUNDS]
    whole = [str(value) if type(value) is int else value for value in named]
    found = [_text(value, name) for value, name in zip(whole, names.ROUNDS, strict=True)]
    return next(filter(None, found), None)


def _required(body: dict[str, Any], name: str) -> str:
    value = _optional(body, name)
    if value is None:
        raise RequestRefusedError("invalid_request", f"{name} is missing")
    return value


def _optional(body: dict[str, Any], name: str) -> str | None:
    return _text(body.get(name), name)


def _text(value: object, name: str) -> str | None:
    """Return a text of 1 to 256 printable characters; an empty one is as good as none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise RequestRefusedError("invalid_request", f"{name} is not valid")
    return value
