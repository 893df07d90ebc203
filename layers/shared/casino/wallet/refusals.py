"""Every code but `ok` that the wallet gives: one table that code, documentation and tests share.

A code says what the wallet decided. The counterpart's dialect chooses HTTP status and words.
"""

from typing import Final, NamedTuple

_NEW_ID: Final = "Do not send it again; a corrected request needs a new transaction_id."
_FIX: Final = "Correct the request and send it again; the transaction_id was not used."
_SIGN_AGAIN: Final = (
    "Send the same request again, signed anew with a fresh timestamp. This answer says nothing "
    "about the transaction."
)
_RETRY: Final = "Send the same request again with backoff, signed anew with a fresh timestamp."


class RefusalSpec(NamedTuple):
    """One documented code: its text for people, and the next step for the provider."""

    code: str
    retryable: bool
    recorded: bool
    """Whether the refusal is stored under the transaction's id, so that every copy gets it."""
    message: str
    next_step: str


def _undecided(code: str, message: str, next_step: str = _FIX) -> RefusalSpec:
    """Describe what never reached a decision, or rests on another request's: nothing is stored."""
    return RefusalSpec(code, False, False, message, next_step)


def _recorded(code: str, message: str, next_step: str = _NEW_ID) -> RefusalSpec:
    """Describe what is decided from the wallet's state: every copy gets it again."""
    return RefusalSpec(code, False, True, message, next_step)


def _retryable(code: str, message: str) -> RefusalSpec:
    """Describe what may pass: the same request may be sent again."""
    return RefusalSpec(code, True, False, message, _RETRY)


_TABLE: Final = (
    _undecided("invalid_request", "A field is missing or not valid."),
    _undecided("malformed_json", "The body is not acceptable JSON."),
    _undecided("unsupported_action", "The action is not supported."),
    _undecided("player_not_found", "The player does not exist.", "Check the player_id."),
    _undecided(
        "unauthorized",
        "The credentials are missing, unknown or revoked.",
        f"Check the three headers and the api_key. {_SIGN_AGAIN}",
    ),
    _undecided(
        "invalid_signature",
        "The signature does not match the body and timestamp.",
        f"Sign the exact bytes that are sent, with the current secret. {_SIGN_AGAIN}",
    ),
    _undecided(
        "timestamp_out_of_range",
        "The timestamp is more than 300 seconds off.",
        f"Correct the clock. {_SIGN_AGAIN}",
    ),
    _undecided(
        "ip_not_allowed",
        "The address is not on the allow list.",
        f"Ask the platform to add the address. {_SIGN_AGAIN}",
    ),
    _undecided("not_found", "There is no such route.", "Check the URL."),
    _undecided("payload_too_large", "The body is too large."),
    _undecided("amount_precision", "The amount has more decimals than its currency."),
    _undecided(
        "transaction_mismatch",
        "The transaction_id was used before for another request.",
        "Use a new transaction_id; the first request's outcome stands.",
    ),
    _recorded(
        "bet_cancelled",
        "The bet was refunded before it arrived.",
        "Do not send it again; nothing was debited.",
    ),
    _recorded("bets_disabled", "Bets are switched off."),
    _recorded("unsupported_currency", "The currency is not supported."),
    _recorded("insufficient_funds", "The balance is too low."),
    _recorded(
        "session_not_found",
        "The session does not exist.",
        "Do not send a bet again. A win is not recorded: ask the platform to restore the session, "
        "then send the same request again.",
    ),
    _recorded("session_expired", "The session is over."),
    _recorded("session_suspended", "The session is suspended."),
    _recorded("session_not_active", "The session was not opened for play."),
    _recorded("demo_session", "A demo session has no wallet."),
    _recorded("player_mismatch", "It belongs to another player."),
    _recorded("currency_mismatch", "It is in another currency."),
    _recorded("player_blocked", "The player is blocked."),
    _recorded("rg_self_excluded", "The player has excluded themselves."),
    _recorded("rg_cool_off", "The player takes a break."),
    _recorded("rg_stake_limit", "The stake is above the player's limit."),
    _recorded("rg_loss_limit", "The player's loss limit is reached."),
    _recorded("rg_wager_limit", "The player's wager limit is reached."),
    _recorded("rg_time_limit", "The player's time limit is reached."),
    _recorded("bonus_max_bet", "The stake is above what may be bet with bonus money."),
    _recorded("round_finished", "The round is finished."),
    _recorded("round_refunded", "Every bet of the round is refunded."),
    _recorded(
        "bet_not_found",
        "The bet is unknown; it will never be debited.",
        "Take the bet as cancelled.",
    ),
    _recorded(
        "bet_already_refunded",
        "The bet is already refunded.",
        "Take the refund named by transaction_id as the outcome.",
    ),
    _recorded("refund_not_allowed", "What is refunded is not a bet."),
    _recorded("type_mismatch", "The bet is of another type."),
    _recorded("refund_amount_mismatch", "The amount differs from the stake."),
    _retryable("busy", "The wallet is busy; this request was not processed."),
    _retryable("unavailable", "The wallet is unavailable; this request was not processed."),
    _retryable("outcome_unknown", "The outcome is not known yet."),
    _retryable("internal_error", "An unexpected error."),
)

#: Code → what it means.
REFUSALS: Final[dict[str, RefusalSpec]] = {spec.code: spec for spec in _TABLE}
