"""Flexsoft's answers: an envelope whose `code` mirrors the HTTP status, balances in thousandths.

The partner repeats what meets 5xx, and nothing else; so 5xx says that the outcome is not known, or
that nothing was decided.
"""

import json
from typing import Any, Final

from casino.dialects.flexsoft import fields as names
from casino.dialects.flexsoft.fields import to_millis
from casino.wallet.dialect import Answer, Outcome
from casino.wallet.model import Transaction
from casino.wallet.queries import BalanceQuery
from casino.wallet.refusals import REFUSALS

#: Code → HTTP status; any other refusal is 409, and 503 where it may pass.
_STATUSES: Final = {
    "ok": 200,
    "invalid_request": 400,
    "malformed_json": 400,
    "unsupported_action": 400,
    "unsupported_currency": 400,
    "amount_precision": 400,
    "payload_too_large": 400,
    "unauthorized": 401,
    "invalid_signature": 401,
    "timestamp_out_of_range": 401,
    "ip_not_allowed": 401,
    "session_not_found": 401,
    "session_expired": 401,
    "session_suspended": 401,
    "session_not_active": 401,
    "demo_session": 401,
    "insufficient_funds": 402,
    "player_not_found": 404,
    "bet_not_found": 404,
    "not_found": 404,
    "internal_error": 500,
}


def status_of(code: str) -> int:
    """Return the HTTP status of a code of the wallet."""
    if code in _STATUSES:
        return _STATUSES[code]
    return 503 if REFUSALS[code].retryable else 409


def answer(outcome: Outcome) -> Answer:
    """Return the envelope as compact JSON; the message of an error begins with its code."""
    status, data = status_of(outcome.code), None
    message = "Success"
    if outcome.code == "ok":
        data = _data(outcome)
    else:
        message = f"{outcome.code}: {REFUSALS[outcome.code].message}"
        message += f" ({outcome.detail})" if outcome.detail else ""
    body = {"code": status, "message": message, "data": data}
    return Answer(status, json.dumps(body, separators=(",", ":")))


def _data(outcome: Outcome) -> dict[str, Any]:
    match outcome.request:
        case BalanceQuery() as query:
            return {names.USER_ID: query.player_id, names.BALANCE: _millis(outcome)} | _currency(
                outcome
            )
        case Transaction(kind="notice") as notice:
            return {names.OUR_TX: outcome.reference, names.TX: notice.transaction_id}
        case Transaction() as request:
            before = to_millis(outcome.before_minor or 0, outcome.currency)
            return {
                names.USER_ID: request.player_id,
                names.OUR_TX: outcome.reference,
                names.TX: request.transaction_id,
                names.OLD_BALANCE: before,
                names.NEW_BALANCE: _millis(outcome),
            } | _currency(outcome)
        case None:
            return {}


def _millis(outcome: Outcome) -> int:
    return to_millis(outcome.balance_minor or 0, outcome.currency)


def _currency(outcome: Outcome) -> dict[str, str]:
    return {names.CURRENCY: outcome.currency}
