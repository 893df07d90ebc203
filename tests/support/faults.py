"""Fails a botocore client's calls to DynamoDB the way networks and services do.

The fault sits at the wire, below the SDK: what the adapters see is what botocore makes of it. A
lost reply is a request that really was carried out, and a late one is carried out when its sender
has long given up on it.
"""

import io
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session

READ_TIMEOUT_S: Final = 1.0
CONNECT_TIMEOUT_S: Final = 0.5
WRITE: Final = "TransactWriteItems"
BATCH_READ: Final = "BatchGetItem"

type Plan = Callable[[int, Call], Fault | None]


class ManualClock:
    """`Clock` that moves only when it is told to, and when somebody sleeps."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._monotonic = 1_000.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._monotonic += seconds


@dataclass(frozen=True)
class Call:
    """One request that left for DynamoDB; `items` counts the actions of a transaction."""

    operation: str
    items: int = 0

    @classmethod
    def of(cls, event_name: str, request: AWSPreparedRequest) -> "Call":
        operation = event_name.rsplit(".", 1)[-1]
        items = body_of(request)["TransactItems"] if operation == WRITE else ()
        return cls(operation, len(items))


class Wire:
    """Carries a client's requests, keeps count of them, and lets `plan` fail them by number."""

    def __init__(self, client: Any, clock: ManualClock) -> None:
        self.calls: list[Call] = []
        self.clock = clock
        # As botocore's own: without it each request waits for a delayed acknowledgement.
        options: list[Any] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        self._http = URLLib3Session(socket_options=options)
        self._plan: Plan = _all_is_well
        self._delayed: list[AWSPreparedRequest] = []
        self._overdue: list[AWSPreparedRequest] = []
        client.meta.events.register_first("before-send.dynamodb", self._carry)

    def watch(self, plan: "Plan | None" = None) -> None:
        """Count from 0 again, and fail what `plan` says (nothing, without one)."""
        self.calls = []
        self._plan = plan or _all_is_well

    def deliver(self) -> None:
        """Let the requests that are still on their way arrive; nobody reads the replies."""
        arriving, self._delayed, self._overdue = self._delayed + self._overdue, [], []
        for request in arriving:
            self.forward(request)

    def close(self) -> None:
        self._http.close()

    def forward(self, request: AWSPreparedRequest) -> AWSResponse:
        """Carry a request out."""
        answer: AWSResponse = self._http.send(request)
        return answer

    def delay(self, request: AWSPreparedRequest, *, until_next_write: bool) -> None:
        """Keep a request on its way."""
        (self._overdue if until_next_write else self._delayed).append(request)

    def _carry(self, event_name: str, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        call = Call.of(event_name, request)
        number = len(self.calls)
        self.calls.append(call)
        if call.operation == WRITE:
            arriving, self._overdue = self._overdue, []
            for earlier in arriving:
                self.forward(earlier)
        fault = self._plan(number, call)
        return self.forward(request) if fault is None else fault.act(self, request)


@dataclass(frozen=True)
class Fault:
    """One way to fail; `on` is the only operation that can fail like this, empty for any."""

    name: str
    act: Callable[[Wire, AWSPreparedRequest], AWSResponse]
    on: str = ""

    def __str__(self) -> str:
        return self.name

    def can_hit(self, call: Call) -> bool:
        return self.on in ("", call.operation)


def faults_of(call: Call) -> Iterator[Fault]:
    """Yield every fault that a call can meet."""
    yield from (fault for fault in FAULTS if fault.can_hit(call))
    if call.operation == WRITE:
        for position in range(call.items):
            yield Fault(f"TransactionConflict on item {position}", _conflict(position), WRITE)


def body_of(request: AWSPreparedRequest) -> dict[str, Any]:
    """Return what a request asks for."""
    asked = cast("bytes", request.body)
    body: dict[str, Any] = json.loads(asked)
    return body


def response(request: AWSPreparedRequest, status: int, body: dict[str, Any]) -> AWSResponse:
    """Return an answer that DynamoDB could have given."""
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(body).encode()))  # type: ignore[arg-type]


def cancelled(
    request: AWSPreparedRequest, position: int, code: str = "TransactionConflict"
) -> AWSResponse:
    """Return the answer to a transaction that DynamoDB gave up because of one item."""
    reasons: list[dict[str, str]] = [{"Code": "None"} for _ in body_of(request)["TransactItems"]]
    reasons[position] = {"Code": code, "Message": "Transaction is ongoing for the item"}
    return _error(request, 400, "TransactionCanceledException", CancellationReasons=reasons)


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _all_is_well(number: int, call: Call) -> Fault | None:
    return None


def _error(request: AWSPreparedRequest, status: int, code: str, **more: object) -> AWSResponse:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **more}
    return response(request, status, body)


def _answered(status: int, code: str) -> Callable[[Wire, AWSPreparedRequest], AWSResponse]:
    return lambda wire, request: _error(request, status, code)


def _conflict(position: int) -> Callable[[Wire, AWSPreparedRequest], AWSResponse]:
    return lambda wire, request: cancelled(request, position)


def _not_sent(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    raise EndpointConnectionError(endpoint_url=request.url)


def _not_connected(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.clock.sleep(CONNECT_TIMEOUT_S)
    raise ConnectTimeoutError(endpoint_url=request.url)


def _timed_out(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.clock.sleep(READ_TIMEOUT_S)
    raise ReadTimeoutError(endpoint_url=request.url)


def _reply_lost(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.forward(request)
    return _timed_out(wire, request)


def _closed(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    raise ConnectionClosedError(endpoint_url=request.url)


def _closed_after(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.forward(request)
    return _closed(wire, request)


def _failed_after(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.forward(request)
    return _error(request, 500, "InternalServerError")


def _lands_before_the_next_write(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.delay(request, until_next_write=True)
    return _timed_out(wire, request)


def _lands_after_the_answer(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    wire.delay(request, until_next_write=False)
    return _timed_out(wire, request)


def _reason_throttled(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    return cancelled(request, 0, "ThrottlingError")


def _unprocessed(wire: Wire, request: AWSPreparedRequest) -> AWSResponse:
    """Answer the first table's keys only."""
    asked = body_of(request)["RequestItems"]
    answer = json.loads(wire.forward(request).content)
    first, *rest = asked
    answer["Responses"] = {first: answer["Responses"].get(first, [])}
    answer["UnprocessedKeys"] = {table: asked[table] for table in rest or [first]}
    return response(request, 200, answer)


#: Write faults that leave the sender not knowing what became of the write.
UNKNOWN: Final = (
    Fault("applied, reply lost", _reply_lost),
    Fault("applied, connection closed", _closed_after),
    Fault("applied, answered 500", _failed_after),
    Fault("not applied, timed out", _timed_out),
    Fault("not applied, connection closed", _closed),
    Fault("not applied, answered 500", _answered(500, "InternalServerError")),
    Fault("lands before the next write", _lands_before_the_next_write, WRITE),
    Fault("lands after the answer", _lands_after_the_answer, WRITE),
    Fault("in progress", _answered(400, "TransactionInProgressException"), WRITE),
)
NOT_SENT: Final = Fault("not sent", _not_sent)
FAULTS: Final = (
    *UNKNOWN,
    NOT_SENT,
    Fault("not connected in time", _not_connected),
    Fault("throttled (throughput)", _answered(400, "ProvisionedThroughputExceededException")),
    Fault("throttled (rate)", _answered(400, "ThrottlingException")),
    Fault("throttled (account)", _answered(400, "RequestLimitExceeded")),
    Fault("answered 503", _answered(503, "ServiceUnavailable")),
    Fault("cancelled: throttled", _reason_throttled, WRITE),
    Fault("keys unprocessed", _unprocessed, BATCH_READ),
)
