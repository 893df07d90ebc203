"""One call to AWS, as networks and services treat it.

A call arrives after a while and is answered after another. The sender waits as long as the client
that ships does, and meets the exception that this client makes of what happened. What has left may
arrive when its sender has long given up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from casino.aws.connect import READ_S
from casino.base.deadline import left_s
from tests.simulation.choices import Choices, Options
from tests.simulation.dynamodb_model import DynamoDbModel, Ongoing
from tests.simulation.dynamodb_rules import FINE, RefusedError, Whim, error_of
from tests.simulation.kernel import Kernel, Process, Signal, present
from tests.simulation.secrets_model import SecretsModel

WRITES: Final = frozenset({"TransactWriteItems", "PutItem", "UpdateItem"})
#: What the name of a process of the casino's own begins with: its calls are served.
OPERATOR: Final = "operator"
_URL: Final = "https://aws.example"
_LEAST_S: Final = 0.005
_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Way:
    """What befalls one call; by default it is served."""

    name: str = "served"
    arrives: bool = True
    late_us: int = 0
    """How much later than others it arrives."""
    fails: Callable[[], Exception] | None = None
    """What the sender meets in the place of the answer."""
    is_answered: bool = True
    whim: Whim = FINE
    refusal: str = ""
    """A refusal that only a transaction knows; nothing is done."""
    kills: bool = False
    """Whether the sender's environment ends with the call."""
    freezes_us: int = 0
    """How long the sender stands still after the answer."""
    cuts_us: int = 0
    """How long the sender's environment reaches nothing any more."""


def _http(status: int) -> Callable[[], Exception]:
    told: Any = {
        "Error": {"Code": str(status), "Message": ""},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return lambda: ClientError(told, "")


def _closed() -> Exception:
    return ConnectionClosedError(endpoint_url=_URL)


_COMMON: Final = (
    (2, Way("served late", late_us=200 * _MS)),
    (2, Way("served very late", late_us=1_600 * _MS)),
    (1, Way("served when nobody waits", late_us=20_000 * _MS)),
    (3, Way("applied, reply lost", is_answered=False)),
    (2, Way("applied, connection closed", fails=_closed)),
    (2, Way("applied, answered 500", fails=_http(500))),
    (1, Way("applied, reply garbled", fails=lambda: HTTPClientError(error="no JSON"))),
    (2, Way("lost", arrives=False, is_answered=False)),
    (2, Way("applied, reply lost, cut off", is_answered=False, cuts_us=4_000 * _MS)),
    (1, Way("applied, answered 500, cut off", fails=_http(500), cuts_us=4_000 * _MS)),
    (1, Way("lost, cut off", arrives=False, is_answered=False, cuts_us=4_000 * _MS)),
    (1, Way("connection closed", arrives=False, fails=_closed)),
    (
        1,
        Way("not sent", arrives=False, fails=lambda: EndpointConnectionError(endpoint_url=_URL)),
    ),
    (1, Way("answered 503", arrives=False, fails=_http(503))),
    (1, Way("throttled", whim=Whim("ThrottlingException"))),
    (1, Way("throttled (throughput)", whim=Whim("ProvisionedThroughputExceededException"))),
    (2, Way("killed before it is sent", arrives=False, kills=True)),
    (3, Way("killed when it was sent", kills=True)),
    (1, Way("frozen for a second", freezes_us=1_000 * _MS)),
    (1, Way("frozen for a minute", freezes_us=61_000 * _MS)),
)
_OF_TRANSACTIONS: Final = (
    (4, Way("conflict", refusal="TransactionConflict")),
    (1, Way("cancelled: throttled", refusal="ThrottlingError")),
    (1, Way("in progress", whim=Whim("TransactionInProgressException"))),
)
_OF_BATCHES: Final = (
    (3, Way("one key unprocessed", whim=Whim(unprocessed=1))),
    (1, Way("two keys unprocessed", whim=Whim(unprocessed=2))),
)
_OF_QUERIES: Final = ((2, Way("a page ends early", whim=Whim(page=1))),)
_EVERY: Final = ((0, Way()), *_COMMON, *_OF_TRANSACTIONS, *_OF_BATCHES, *_OF_QUERIES)
#: What a call may meet, by its name in a history.
FAULTS: Final[Mapping[str, Way]] = {way.name: way for _, way in _EVERY}
#: How hostile a seed is: the share of the calls that meet a fault.
STORMS: Final = Options((3, 0.0), (4, 0.05), (2, 0.15), (1, 0.4))
_TRIP: Final = Options(
    (10, 2 * _MS), (4, 1 * _MS), (4, 3 * _MS), (3, 5 * _MS), (2, 12 * _MS), (1, 60 * _MS)
)
#: How many writes a read may be behind that need not be of the present.
_LAGS: Final = Options((6, 0), (2, 1), (2, 3), (1, 12))
_GAP: Final = Options((6, 0), (1, 1 * _MS), (1, 8 * _MS))
_SERVED: Final = FAULTS["served"]
_NOTHING: Final = Options((1, "served"))


def _options(storm: float, *more: tuple[float, Way]) -> Options[str]:
    ways = [(weight, way.name) for weight, way in (*_COMMON, *more)]
    calm = sum(weight for weight, _ in ways) * (1 / storm - 1)
    return Options((calm, _SERVED.name), *ways)


def _may_lag(operation: str, request: Mapping[str, Any]) -> bool:
    """Tell whether a read need not be of the present."""
    if operation == "BatchGetItem":
        return not all(asked.get("ConsistentRead") for asked in request["RequestItems"].values())
    return operation in ("GetItem", "Query", "Scan") and not request.get("ConsistentRead")


@dataclass(frozen=True, slots=True)
class Done:
    """A write that was carried out: by which process, when, and what it was."""

    seen_us: int
    """When others could first see a part of it."""
    at_us: int
    process: str
    operation: str
    request: Mapping[str, Any]


@dataclass
class Wire:
    """Leads every call of every environment to the models of AWS."""

    kernel: Kernel
    choices: Choices
    model: DynamoDbModel
    secrets: SecretsModel
    tell: Callable[[str], None]
    is_calm: bool = False
    """No fault befalls a call any more."""
    done: list[Done] = field(default_factory=list)
    """The writes in the order in which they took place."""
    faults: int = 0
    """How many calls were not simply served."""

    def __post_init__(self) -> None:
        self._storm = self.choices.pick("storm", STORMS)
        if self._storm:
            self._ways = {
                "TransactWriteItems": _options(self._storm, *_OF_TRANSACTIONS),
                "BatchGetItem": _options(self._storm, *_OF_BATCHES),
                "Query": _options(self._storm, *_OF_QUERIES),
            }
            self._any = _options(self._storm)

    def __call__(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Return the answer to one operation; the shape of `JsonCalls`."""
        process = present()
        if process is None:
            return self._straight(operation, request)
        process.tick()
        process.calls += 1
        left = left_s()
        if left < _LEAST_S:
            late = TimeoutError("the request's time is over")
            raise ConnectTimeoutError(endpoint_url=_URL, error=late)
        if self.kernel.now_us < process.host.cut_until_us:
            self.kernel.pause(_MS)
            raise EndpointConnectionError(endpoint_url=_URL)
        call = _Call(self, process, operation, request)
        return call.made(min(READ_S, left))

    def way_of(self, place: str, operation: str) -> Way:
        """Return what befalls a call."""
        if self.is_calm or place.startswith(OPERATOR):
            return _SERVED
        options = self._ways.get(operation, self._any) if self._storm else _NOTHING
        return FAULTS[self.choices.pick(place, options)]

    def _straight(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Serve a call of the world's own at once."""
        if operation == "GetSecretValue":
            return self.secrets.call(operation, request)
        return self.model.call(operation, request)


class _Call:
    """One call on its way."""

    def __init__(
        self, wire: Wire, process: Process, operation: str, request: Mapping[str, Any]
    ) -> None:
        self._wire, self._process = wire, process
        self._operation, self._request = operation, request
        self._place = f"{process.name}#{process.calls}"
        self._way = wire.way_of(self._place, operation)
        self._answer = Signal()

    def made(self, patience_s: float) -> Any:
        """Send, wait, and return the answer."""
        way, wire, process = self._way, self._wire, self._process
        if way is not _SERVED:
            wire.faults += 1
            wire.tell(f"{process.name}: call {process.calls} ({self._operation}): {way.name}")
        trip = wire.choices.pick(f"{self._place}>", _TRIP)
        if way.arrives:
            wire.kernel.after(trip + way.late_us, self._arrive)
        elif way.fails is not None:
            wire.kernel.after(trip, lambda: self._answer.happen(way.fails))
        if way.kills:
            process.die()
        if way.cuts_us:
            process.host.cut_until_us = wire.kernel.now_us + way.cuts_us
        if not self._answer.wait(round(patience_s * 1_000_000)):
            raise ReadTimeoutError(endpoint_url=_URL)
        if way.freezes_us:
            process.was_frozen = True
            wire.kernel.pause(way.freezes_us)
            process.tick()
        value = self._answer.value
        if callable(value):
            raise value()
        return value

    def _arrive(self) -> None:
        """Begin what is asked; a transaction holds its items until it has landed."""
        operation, request, way = self._operation, self._request, self._way
        try:
            if operation == "GetSecretValue":
                code = way.whim.refused_with
                self._reply(self._wire.secrets.call(operation, request, code))
                return
            if way.refusal:
                raise self._cancelled(way.refusal)
            whim = way.whim
            if _may_lag(operation, request):
                lag = self._wire.choices.pick(f"{self._place}~", _LAGS)
                whim = replace(whim, lag=lag)
            self._land(self._wire.model.begin(operation, request, whim))
        except RefusedError as refused:
            error = error_of(operation, refused)
            self._reply(lambda: error)
        except ClientError as refused:
            self._reply(lambda error=refused: error)

    def _cancelled(self, code: str) -> RefusedError:
        actions = self._request["TransactItems"]
        reasons = [{"Code": "None"} for _ in actions]
        hit = self._wire.choices.number(f"{self._place}?") % len(actions)
        reasons[hit] = {"Code": code, "Message": "drawn"}
        return RefusedError("TransactionCanceledException", CancellationReasons=reasons)

    def _land(self, ongoing: Ongoing, begun_us: int | None = None) -> None:
        """Write the first item, perhaps with a pause after it, and the others."""
        wire = self._wire
        seen_us = wire.kernel.now_us if begun_us is None else begun_us
        gap = wire.choices.pick(f"{self._place}+", _GAP) if begun_us is None else 0
        if gap and ongoing.land():
            wire.kernel.after(gap, lambda: self._land(ongoing, seen_us))
            return
        answer = ongoing.finish()
        if self._operation in WRITES:
            what = (self._process.name, self._operation, self._request)
            wire.done.append(Done(seen_us, wire.kernel.now_us, *what))
        self._reply(answer)

    def _reply(self, value: Any) -> None:
        way, wire = self._way, self._wire
        if way.is_answered:
            trip = wire.choices.pick(f"{self._place}<", _TRIP)
            told = way.fails if way.fails is not None else value
            wire.kernel.after(trip, lambda: self._answer.happen(told))
