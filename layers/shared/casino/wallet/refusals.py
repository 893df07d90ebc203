"""Every answer that is not 200: one table that code, documentation and tests share."""

from typing import Final

from casino.base.errors import ErrorSpec

_NEW_ID: Final = "Do not send it again; a corrected request needs a new transaction_id."
_FIX: Final = "Correct the request and send it again; the transaction_id was not used."
_RETRY: Final = "Send the same request again, unchanged, with backoff."

_TABLE: Final = (
    # Never reached a decision: nothing is recorded.
    ErrorSpec("invalid_request", 400, False, False, "A field is missing or not valid.", _FIX),
    ErrorSpec("malformed_json", 400, False, False, "The body is not acceptable JSON.", _FIX),
    ErrorSpec("unsupported_action", 400, False, False, "The action is not supported.", _FIX),
    ErrorSpec("unsupported_currency", 400, False, False, "The currency is not supported.", _FIX),
    ErrorSpec(
        "player_not_found", 400, False, False, "The player does not exist.", "Check the player_id."
    ),
    ErrorSpec(
        "unauthorized",
        401,
        False,
        False,
        "The credentials are missing, unknown or revoked.",
        "Check the three headers and the api_key.",
    ),
    ErrorSpec(
        "invalid_signature",
        403,
        False,
        False,
        "The signature does not match the body and timestamp.",
        "Sign the exact bytes that are sent, with the current secret.",
    ),
    ErrorSpec(
        "timestamp_out_of_range",
        403,
        False,
        False,
        "The timestamp is more than 300 seconds off.",
        "Correct the clock and sign the request again.",
    ),
    ErrorSpec(
        "ip_not_allowed",
        403,
        False,
        False,
        "The address is not on the allow list.",
        "Ask the platform to add the address.",
    ),
    ErrorSpec("not_found", 404, False, False, "There is no such route.", "Check the URL."),
    ErrorSpec("payload_too_large", 413, False, False, "The body is too large.", _FIX),
    ErrorSpec(
        "amount_precision",
        422,
        False,
        False,
        "The amount has more decimals than its currency.",
        _FIX,
    ),
    ErrorSpec(
        "transaction_mismatch",
        409,
        False,
        False,
        "The transaction_id was used before for another request.",
        "Use a new transaction_id; the first request's outcome stands.",
    ),
    ErrorSpec(
        "bet_cancelled",
        409,
        False,
        False,
        "The bet was refunded before it arrived.",
        "Do not send it again; nothing was debited.",
    ),
    # Decided from the wallet's state: recorded, and given again to every copy.
    ErrorSpec("insufficient_funds", 402, False, True, "The balance is too low.", _NEW_ID),
    ErrorSpec("session_not_found", 400, False, True, "The session does not exist.", _NEW_ID),
    ErrorSpec("session_expired", 409, False, True, "The session is over.", _NEW_ID),
    ErrorSpec("session_suspended", 409, False, True, "The session is suspended.", _NEW_ID),
    ErrorSpec(
        "session_not_active", 409, False, True, "The session was not opened for play.", _NEW_ID
    ),
    ErrorSpec("demo_session", 409, False, True, "A demo session has no wallet.", _NEW_ID),
    ErrorSpec("player_mismatch", 409, False, True, "It belongs to another player.", _NEW_ID),
    ErrorSpec("currency_mismatch", 409, False, True, "It is in another currency.", _NEW_ID),
    ErrorSpec("player_blocked", 409, False, True, "The player is blocked.", _NEW_ID),
    ErrorSpec("round_finished", 409, False, True, "The round is finished.", _NEW_ID),
    ErrorSpec("round_refunded", 409, False, True, "Every bet of the round is refunded.", _NEW_ID),
    ErrorSpec(
        "bet_not_found",
        404,
        False,
        True,
        "The bet is unknown; it will never be debited.",
        "Take the bet as cancelled.",
    ),
    ErrorSpec(
        "bet_already_refunded",
        409,
        False,
        True,
        "The bet is already refunded.",
        "Take the refund named by transaction_id as the outcome.",
    ),
    ErrorSpec("refund_not_allowed", 409, False, True, "What is refunded is not a bet.", _NEW_ID),
    ErrorSpec("type_mismatch", 409, False, True, "The bet is of another type.", _NEW_ID),
    ErrorSpec(
        "refund_amount_mismatch", 422, False, True, "The amount differs from the stake.", _NEW_ID
    ),
    # The same request may be sent again.
    ErrorSpec("busy", 503, True, False, "The wallet is busy; nothing moved.", _RETRY),
    ErrorSpec("unavailable", 503, True, False, "The wallet is unavailable; nothing moved.", _RETRY),
    ErrorSpec("bets_disabled", 503, True, False, "Bets are switched off.", _RETRY),
    ErrorSpec("outcome_unknown", 503, True, False, "The outcome is not known yet.", _RETRY),
    ErrorSpec("internal_error", 500, True, False, "An unexpected error.", _RETRY),
)

#: The catalogue: code → what it means.
CATALOGUE: Final[dict[str, ErrorSpec]] = {spec.code: spec for spec in _TABLE}
