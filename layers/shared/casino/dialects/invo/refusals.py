"""Every answer of our own API for calls to Invo that is no success: status, words, next step."""

from collections.abc import Mapping
from typing import Final

from casino.base.api import COMMON_ERRORS, ApiError, definitive, repeatable

_RETRY: Final = (
    "Send the same request again, with backoff; a purchase with the same client_request_id."
)
_OPERATOR: Final = "Tell operations; repeating the request does not help."
_COMMON: Final = (
    *("invalid_request", "malformed_json", "payload_too_large", "not_found"),
    *("busy", "unavailable", "outcome_unknown", "internal_error"),
)
_TABLE: Final = (
    *(COMMON_ERRORS[code] for code in _COMMON),
    definitive(
        402, "insufficient_balance", "The player has too few coins at Invo.", "Sell coins first."
    ),
    definitive(404, "integration_not_found", "No such account at Invo.", "Check integration."),
    definitive(404, "player_not_found", "Invo knows nobody of this e-mail.", "Check player_email."),
    definitive(
        409, "purchase_mismatch", "The client_request_id is another purchase's.", "Use a new one."
    ),
    definitive(502, "credentials_refused", "Invo refuses our key.", _OPERATOR),
    definitive(502, "provider_refused", "Invo refused the call.", _OPERATOR),
    repeatable(502, "provider_invalid_answer", "Invo's answer is not valid.", _RETRY),
    repeatable(503, "provider_unavailable", "Invo is not available.", _RETRY),
    repeatable(503, "provider_circuit_open", "Invo failed too often lately.", _RETRY),
    repeatable(503, "partners_disabled", "Calls to Invo are switched off.", _RETRY),
    repeatable(504, "provider_timeout", "Invo did not answer in time.", _RETRY),
)

#: Code → what it means to the casino's site.
CALL_ERRORS: Final[Mapping[str, ApiError]] = {error.code: error for error in _TABLE}
