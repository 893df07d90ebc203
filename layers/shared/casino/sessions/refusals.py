"""Every answer of the launch API that is no success: one table for code and documentation.

A code that the hooks have as well has the same status here. One thing differs: the platform's own
services call this API, so they may repeat a launch in progress although it is a 409.
"""

from collections.abc import Mapping
from typing import Final

from casino.base.api import COMMON_ERRORS, ApiError, definitive, repeatable
from casino.base.errors import CasinoError

_FIX: Final = "Correct the request and send it again, with the same session_id if it had one."
_NEW: Final = "Launch again with a new session_id, or without one."
_RETRY: Final = "Send the same request again with the same session_id, with backoff."
_PLAYER: Final = "Do not launch this game for this player; offer another one."
_PLAY_NOTHING: Final = "Offer this player no game."
_PROFILE: Final = "Complete the player's profile, then send the request again."
_WALLET: Final = "Open the wallet, then send the request again."
_OPERATOR: Final = "Tell operations; repeating the request does not help."


def _common(code: str, next_step: str) -> ApiError:
    return COMMON_ERRORS[code]._replace(next_step=next_step)


_TABLE: Final = (
    # The request itself.
    _common("invalid_request", _FIX),
    _common("malformed_json", _FIX),
    _common("payload_too_large", _FIX),
    definitive(400, "unsupported_currency", "Game or provider do not support the currency.", _FIX),
    definitive(400, "player_not_found", "The player does not exist.", "Check the player_id."),
    _common("not_found", "Check the URL."),
    definitive(404, "game_not_found", "The game is not in the catalogue.", "Check the game_id."),
    definitive(404, "unknown_session", "The session does not exist.", "Check the session_id."),
    # What the catalogue, the operator and the player's profile say.
    definitive(409, "game_disabled", "The game is not active.", "Offer another game."),
    definitive(409, "provider_disabled", "The provider is not enabled.", "Offer another game."),
    definitive(409, "player_blocked", "The player is blocked.", _PLAYER),
    definitive(409, "rg_self_excluded", "The player has excluded themselves.", _PLAY_NOTHING),
    definitive(409, "rg_cool_off", "The player takes a break.", _PLAY_NOTHING),
    definitive(409, "name_unknown", "The player has no name to show.", _PROFILE),
    definitive(409, "country_unknown", "The player's country is not known.", _PROFILE),
    definitive(409, "country_restricted", "Not available in the player's country.", _PLAYER),
    definitive(409, "age_unknown", "The player's birth date is not known.", _PROFILE),
    definitive(409, "age_restricted", "The player is too young.", _PLAYER),
    definitive(409, "kyc_unknown", "The player's KYC level is not known.", _PROFILE),
    definitive(409, "kyc_level_too_low", "The player's KYC level is too low.", _PROFILE),
    definitive(409, "kyc_restricted", "The player's KYC level is a bar.", _PLAYER),
    definitive(409, "wallet_not_found", "The player has no wallet in the currency.", _WALLET),
    # What stands under the session_id.
    definitive(409, "session_mismatch", "The session_id is another launch's.", _NEW),
    definitive(409, "session_id_used", "The session_id is used up.", _NEW),
    repeatable(409, "launch_in_progress", "The same launch is running now.", _RETRY),
    # The provider.
    definitive(502, "provider_refused", "The provider refused the session.", _OPERATOR),
    definitive(502, "provider_conflict", "The provider refused two session ids.", _NEW),
    repeatable(502, "provider_invalid_answer", "The provider's answer is not valid.", _RETRY),
    definitive(502, "launch_url_refused", "The launch URL is not acceptable.", _OPERATOR),
    repeatable(503, "provider_unavailable", "The provider is not available.", _RETRY),
    repeatable(503, "provider_circuit_open", "The provider failed too often lately.", _RETRY),
    repeatable(504, "provider_timeout", "The provider did not answer in time.", _RETRY),
    # The platform.
    repeatable(503, "sessions_disabled", "New sessions are switched off.", _RETRY),
    _common("busy", _RETRY),
    _common("unavailable", _RETRY),
    _common("outcome_unknown", _RETRY),
    _common("internal_error", _RETRY),
)

#: Code → what it means to who launches.
LAUNCH_ERRORS: Final[dict[str, ApiError]] = {error.code: error for error in _TABLE}


class LaunchRefusedError(CasinoError):
    """A launch, or a request about a session, that is refused: `code` says why.

    `session_id` is the session that was tried, if one was written; `facts` are the provider's, for
    the log.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        session_id: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.session_id = session_id
        self.facts = dict(facts or {})
