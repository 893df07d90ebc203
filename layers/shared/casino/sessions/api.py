"""The platform's own API for launches: the fields of `POST /sessions`, and the form of its answers.

The balance is not among the fields, and an unknown field is refused: a caller that sends a balance
must learn that nobody reads it.
"""

import json
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from casino.base.api import error_body
from casino.base.exact_json import MalformedJsonError, parse_object
from casino.base.money import EXPONENTS
from casino.base.times import iso_utc
from casino.sessions.model import Launch, LaunchOrder
from casino.sessions.refusals import LAUNCH_ERRORS, LaunchRefusedError
from casino.sessions.url import Hosts, url_fault

#: The largest body, in bytes.
MAX_BODY: Final = 16 * 1024


type _Id = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"),
]
#: pydantic's kinds of faults in our own words.
_FAULTS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no field of a launch",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "bool_type": "must be true or false",
    "literal_error": "must be desktop or mobile",
}
_MALFORMED: Final = "does not have the form that the description gives"

#: In a URL's path, and sent to the provider: only what needs no encoding.
type _SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$")]


class _LaunchBody(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    game_id: _Id
    player_id: _Id
    currency: str
    session_id: _SessionId | None = None
    device: Literal["desktop", "mobile"] = "mobile"
    return_url: Annotated[str, StringConstraints(max_length=500)] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] | None = None
    is_demo: bool = False


def parse_order(body: bytes, return_hosts: Hosts) -> LaunchOrder:
    """Return what is to be launched; without a `session_id` it gets a new one.

    `return_hosts` is where its `return_url` may lead.

    Raises `LaunchRefusedError` with `malformed_json`, `invalid_request` or `unsupported_currency`.
    """
    try:
        model = _LaunchBody.model_validate(parse_object(body))
    except MalformedJsonError as error:
        raise LaunchRefusedError("malformed_json", str(error)) from None
    except ValidationError as error:
        raise LaunchRefusedError("invalid_request", _reasons(error)) from None
    fault = None if model.return_url is None else url_fault(model.return_url, return_hosts)
    if fault is not None:
        raise LaunchRefusedError("invalid_request", f"return_url: {fault}")
    if model.currency not in EXPONENTS:
        raise LaunchRefusedError("unsupported_currency")
    fields = model.model_dump() | {"session_id": model.session_id or f"sess-{uuid4()}"}
    return LaunchOrder(**fields)


def _reasons(error: ValidationError) -> str:
    """Name the fields and what is wrong with them, never their values."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    named = ((".".join(map(str, fault["loc"])), fault["type"]) for fault in faults[:5])
    return "; ".join(f"{field} {_FAULTS.get(kind, _MALFORMED)}" for field, kind in named)


def launch_answer(launch: Launch) -> dict[str, Any]:
    """Return a session with the URL that lets its holder play: for whoever launched it alone."""
    return session_answer(launch) | {"url": launch.url}


def session_answer(launch: Launch) -> dict[str, Any]:
    """Return a session as the API shows it."""
    session = launch.session
    answer: dict[str, Any] = {
        "session_id": session.session_id,
        "status": session.status,
        "game_id": session.game_id,
        "player_id": session.player_id,
        "currency": session.currency,
        "integration": session.integration,
        "is_demo": session.is_demo,
        "opened_at": session.opened_at,
        "expires_at": iso_utc(session.expires_at),
    }
    optional = {
        "replaces": launch.replaces,
        "replaced_by": launch.replaced_by,
        "error": launch.error,
    }
    return answer | {name: value for name, value in optional.items() if value}


def error_answer(error: LaunchRefusedError, trace_id: str) -> dict[str, Any]:
    """Return the body of an error; `session_id` names the session that was tried."""
    answer = error_body(LAUNCH_ERRORS[error.code], trace_id, error.detail)
    if error.session_id:
        answer["session_id"] = error.session_id
    return answer


def written(answer: dict[str, Any]) -> str:
    """Return compact JSON text."""
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
