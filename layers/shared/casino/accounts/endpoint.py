"""The way of every request to the casino's own API: who asks → read → one use case → answer.

API Gateway has authorised the caller by IAM before. This is the one place where errors become
answers. An unexpected error is answered as retryable, since its outcome is unknown: the same
request with the same key settles it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from casino.accounts.answers import error_answer
from casino.accounts.api import MAX_BODY, Asked, is_plain_id
from casino.accounts.model import Reply
from casino.accounts.refusals import ACCOUNT_ERRORS
from casino.base.clock import Clock
from casino.base.deadline import deadline, time_for
from casino.base.errors import AdminError, RequestRefusedError, RetryableError
from casino.base.proxy import Event, Response, all_headers, exact_body, query_of, trace_id_of
from casino.observability.telemetry import Telemetry

#: The longest that a request may take, in seconds.
REQUEST_S: Final = 8.0
#: Who calls on the local stack, whose emulator names no caller.
LOCAL_CALLER: Final = "local:api"
#: Parts of a path that name something → how one is answered that names nothing.
_NAMED: Final = {
    "player_id": "player_not_found",
    "reservation_id": "reservation_not_found",
    "grant_id": "bonus_not_found",
}


@dataclass(frozen=True, slots=True)
class AccountsEndpoint:
    """Answers the REST proxy events of the API; `routes` by method and resource."""

    routes: Mapping[tuple[str, str], Callable[[Asked], Reply]]
    clock: Clock
    observer: Telemetry
    local: bool = False
    """Whether this is the local stack."""

    def handle(self, event: Event, context: object) -> Response:
        """Return the REST proxy response to `event`; never raises."""
        started = self.clock.monotonic()
        headers = all_headers(event)
        trace_id = trace_id_of(event, headers)
        log: dict[str, object] = {
            "trace_id": trace_id,
            "request_id": str(getattr(context, "aws_request_id", "")),
            "caller": _caller(event),
            "method": str(event.get("httpMethod", "")),
            "resource": str(event.get("resource", "")),
        }
        with deadline(self.clock, time_for(context, REQUEST_S)):
            reply = self._reply(event, headers, log)
        log |= {"status": reply.status, "outcome": reply.code, "repeat": reply.replay}
        log["latency_ms"] = round((self.clock.monotonic() - started) * 1000, 2)
        self.observer.event("accounts request", error=reply.status >= 500, **log)
        sent = {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Trace-Id": trace_id,
        }
        if reply.replay:
            sent["Idempotent-Replayed"] = "true"
        return {"statusCode": reply.status, "headers": sent, "body": reply.body}

    def _reply(
        self, event: Event, headers: Mapping[str, list[str]], log: dict[str, object]
    ) -> Reply:
        trace_id = str(log["trace_id"])
        try:
            asked = self._asked(event, headers, log)
            return self.routes[asked.method, asked.resource](asked)
        except (AdminError, RequestRefusedError) as error:
            detail = error.detail if isinstance(error, RequestRefusedError) else str(error)
            if error.code in ACCOUNT_ERRORS:
                return Reply(*error_answer(error.code, trace_id, detail), error.code)
            self.observer.crash(error, trace_id=trace_id)
        except RetryableError as error:
            return Reply(*error_answer(error.code, trace_id), error.code)
        except Exception as error:  # noqa: BLE001 - the edge: the caller must get an answer
            self.observer.crash(error, trace_id=trace_id)
        return Reply(*error_answer("internal_error", trace_id), "internal_error")

    def _asked(
        self, event: Event, headers: Mapping[str, list[str]], log: dict[str, object]
    ) -> Asked:
        caller = str(log["caller"]) or (LOCAL_CALLER if self.local else "")
        route = (str(log["method"]), str(log["resource"]))
        if not caller or route not in self.routes:
            # API Gateway names a caller, and answers whom it cannot name like this.
            raise RequestRefusedError("not_found")
        place = {name: str(part) for name, part in (event.get("pathParameters") or {}).items()}
        for name, code in _NAMED.items():
            if name in place and not is_plain_id(place[name]):
                raise AdminError(code, "")
        log["player_id"] = place.get("player_id", "")
        return Asked(
            caller=caller,
            method=route[0],
            resource=route[1],
            place=place,
            query=query_of(event),
            headers=headers,
            body=exact_body(event, MAX_BODY),
            trace_id=trace_id_of(event, headers),
        )


def _caller(event: Event) -> str:
    """Return the ARN that API Gateway knows the caller by; empty when it names nobody."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    return str(identity.get("userArn") or "")
