"""The way of every request to the session API: read → one use case → render.

API Gateway has authorised the caller by IAM before. This is the one place where errors of launches
become responses.
"""

from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.errors import RequestRefusedError, RetryableError
from casino.base.proxy import Event, Response, all_headers, caller_of, exact_body, trace_id_of
from casino.observability.objectives import LAUNCH, spent
from casino.observability.telemetry import Telemetry
from casino.sessions.api import (
    MAX_BODY,
    error_answer,
    launch_answer,
    parse_order,
    session_answer,
    written,
)
from casino.sessions.closing import ClosingService
from casino.sessions.launch import LaunchService
from casino.sessions.refusals import LAUNCH_ERRORS, LaunchRefusedError
from casino.sessions.url import Hosts

#: Failures that are the provider's, which an alarm counts.
PROVIDER_FAULTS: Final = frozenset(
    code for code in LAUNCH_ERRORS if code.startswith("provider_") and code != "provider_disabled"
) | {"launch_url_refused"}

#: Not served because an operator says so: no failure of ours.
_SWITCHED_OFF: Final = "sessions_disabled"

#: No session has a longer id, and DynamoDB takes no key above 2 KB.
_LONGEST_ID: Final = 256

_REDIRECT: Final = {"": False, "false": False, "true": True}


@dataclass(frozen=True, slots=True)
class LaunchEndpoint:
    """Answers the REST proxy events of `POST /sessions` and `GET`, `DELETE /sessions/{id}`."""

    launches: LaunchService
    closing: ClosingService
    clock: Clock
    observer: Telemetry
    local: bool = False
    """Whether this is the local stack, whose emulator names no caller."""
    return_hosts: Hosts = Hosts()  # noqa: RUF009 - frozen

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        trace_id = trace_id_of(event, all_headers(event))
        log: dict[str, object] = {
            "trace_id": trace_id,
            "request_id": str(getattr(context, "aws_request_id", "")),
            "caller": caller_of(event),
            "method": event.get("httpMethod", ""),
        }
        try:
            response = self._route(event, log)
        except LaunchRefusedError as error:
            response = _refused(error, trace_id, log)
        except RetryableError as error:
            response = _refused(LaunchRefusedError(error.code), trace_id, log)
        except Exception as error:  # noqa: BLE001 - the edge: the caller must get an answer
            self.observer.crash(error, trace_id=trace_id)
            response = _refused(LaunchRefusedError("internal_error"), trace_id, log)
        response["headers"] |= {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Trace-Id": trace_id,
        }
        latency_ms = round((self.clock.monotonic() - started) * 1000, 2)
        log |= {"status": response["statusCode"], "latency_ms": latency_ms}
        self._report(log, spent(LAUNCH, response["statusCode"], latency_ms))
        return response

    def _route(self, event: Event, log: dict[str, object]) -> Response:
        if not log["caller"] and not self.local:
            # API Gateway names a caller, and answers whom it cannot name like this.
            raise LaunchRefusedError("not_found")
        session_id = (event.get("pathParameters") or {}).get("session_id")
        match event.get("httpMethod"), session_id:
            case "POST", None:
                return self._launch(event, log)
            case _, str() if len(session_id) > _LONGEST_ID:
                raise LaunchRefusedError("unknown_session")
            case "GET", str():
                log["session_id"] = session_id
                return _ok(200, session_answer(self.closing.get(session_id)))
            case "DELETE", str():
                log["session_id"] = session_id
                return _ok(200, session_answer(self.closing.end(session_id)))
            case _:
                raise LaunchRefusedError("not_found")

    def _launch(self, event: Event, log: dict[str, object]) -> Response:
        redirect = _redirect(event)
        order = parse_order(_body(event), self.return_hosts)
        log |= {
            "session_id": order.session_id,
            "player_id": order.player_id,
            "game_id": order.game_id,
            "currency": order.currency,
            "is_demo": order.is_demo,
        }
        made = self.launches.launch(order)
        launch = made.launch
        log |= {"session_id": launch.session.session_id, "repeat": made.repeat}
        log["integration"] = launch.session.integration
        if launch.replaces:
            log["replaces"] = launch.replaces
        response = _ok(201, launch_answer(launch))
        if made.repeat:
            response["headers"]["Idempotent-Replayed"] = "true"
        if redirect:
            response["statusCode"] = 302
            response["headers"]["Location"] = launch.url
        return response

    def _report(self, log: dict[str, object], costs: list[str]) -> None:
        """Write the one line of the request, and count launches; never the URL."""
        outcome = str(log.setdefault("outcome", "ok"))
        self.observer.event("session request", error=outcome in PROVIDER_FAULTS, **log)
        if log["method"] == "POST":
            self.observer.count("Launches", 1, outcome=outcome)
            if outcome in PROVIDER_FAULTS:
                self.observer.count("LaunchFailures", 1, outcome=outcome)
            if outcome != _SWITCHED_OFF:
                for metric in ("Requests", *costs):
                    self.observer.count_by(metric, objective=LAUNCH)


def _ok(status: int, answer: dict[str, Any]) -> Response:
    return {"statusCode": status, "headers": {}, "body": written(answer)}


def _refused(error: LaunchRefusedError, trace_id: str, log: dict[str, object]) -> Response:
    log |= {"outcome": error.code, "detail": error.detail} | error.facts
    if error.session_id:
        log["session_id"] = error.session_id
    return _ok(LAUNCH_ERRORS[error.code].status, error_answer(error, trace_id))


def _body(event: Event) -> bytes:
    try:
        return exact_body(event, MAX_BODY)
    except RequestRefusedError as error:
        raise LaunchRefusedError(error.code, error.detail) from None


def _redirect(event: Event) -> bool:
    value = (event.get("queryStringParameters") or {}).get("redirect") or ""
    if value not in _REDIRECT:
        raise LaunchRefusedError("invalid_request", "redirect is true or false")
    return _REDIRECT[value]
