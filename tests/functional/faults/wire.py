"""Fails a client's calls to DynamoDB or Secrets Manager the way networks and services do.

The fault sits at the wire, below the client, so a store meets the exception that its client makes
of the fault. A lost reply belongs to a request that was carried out; a late request is carried out
when its sender has long given up on it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from urllib3 import BaseHTTPResponse, HTTPResponse

from casino.aws.connect import CONNECT_S, READ_S
from casino.aws.lean.http import Connections
from casino.aws.lean.protocol import DynamoDb, SecretsManager, Send
from casino.aws.lean.signature import SignedRequest
from casino.base.deadline import left_s
from testing.botocore_wire import carry_with
from testing.clock import FakeClock

_ENDPOINT: Final = "https://dynamodb.example"
WRITE: Final = "TransactWriteItems"
BATCH_READ: Final = "BatchGetItem"
SECRET_READ: Final = "GetSecretValue"

type Plan = Callable[[int, Call], Fault | None]


@dataclass(frozen=True)
class Call:
    """One request that left for AWS; `items` counts the actions of a transaction."""

    operation: str
    items: int = 0

    @classmethod
    def of(cls, request: SignedRequest) -> "Call":
        operation = operation_of(request)
        items = body_of(request)["TransactItems"] if operation == WRITE else ()
        return cls(operation, len(items))


class Wire:
    """Carries a client's requests, keeps count of them, and lets `plan` fail them by number.

    `client` is either of the two that the adapters know: the hooks' own, or botocore's.
    """

    def __init__(self, client: Any, clock: FakeClock) -> None:
        self.calls: list[Call] = []
        self.clock = clock
        self._plan: Plan = _all_is_well
        self._delayed: list[SignedRequest] = []
        self._overdue: list[SignedRequest] = []
        if isinstance(client, DynamoDb | SecretsManager):
            self.forward: Send = client.calls.send
            client.calls.send = self._carry
        else:
            self.forward = Connections(client.meta.endpoint_url, CONNECT_S, READ_S, "")
            carry_with(client, self._carry)

    def watch(self, plan: "Plan | None" = None) -> None:
        """Count from 0 again, and fail what `plan` says (nothing, without one)."""
        self.calls = []
        self._plan = plan or _all_is_well

    def deliver(self) -> None:
        """Let the requests that are still on their way arrive; nobody reads the replies."""
        arriving, self._delayed, self._overdue = self._delayed + self._overdue, [], []
        for request in arriving:
            self.forward(request)

    def delay(self, request: SignedRequest, *, until_next_write: bool) -> None:
        """Keep a request on its way."""
        (self._overdue if until_next_write else self._delayed).append(request)

    def _carry(self, request: SignedRequest) -> BaseHTTPResponse:
        call = Call.of(request)
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
    act: Callable[[Wire, SignedRequest], BaseHTTPResponse]
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


def operation_of(request: SignedRequest) -> str:
    """Return what a request asks for, as AWS names it: `GetItem`."""
    return str(request.headers["x-amz-target"]).rpartition(".")[2]


def body_of(request: SignedRequest) -> dict[str, Any]:
    """Return a request's parameters."""
    body: dict[str, Any] = json.loads(request.body)
    return body


def response(status: int, body: dict[str, Any]) -> BaseHTTPResponse:
    """Return an answer that AWS could have given."""
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return HTTPResponse(json.dumps(body).encode(), headers, status)


def cancelled(
    request: SignedRequest, position: int, code: str = "TransactionConflict"
) -> BaseHTTPResponse:
    """Return the answer to a transaction that DynamoDB gave up because of one item."""
    reasons: list[dict[str, str]] = [{"Code": "None"} for _ in body_of(request)["TransactItems"]]
    # What is decided again after another failure may write less.
    reasons[position % len(reasons)] = {
        "Code": code,
        "Message": "Transaction is ongoing for the item",
    }
    return _error(400, "TransactionCanceledException", CancellationReasons=reasons)


def _all_is_well(number: int, call: Call) -> Fault | None:
    return None


def _error(status: int, code: str, **more: object) -> BaseHTTPResponse:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **more}
    return response(status, body)


def _answered(status: int, code: str) -> Callable[[Wire, SignedRequest], BaseHTTPResponse]:
    return lambda wire, request: _error(status, code)


def _conflict(position: int) -> Callable[[Wire, SignedRequest], BaseHTTPResponse]:
    return lambda wire, request: cancelled(request, position)


def _not_sent(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    raise EndpointConnectionError(endpoint_url=_ENDPOINT)


def _not_connected(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.clock.sleep(min(CONNECT_S, left_s()))
    raise ConnectTimeoutError(endpoint_url=_ENDPOINT)


def _timed_out(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.clock.sleep(min(READ_S, left_s()))
    raise ReadTimeoutError(endpoint_url=_ENDPOINT)


def _reply_lost(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.forward(request)
    return _timed_out(wire, request)


def _closed(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    raise ConnectionClosedError(endpoint_url=_ENDPOINT)


def _closed_after(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.forward(request)
    return _closed(wire, request)


def _failed_after(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.forward(request)
    return _error(500, "InternalServerError")


def _garbled_after(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.forward(request)
    return HTTPResponse(b'{"Consum', status=200)


def _lands_before_the_next_write(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.delay(request, until_next_write=True)
    return _timed_out(wire, request)


def _lands_after_the_answer(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    wire.delay(request, until_next_write=False)
    return _timed_out(wire, request)


def _reason_throttled(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    return cancelled(request, 0, "ThrottlingError")


def _secret(**value: str) -> Callable[[Wire, SignedRequest], BaseHTTPResponse]:
    return lambda wire, request: response(200, {"VersionId": "?", "CreatedDate": 0, **value})


def _unprocessed(wire: Wire, request: SignedRequest) -> BaseHTTPResponse:
    """Answer the first table's keys only."""
    asked = body_of(request)["RequestItems"]
    answer = json.loads(wire.forward(request).data)
    first, *rest = asked
    answer["Responses"] = {first: answer["Responses"].get(first, [])}
    answer["UnprocessedKeys"] = {table: asked[table] for table in rest or [first]}
    return response(200, answer)


#: Write faults that leave the sender not knowing what became of the write.
UNKNOWN: Final = (
    Fault("applied, reply lost", _reply_lost),
    Fault("applied, connection closed", _closed_after),
    Fault("applied, answered 500", _failed_after),
    Fault("applied, answer garbled", _garbled_after, WRITE),
    Fault("not applied, timed out", _timed_out),
    Fault("not applied, connection closed", _closed),
    Fault("not applied, answered 500", _answered(500, "InternalServerError")),
    Fault("lands before the next write", _lands_before_the_next_write, WRITE),
    Fault("lands after the answer", _lands_after_the_answer, WRITE),
    Fault("in progress", _answered(400, "TransactionInProgressException"), WRITE),
)
NOT_SENT: Final = Fault("not sent", _not_sent)
VERSION_GONE: Final = Fault(
    "version gone", _answered(400, "ResourceNotFoundException"), SECRET_READ
)
GARBLED_VALUES: Final = (
    Fault("value garbled", _secret(SecretString="{hush"), SECRET_READ),
    Fault("value empty", _secret(SecretString=""), SECRET_READ),
    Fault("value of bytes", _secret(SecretBinary="aHVzaA=="), SECRET_READ),
)
#: What only a secret's reader can meet.
SECRET_FAULTS: Final = (
    VERSION_GONE,
    *GARBLED_VALUES,
    Fault("denied", _answered(400, "AccessDeniedException"), SECRET_READ),
    Fault("key of KMS denied", _answered(400, "DecryptionFailure"), SECRET_READ),
    Fault("about to be deleted", _answered(400, "InvalidRequestException"), SECRET_READ),
    Fault("answer garbled", _garbled_after, SECRET_READ),
)
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
    *SECRET_FAULTS,
)
