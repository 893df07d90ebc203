"""Every answer of the launch API that is no success: one table for code and documentation.

A code that the hooks have as well has the same status here. They differ in one thing: a launch in
progress is a 409 that may be repeated, because the platform's own services call here.
"""

from collections.abc import Mapping
from typing import Final

from casino.base.errors import CasinoError, ErrorSpec
from casino.wallet.refusals import CATALOGUE

_FIX: Final = "Correct the request and send it again, with the same session_id if it had one."
_NEW: Final = "Launch again with a new session_id, or without one."
_RETRY: Final = "Send the same request again with the same session_id, with backoff."
_PLAYER: Final = "Do not launch this game for this player; offer another one."
_PROFILE: Final = "Complete the player's profile, then send the request again."
_OPERATOR: Final = "Tell operations; repeating the request does not help."


def _spec(code: str, status: int, retryable: bool, message: str, next_step: str) -> ErrorSpec:
    return ErrorSpec(code, status, retryable, False, message, next_step)


def _like_hooks(code: str, next_step: str, message: str | None = None) -> ErrorSpec:
    spec = CATALOGUE[code]
    return _spec(code, spec.status, spec.retryable, message or spec.message, next_step)


_TABLE: Final = (
    # The request itself.
    _like_hooks("invalid_request", _FIX),
    _like_hooks("malformed_json", _FIX),
    _like_hooks("payload_too_large", _FIX),
    _like_hooks("unsupported_currency", _FIX, "Game or provider do not support the currency."),
    _like_hooks("player_not_found", "Check the player_id."),
    _like_hooks("not_found", "Check the URL."),
    _spec("game_not_found", 404, False, "The game is not in the catalogue.", "Check the game_id."),
    _spec("unknown_session", 404, False, "The session does not exist.", "Check the session_id."),
    # What the catalogue, the operator and the player's profile say.
    _spec("game_disabled", 409, False, "The game is not active.", "Offer another game."),
    _spec("provider_disabled", 409, False, "The provider is not enabled.", "Offer another game."),
    _like_hooks("player_blocked", _PLAYER),
    _spec("name_unknown", 409, False, "The player has no name to show.", _PROFILE),
    _spec("country_unknown", 409, False, "The player's country is not known.", _PROFILE),
    _spec("country_restricted", 409, False, "Not available in the player's country.", _PLAYER),
    _spec("age_unknown", 409, False, "The player's birth date is not known.", _PROFILE),
    _spec("age_restricted", 409, False, "The player is too young.", _PLAYER),
    _spec("kyc_unknown", 409, False, "The player's KYC level is not known.", _PROFILE),
    _spec("kyc_level_too_low", 409, False, "The player's KYC level is too low.", _PROFILE),
    _spec("kyc_restricted", 409, False, "The player's KYC level is a bar.", _PLAYER),
    _spec(
        "wallet_not_found",
        409,
        False,
        "The player has no wallet in the currency.",
        "Open the wallet, then send the request again.",
    ),
    # What stands under the session_id.
    _spec("session_mismatch", 409, False, "The session_id is another launch's.", _NEW),
    _spec("session_id_used", 409, False, "The session_id is used up.", _NEW),
    _spec("launch_in_progress", 409, True, "The same launch is running now.", _RETRY),
    # The provider.
    _spec("provider_refused", 502, False, "The provider refused the session.", _OPERATOR),
    _spec("provider_conflict", 502, False, "The provider refused two session ids.", _NEW),
    _spec("provider_invalid_answer", 502, True, "The provider's answer is not valid.", _RETRY),
    _spec("launch_url_refused", 502, False, "The launch URL is not acceptable.", _OPERATOR),
    _spec("provider_unavailable", 503, True, "The provider is not available.", _RETRY),
    _spec("provider_circuit_open", 503, True, "The provider failed too often lately.", _RETRY),
    _spec("provider_timeout", 504, True, "The provider did not answer in time.", _RETRY),
    # The platform.
    _spec("sessions_disabled", 503, True, "New sessions are switched off.", _RETRY),
    _like_hooks("busy", _RETRY),
    _like_hooks("unavailable", _RETRY),
    _like_hooks("outcome_unknown", _RETRY),
    _like_hooks("internal_error", _RETRY),
)

#: Code → what it means to who launches.
LAUNCH_ERRORS: Final[dict[str, ErrorSpec]] = {spec.code: spec for spec in _TABLE}


class LaunchRefusedError(CasinoError):
    """A launch, or a request about a session, that is refused: `code` says why.

    `session_id` is the session that was tried, if one was written; `status` and `correlation` are
    the provider's, for the log.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        session_id: str = "",
        status: int | None = None,
        correlation: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.session_id = session_id
        self.status = status
        self.correlation = dict(correlation or {})
