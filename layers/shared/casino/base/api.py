"""The form of the platform's own HTTP APIs: the errors of each, and how an error is written.

The hooks are a counterpart's API: their statuses and words belong to its dialect.
"""

from typing import Any, Final, NamedTuple


class ApiError(NamedTuple):
    """One documented error: its text for the caller, and the next step."""

    code: str
    status: int
    retryable: bool
    message: str
    next_step: str


def definitive(status: int, code: str, message: str, next_step: str) -> ApiError:
    """Return an error that the same request meets again."""
    return ApiError(code, status, False, message, next_step)


def repeatable(status: int, code: str, message: str, next_step: str) -> ApiError:
    """Return an error after which the same request may be sent again."""
    return ApiError(code, status, True, message, next_step)


_FIX: Final = "Correct the request and send it again."
_RETRY: Final = "Send the same request again, with backoff."

_COMMON: Final = (
    definitive(400, "invalid_request", "A field is missing or not valid.", _FIX),
    definitive(400, "malformed_json", "The body is not acceptable JSON.", _FIX),
    definitive(404, "not_found", "There is no such route.", "Check the URL."),
    definitive(413, "payload_too_large", "The body is too large.", _FIX),
    repeatable(503, "busy", "The wallet is busy; this request was not processed.", _RETRY),
    repeatable(
        503, "unavailable", "The wallet is unavailable; this request was not processed.", _RETRY
    ),
    repeatable(503, "outcome_unknown", "The outcome is not known yet.", _RETRY),
    repeatable(500, "internal_error", "An unexpected error.", _RETRY),
)

#: Code → what every API of the platform may answer.
COMMON_ERRORS: Final[dict[str, ApiError]] = {error.code: error for error in _COMMON}


def error_body(error: ApiError, trace_id: str, detail: str = "") -> dict[str, Any]:
    """Return the body of an error; `detail` is added to the message for people."""
    return {
        "error": error.code,
        "message": f"{error.message} ({detail})" if detail else error.message,
        "status": error.status,
        "retryable": error.retryable,
        "trace_id": trace_id,
    }
