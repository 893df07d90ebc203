"""The answers of WinUpGo: a status word with our reference, or the one schema of its errors."""

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from casino.dialects.winupgo.access import REFUSED
from casino.dialects.winupgo.requests import SessionOrder
from casino.wallet.dialect import Answer, Outcome
from casino.wallet.hold_refusals import HOLD_REFUSALS
from casino.wallet.model import Transaction
from casino.wallet.refusals import REFUSALS


class Word(NamedTuple):
    """How WinUpGo is told of a code."""

    status: int
    code: str


#: Code → status and WinUpGo's code, in capitals unless a word of its own stands here.
WORDS: Final = {
    "invalid_request": Word(400, "INVALID_REQUEST"),
    "malformed_json": Word(400, "INVALID_REQUEST"),
    "unsupported_action": Word(400, "INVALID_REQUEST"),
    "player_not_found": Word(404, "PLAYER_NOT_FOUND"),
    "unauthorized": Word(401, "UNAUTHORIZED"),
    "invalid_signature": Word(401, "INVALID_SIGNATURE"),
    "timestamp_out_of_range": Word(401, "SIGNATURE_EXPIRED"),
    "ip_not_allowed": Word(403, "IP_NOT_ALLOWED"),
    "not_found": Word(404, "NOT_FOUND"),
    "payload_too_large": Word(413, "PAYLOAD_TOO_LARGE"),
    "amount_precision": Word(400, "INVALID_REQUEST"),
    "transaction_mismatch": Word(409, "IDEMPOTENCY_MISMATCH"),
    "bet_cancelled": Word(409, "BET_ROLLED_BACK"),
    "bets_disabled": Word(409, "BETS_DISABLED"),
    "unsupported_currency": Word(400, "UNSUPPORTED_CURRENCY"),
    "insufficient_funds": Word(402, "INSUFFICIENT_FUNDS"),
    "session_not_found": Word(404, "SESSION_NOT_FOUND"),
    "session_expired": Word(401, "SESSION_EXPIRED"),
    "session_suspended": Word(401, "SESSION_SUSPENDED"),
    "session_not_active": Word(401, "SESSION_NOT_ACTIVE"),
    "demo_session": Word(409, "DEMO_SESSION"),
    "player_mismatch": Word(409, "PLAYER_MISMATCH"),
    "currency_mismatch": Word(400, "CURRENCY_MISMATCH"),
    "player_blocked": Word(403, "RG_PLAYER_BLOCKED"),
    "rg_self_excluded": Word(403, "RG_SELF_EXCLUDED"),
    "rg_cool_off": Word(403, "RG_COOL_OFF"),
    "rg_stake_limit": Word(403, "RG_LIMIT_STAKE"),
    "rg_loss_limit": Word(403, "RG_LIMIT_LOSS"),
    "rg_wager_limit": Word(403, "RG_LIMIT_WAGER"),
    "rg_time_limit": Word(403, "RG_LIMIT_TIME"),
    "bonus_max_bet": Word(403, "BONUS_MAX_BET"),
    "round_finished": Word(409, "ROUND_FINISHED"),
    "round_refunded": Word(409, "ROUND_REFUNDED"),
    "bet_not_found": Word(409, "BET_NOT_AUTHORIZED"),
    "bet_already_refunded": Word(409, "BET_ROLLED_BACK"),
    "refund_not_allowed": Word(409, "ROLLBACK_NOT_ALLOWED"),
    "type_mismatch": Word(409, "TYPE_MISMATCH"),
    "refund_amount_mismatch": Word(409, "AMOUNT_MISMATCH"),
    "busy": Word(503, "UNAVAILABLE"),
    "unavailable": Word(503, "UNAVAILABLE"),
    "outcome_unknown": Word(503, "OUTCOME_UNKNOWN"),
    "internal_error": Word(500, "INTERNAL"),
    "duplicate_bet": Word(409, "DUPLICATE"),
    "bet_not_authorized": Word(409, "BET_NOT_AUTHORIZED"),
    "bet_already_settled": Word(409, "BET_ALREADY_SETTLED"),
    "bet_rolled_back": Word(409, "BET_ROLLED_BACK"),
    "round_mismatch": Word(409, "ROUND_MISMATCH"),
    "missing_header": Word(400, "MISSING_HEADER"),
    "invalid_header": Word(400, "INVALID_REQUEST"),
    "forbidden_brand": Word(403, "FORBIDDEN_BRAND"),
    "forbidden_scope": Word(403, "FORBIDDEN_SCOPE"),
    "forbidden_client": Word(403, "FORBIDDEN_CLIENT"),
    "forbidden_certificate": Word(403, "FORBIDDEN_CERTIFICATE"),
    "token_required": Word(401, "UNAUTHORIZED"),
    "unknown_event": Word(400, "UNKNOWN_EVENT"),
    "duplicate_event": Word(409, "DUPLICATE"),
    "sessions_closed": Word(403, "SESSIONS_NOT_ALLOWED"),
    "sessions_disabled": Word(503, "SESSIONS_DISABLED"),
}
#: Kind of a transaction → the word of its success, and the name of our reference.
_DONE: Final = {
    "hold": ("authorized", "hold_id"),
    "settle": ("credited", "settlement_id"),
    "rollback": ("rolled_back", "rollback_id"),
    "notice": ("accepted", "event_id"),
}
_OWN: Final = {
    **REFUSED,
    "unknown_event": "The event type or the version of its schema is not known.",
    "duplicate_event": "The event_id was used before for another event.",
    "sessions_closed": "This integration opens no sessions.",
    "sessions_disabled": "New sessions are switched off.",
}


def answer(outcome: Outcome) -> Answer:
    """Return a success or an error as compact JSON."""
    request = outcome.request
    if outcome.code == "ok" and isinstance(request, SessionOrder):
        session = {"session_id": request.session_id, "expires_at": request.expires_at}
        return Answer(201, _json(session))
    if outcome.code == "ok" or outcome.code.startswith("rollback_"):
        done, name = _DONE[_kind(outcome)]
        return Answer(200, _json({"status": done, name: outcome.reference}))
    word, spec = WORDS[outcome.code], REFUSALS.get(outcome.code) or HOLD_REFUSALS.get(outcome.code)
    message = spec.message if spec is not None else _OWN[outcome.code]
    if outcome.code == "duplicate_bet":
        message = f"Bet already {'authorized' if _kind(outcome) == 'hold' else 'settled'}"
    body = {
        "code": word.code,
        "message": f"{message} ({outcome.detail})" if outcome.detail else message,
        "retryable": spec.retryable if spec is not None else word.status == 503,
        "trace_id": outcome.trace_id,
    }
    return Answer(word.status, _json(body))


def _kind(outcome: Outcome) -> str:
    return outcome.request.kind if isinstance(outcome.request, Transaction) else ""


def _json(body: Mapping[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"))
