"""Every answer of the casino's own API that is no success: one table for code and documentation.

A code that the hooks have as well has the same status here, but for what stands in the URL: a
player that does not exist is a 404.
"""

from typing import Final

from casino.base.api import COMMON_ERRORS, ApiError, definitive, repeatable

_NEW_KEY: Final = "Do not send it again; a corrected request needs a new Idempotency-Key."
_FIX: Final = "Correct the request and send it again; its Idempotency-Key was not used."
_RETRY: Final = "Send the same request again, with the same Idempotency-Key and backoff."
_OVER: Final = "Do not send it again; its audit record says what became of it."
_STANDS: Final = "Do not send it again; ask what holds."
_LATER: Final = "Send it again when they have."
_WHEN_OVER: Final = "Send it again when that one is over."
_ENDED: Final = "Do not send it again; ask what became of the grant."
_PATH: Final = "Check the URL."


def _common(code: str, next_step: str) -> ApiError:
    return COMMON_ERRORS[code]._replace(next_step=next_step)


_TABLE: Final = (
    _common("invalid_request", _FIX),
    _common("malformed_json", _FIX),
    definitive(400, "unsupported_currency", "The currency is not supported.", _FIX),
    definitive(402, "insufficient_funds", "The spendable balance is too low.", _NEW_KEY),
    _common("not_found", _PATH),
    definitive(404, "player_not_found", "The player does not exist.", _PATH),
    definitive(404, "wallet_not_found", "The player has no wallet in the currency.", _PATH),
    definitive(404, "reservation_not_found", "The wallet has no such reservation.", _PATH),
    definitive(
        404,
        "transaction_not_found",
        "No transaction is recorded under that id, reference or trace id.",
        "Check the reference. One of the last minute is found by the provider's own id alone.",
    ),
    definitive(
        409,
        "ambiguous_transaction",
        "Several transactions have that name.",
        "Ask by the provider's own id, and name the integration.",
    ),
    definitive(409, "player_exists", "The player_id is another player's.", _NEW_KEY),
    definitive(409, "reservation_over", "The reservation is released or paid out.", _OVER),
    definitive(409, "reservation_mismatch", "The reservation is of another amount.", _FIX),
    definitive(
        409,
        "transaction_mismatch",
        "The Idempotency-Key, or the grant's id, was used before for another request.",
        "Use a new one; the first request's outcome stands.",
    ),
    definitive(409, "exclusion_stands", "A longer exclusion stands; only time ends it.", _STANDS),
    definitive(409, "nothing_to_confirm", "No looser limit waits.", _STANDS),
    definitive(409, "too_early", "The looser limits have not waited long enough.", _LATER),
    definitive(404, "bonus_not_found", "The wallet has no such grant.", _ENDED),
    definitive(409, "bonus_active", "Another grant stands in the wallet.", _WHEN_OVER),
    definitive(409, "bonus_over", "The deadline of the grant has passed.", _FIX),
    definitive(409, "bonus_not_met", "The grant is not wagered.", _STANDS),
    definitive(409, "bonus_stands", "The deadline of the grant has not passed.", _STANDS),
    _common("payload_too_large", _FIX),
    definitive(422, "amount_precision", "The amount has more decimals than its currency.", _FIX),
    _common("internal_error", _RETRY),
    repeatable(503, "busy", "The wallet is busy; nothing was changed.", _RETRY),
    repeatable(503, "unavailable", "The wallet is unavailable; nothing was changed.", _RETRY),
    _common("outcome_unknown", _RETRY),
)

#: Code → what it means to who asks.
ACCOUNT_ERRORS: Final[dict[str, ApiError]] = {error.code: error for error in _TABLE}
