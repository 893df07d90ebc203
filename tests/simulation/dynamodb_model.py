"""DynamoDB in this process, as far as the stores of the money path speak to it.

The model takes requests of AWS's JSON protocol, at the wire or above it, and answers them. It knows
what emulators do not do: two writes that meet at an item, batches that are done in part, reads and
indexes that lag, pages that end early, limits, tokens that are forgotten. A `Whim` says what
befalls one request; without one nothing does. What the model does not know (another operation, a
parameter, a function in an expression) is an error, never ignored. `tests/contract` shows that it
answers as moto and MiniStack do where they are right (`dynamodb_cases`).
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from urllib3 import BaseHTTPResponse, HTTPResponse

from casino.aws.lean.protocol import DYNAMODB, DynamoDb, JsonCalls, encode, with_bytes
from casino.aws.lean.signature import SignedRequest
from testing.aws_answers import CREDENTIALS, REGION
from tests.simulation.dynamodb_reads import Reads
from tests.simulation.dynamodb_rules import (
    BATCH_WRITES,
    FINE,
    TOKEN_S,
    RefusedError,
    Table,
    Whim,
    check_batch,
    check_item,
    check_request,
    check_transaction,
    error_of,
    holds,
    invalid,
)
from tests.simulation.expressions import NO_MARKS, Item, Request, update

_LEFT: Final = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
_FAILED: Final = "The conditional request failed"


class Place(NamedTuple):
    """Where an item is, or would be."""

    table: Table
    key: tuple[str, ...]

    @property
    def name(self) -> tuple[str, ...]:
        return self.table.name, *self.key


class Ongoing:
    """A request that has begun; the items of a transaction are its own until it has landed.

    A read beside it may meet some of its items new and the others old.
    """

    def __init__(self, answer: Item, landing: Iterator[None] | None = None) -> None:
        self._answer, self._landing = answer, landing or iter(())

    def land(self) -> bool:
        """Write one item more; false when all has landed."""
        return next(self._landing, self) is None

    def finish(self) -> Item:
        """Write the rest, and return the answer."""
        deque(self._landing, maxlen=0)
        return self._answer


class DynamoDbModel(Reads):
    """The tables, and the answers to requests.

    `call` is what a client's operations may lead to, `send` what its wire may; `now` is the time
    in seconds, by which tokens are forgotten.
    """

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__()
        self._now = now
        self._held: dict[tuple[str, ...], str] = {}
        """The items that transactions hold, each with the transaction's token."""
        self._done: dict[str, tuple[float, Request]] = {}

    def client(self) -> "ModelClient":
        """Return the client that ships, connected to the model at the wire."""
        endpoint = "https://dynamodb.example"
        return ModelClient(self, JsonCalls(DYNAMODB, endpoint, REGION, CREDENTIALS, self.send))

    def send(self, request: SignedRequest) -> BaseHTTPResponse:
        """Carry a request out, at the wire."""
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        asked = json.loads(request.body, object_hook=with_bytes)
        try:
            status, answer = 200, self.begin(operation, asked).finish()
        except RefusedError as error:
            status, answer = 400, error.body
        return HTTPResponse(encode(answer).encode(), {}, status)

    def call(self, operation: str, request: Request, whim: Whim = FINE) -> Item:
        """Carry a request out; raises `ClientError` as the client would."""
        try:
            return self.begin(operation, request, whim).finish()
        except RefusedError as error:
            raise error_of(operation, error) from None

    def create_table(self, request: Request) -> None:
        """Make a table with its indexes, as `CreateTable` asks for it."""
        indexes = request.get("GlobalSecondaryIndexes", ())
        found = {index["IndexName"]: _names(index["KeySchema"]) for index in indexes}
        types = {
            each["AttributeName"]: each["AttributeType"] for each in request["AttributeDefinitions"]
        }
        table = Table(request["TableName"], _names(request["KeySchema"]), found, types)
        self.tables[table.name] = table

    def begin(self, operation: str, request: Request, whim: Whim = FINE) -> Ongoing:
        """Check a request; do it, or, if it is a transaction, hold what it writes.

        Raises `RefusedError`.
        """
        check_request(operation, request)
        if whim.refused_with:
            raise RefusedError(whim.refused_with)
        if operation in _LEFT and whim.unprocessed:
            return self._in_part(operation, request, whim)
        match operation:
            case "TransactWriteItems":
                return self._transaction(request)
            case "BatchWriteItem":
                return self._batch(request)
            case "PutItem" | "UpdateItem" | "DeleteItem":
                return self._single(operation.removesuffix("Item"), request)
        return Ongoing(self.answer(operation, request, whim))

    def _place(self, action: Request) -> Place:
        table = self.table(action)
        return Place(table, table.key_of(action["Item"] if "Item" in action else action["Key"]))

    def _in_part(self, operation: str, request: Request, whim: Whim) -> Ongoing:
        """Do a batch without its last items; one of which nothing is done is throttled."""
        asked, reads = request["RequestItems"], operation == "BatchGetItem"
        parts = [
            (table, each)
            for table, many in asked.items()
            for each in (many["Keys"] if reads else many)
        ]
        if whim.unprocessed >= len(parts):
            raise RefusedError("ProvisionedThroughputExceededException")
        done: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for number, (table, each) in enumerate(parts):
            group = done if number < len(parts) - whim.unprocessed else left
            if reads:
                group.setdefault(table, asked[table] | {"Keys": []})["Keys"].append(each)
            else:
                group.setdefault(table, []).append(each)
        answer = self.begin(operation, {"RequestItems": done}).finish()
        return Ongoing(answer | {_LEFT[operation]: left})

    def _single(self, kind: str, request: Request) -> Ongoing:
        place = self._place(request)
        if place.name in self._held:
            raise RefusedError("TransactionConflictException")
        reason = self._reason(place, request)
        if reason["Code"] != "None":
            reason.pop("Code")
            raise RefusedError("ConditionalCheckFailedException", reason.pop("Message"), **reason)
        item = self._after(kind, place, request)
        self.write(*place, item)
        wanted = request.get("ReturnValues", "NONE")
        assert wanted in ("NONE", "ALL_NEW"), wanted
        return Ongoing({"Attributes": dict(item or {})} if wanted == "ALL_NEW" else {})

    def _batch(self, request: Request) -> Ongoing:
        """Put and delete without conditions; what a transaction holds is left."""
        writes, left = [], dict[str, Any]()
        for table, wanted in request["RequestItems"].items():
            for write in wanted:
                ((kind, action),) = write.items()
                place = self._place({"TableName": table, **action})
                writes.append((place, self._after(kind.removesuffix("Request"), place, action)))
                if place.name in self._held:
                    left.setdefault(table, []).append(write)
        check_batch([place.name for place, _ in writes], BATCH_WRITES)
        for place, item in writes:
            if place.name not in self._held:
                self.write(*place, item)
        return Ongoing({"UnprocessedItems": left})

    def _transaction(self, request: Request) -> Ongoing:
        token = request["ClientRequestToken"]
        if token in self._held.values():
            raise RefusedError("TransactionInProgressException")
        at, done = self._done.get(token, (float("-inf"), request))
        if self._now() - at < TOKEN_S:
            if done != request:
                raise RefusedError("IdempotentParameterMismatchException")
            return Ongoing({})
        actions = [next(iter(action.items())) for action in request["TransactItems"]]
        places = []
        for kind, action in actions:
            check_request(kind, action)
            places.append(self._place(action))
        check_transaction([place.name for place in places])
        reasons = [
            {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
            if place.name in self._held
            else self._reason(place, action)
            for place, (_, action) in zip(places, actions, strict=True)
        ]
        if any(reason["Code"] != "None" for reason in reasons):
            raise RefusedError("TransactionCanceledException", CancellationReasons=reasons)
        writes = [
            (place, self._after(kind, place, action))
            for place, (kind, action) in zip(places, actions, strict=True)
        ]
        check_transaction([place.name for place in places], [item for _, item in writes])
        self._held |= {place.name: token for place in places}
        return Ongoing({}, self._landing(token, request, writes))

    def _landing(
        self, token: str, request: Request, writes: list[tuple[Place, Item | None]]
    ) -> Iterator[None]:
        for place, item in writes:
            self.write(*place, item)
            yield
        for place, _ in writes:
            del self._held[place.name]
        self._done[token] = (self._now(), request)

    def _reason(self, place: Place, action: Request) -> Item:
        """Return why an action cannot be done: the code `None` when it can."""
        found = place.table.items.get(place.key)
        if holds(action.get("ConditionExpression"), found, action):
            return {"Code": "None"}
        reason: Item = {"Code": "ConditionalCheckFailed", "Message": _FAILED}
        if found is not None and action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            reason["Item"] = dict(found)
        return reason

    def _after(self, kind: str, place: Place, action: Request) -> Item | None:
        """Return an item as an action leaves it; `None` when it is gone."""
        match kind:
            case "Delete":
                return None
            case "ConditionCheck":
                return place.table.items.get(place.key)
            case "Put":
                item = dict(action["Item"])
            case _:
                item = dict(place.table.items.get(place.key) or action["Key"])
                names = action.get("ExpressionAttributeNames", NO_MARKS)
                values = action.get("ExpressionAttributeValues", NO_MARKS)
                for change in update(action["UpdateExpression"]).does:
                    change(item, names, values)
                if place.table.key_of(item) != place.key:
                    raise invalid("Cannot update an attribute that is part of the key")
        check_item(place.table, item)
        return item


def _names(schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in schema)


class ModelClient(DynamoDb):
    """The client that ships, over a model; it also does what only botocore's does."""

    def __init__(self, model: DynamoDbModel, calls: JsonCalls) -> None:
        super().__init__(calls)
        self.model = model

    def create_table(self, **request: Any) -> None:
        self.model.create_table(request)

    def batch_write_item(self, **request: Any) -> Any:
        return self.calls("BatchWriteItem", request)

    def delete_item(self, **request: Any) -> Any:
        return self.calls("DeleteItem", request)
