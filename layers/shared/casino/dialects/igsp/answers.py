"""The answers of iGSP: balances are JSON numbers with the currency's own decimals."""

import json
from typing import Final

from casino.base.money import to_major
from casino.wallet.dialect import Answer, Outcome
from casino.wallet.refusals import REFUSALS

#: Code → HTTP status.
STATUSES: Final = {
    "ok": 200,
    "invalid_request": 400,
    "malformed_json": 400,
    "unsupported_action": 400,
    "unsupported_currency": 400,
    "player_not_found": 400,
    "session_not_found": 400,
    "unauthorized": 401,
    "insufficient_funds": 402,
    "invalid_signature": 403,
    "timestamp_out_of_range": 403,
    "ip_not_allowed": 403,
    "not_found": 404,
    "bet_not_found": 404,
    "transaction_mismatch": 409,
    "bet_cancelled": 409,
    "bets_disabled": 409,
    "session_expired": 409,
    "session_suspended": 409,
    "session_not_active": 409,
    "demo_session": 409,
    "player_mismatch": 409,
    "currency_mismatch": 409,
    "player_blocked": 409,
    "rg_self_excluded": 409,
    "rg_cool_off": 409,
    "rg_stake_limit": 409,
    "rg_loss_limit": 409,
    "rg_wager_limit": 409,
    "rg_time_limit": 409,
    "bonus_max_bet": 409,
    "round_finished": 409,
    "round_refunded": 409,
    "bet_already_refunded": 409,
    "refund_not_allowed": 409,
    "type_mismatch": 409,
    "payload_too_large": 413,
    "amount_precision": 422,
    "refund_amount_mismatch": 422,
    "internal_error": 500,
    "busy": 503,
    "unavailable": 503,
    "outcome_unknown": 503,
}


def answer(outcome: Outcome) -> Answer:
    """Return a `BalanceResponse`, `TransactionResponse` or `ErrorResponse` as compact JSON."""
    body = _success(outcome) if outcome.code == "ok" else _error(outcome)
    return Answer(STATUSES[outcome.code], body)


def _success(outcome: Outcome) -> str:
    """Return `{"balance":97.50}`, with our `transaction_id` when money was decided."""
    balance = _balance(outcome)
    if outcome.reference is None:
        return f'{{"balance":{balance}}}'
    return f'{{"balance":{balance},"transaction_id":{json.dumps(outcome.reference)}}}'


def _error(outcome: Outcome) -> str:
    """Return the error of a code; `detail` is added to the message for people."""
    spec, detail = REFUSALS[outcome.code], outcome.detail
    body: dict[str, object] = {
        "error": spec.code,
        "message": f"{spec.message} ({detail})" if detail else spec.message,
        "status": STATUSES[spec.code],
        "retryable": spec.retryable,
        "trace_id": outcome.trace_id,
    }
    if outcome.reference is not None:
        body["transaction_id"] = outcome.reference
    text = json.dumps(body, separators=(",", ":"))
    if outcome.balance_minor is not None:
        text = f'{text[:-1]},"balance":{_balance(outcome)}}}'
    return text


def _balance(outcome: Outcome) -> object:
    return to_major(outcome.balance_minor or 0, outcome.currency)
