"""DynamoDB in this process, as far as the stores of the money path speak to it.

The model stands at the wire, below the client that ships: it takes requests of AWS's JSON protocol
and answers them, and does one after the other. The contract tests of the stores run against it,
too. What it does not know (another operation, a parameter, a function in an expression) is an
error, never ignored.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from urllib3 import BaseHTTPResponse, HTTPResponse

from casino.aws.lean.protocol import DYNAMODB, DynamoDb, JsonCalls
from casino.aws.lean.signature import SignedRequest
from testing import casinos
from testing.aws_answers import CREDENTIALS, REGION
from testing.fakes import Casino
from testing.template import create_tables
from testing.world import World
from tests.simulation.expressions import Condition, Item, Request, updated

_PLACES: Final = {"ExpressionAttributeNames", "ExpressionAttributeValues", "ConsistentRead"}
_OF_QUERY: Final = {
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "ScanIndexForward",
    "Limit",
    "ExclusiveStartKey",
} | _PLACES
_OF_SCAN: Final = {
    "TableName",
    "FilterExpression",
    "ProjectionExpression",
    "Select",
    "Limit",
    "ExclusiveStartKey",
} | _PLACES


class RefusedError(Exception):
    """What DynamoDB answers with a 400: its code, and what stands beside it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}


class DynamoDbModel:
    """The tables, and the answers to requests; `send` is what a client's wire may lead to."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], Item]] = {}
        self._keys: dict[str, list[str]] = {}
        self._sorted: dict[str, str] = {}
        self._tokens: set[str] = set()

    def client(self) -> "ModelClient":
        """Return the client that ships, connected to the model."""
        endpoint = "https://dynamodb.example"
        return ModelClient(self, JsonCalls(DYNAMODB, endpoint, REGION, CREDENTIALS, self.send))

    def send(self, request: SignedRequest) -> BaseHTTPResponse:
        """Carry a request out."""
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        try:
            status, answer = 200, getattr(self, f"_{operation}")(json.loads(request.body))
        except RefusedError as error:
            status, answer = 400, error.body
        return HTTPResponse(json.dumps(answer).encode(), {}, status)

    def create_table(self, name: str, keys: list[dict[str, str]], indexes: Any) -> None:
        """Make a table; an index is a way to sort the answer of a query."""
        self.tables[name] = {}
        self._keys[name] = [key["AttributeName"] for key in keys]
        for index in indexes:
            self._sorted[f"{name}/{index['IndexName']}"] = index["KeySchema"][-1]["AttributeName"]

    def _key(self, request: Request) -> tuple[str, tuple[str, ...]]:
        table, item = request["TableName"], request.get("Item") or request["Key"]
        return table, tuple(str(next(iter(item[name].values()))) for name in self._keys[table])

    def _found(self, request: Request) -> Item | None:
        table, key = self._key(request)
        return self.tables[table].get(key)

    def _GetItem(self, request: Request) -> Item:  # noqa: N802
        found = self._found(request)
        return {"Item": found} if found is not None else {}

    def _BatchGetItem(self, request: Request) -> Item:  # noqa: N802
        responses = {
            table: [
                found
                for key in asked["Keys"]
                if (found := self._found({"TableName": table, "Key": key})) is not None
            ]
            for table, asked in request["RequestItems"].items()
        }
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _Scan(self, request: Request) -> Item:  # noqa: N802
        assert request.keys() <= _OF_SCAN, request.keys()
        table = self.tables[request["TableName"]]
        keys = list(table)
        if "ExclusiveStartKey" in request:
            start = {"TableName": request["TableName"], "Key": request["ExclusiveStartKey"]}
            keys = keys[keys.index(self._key(start)[1]) + 1 :]
        page = keys[: request.get("Limit", len(keys))]
        text = request.get("FilterExpression")
        items = [table[key] for key in page]
        found = [e for e in items if text is None or Condition(text, e, request).holds()]
        if "ProjectionExpression" in request:
            shown = request["ProjectionExpression"].split(", ")
            found = [{name: e[name] for name in shown if name in e} for e in found]
        if len(page) == len(keys):
            return {"Items": found}
        last = {name: items[-1][name] for name in self._keys[request["TableName"]]}
        return {"Items": found, "LastEvaluatedKey": last}

    def _Query(self, request: Request) -> Item:  # noqa: N802
        assert request.keys() <= _OF_QUERY, request.keys()
        table, text = request["TableName"], request["KeyConditionExpression"]
        items = [e for e in self.tables[table].values() if Condition(text, e, request).holds()]
        order = self._keys[table][-1]
        if "IndexName" in request:
            order = self._sorted[f"{table}/{request['IndexName']}"]
            items = [item for item in items if order in item]

        def place(item: Item) -> tuple[Any, ...]:
            return tuple(_sort_key(item[name]) for name in (order, *self._keys[table]))

        backwards = request.get("ScanIndexForward") is False
        items.sort(key=place, reverse=backwards)
        if "ExclusiveStartKey" in request:
            start = place(request["ExclusiveStartKey"])
            items = [e for e in items if (place(e) < start if backwards else place(e) > start)]
        page = items[: request.get("Limit", len(items))]
        return {"Items": page} | ({"LastEvaluatedKey": page[-1]} if len(page) < len(items) else {})

    def _PutItem(self, request: Request) -> Item:  # noqa: N802
        return self._alone("Put", request)

    def _UpdateItem(self, request: Request) -> Item:  # noqa: N802
        return self._alone("Update", request)

    def _alone(self, kind: str, request: Request) -> Item:
        if not self._holds(request):
            raise RefusedError("ConditionalCheckFailedException")
        self._write(kind, request)
        return {}

    def _TransactWriteItems(self, request: Request) -> Item:  # noqa: N802
        if request["ClientRequestToken"] in self._tokens:
            return {}
        actions = [next(iter(action.items())) for action in request["TransactItems"]]
        keys = [self._key(action) for _, action in actions]
        if len(set(keys)) < len(keys):
            raise RefusedError("ValidationException")
        reasons = [self._reason(action) for _, action in actions]
        if any(reason["Code"] != "None" for reason in reasons):
            raise RefusedError("TransactionCanceledException", CancellationReasons=reasons)
        for kind, action in actions:
            self._write(kind, action)
        self._tokens.add(request["ClientRequestToken"])
        return {}

    def _reason(self, action: Request) -> Item:
        if self._holds(action):
            return {"Code": "None"}
        reason: Item = {"Code": "ConditionalCheckFailed", "Message": "The condition failed"}
        found = self._found(action)
        if action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and found is not None:
            reason["Item"] = found
        return reason

    def _holds(self, action: Request) -> bool:
        text = action.get("ConditionExpression")
        return text is None or Condition(text, self._found(action) or {}, action).holds()

    def _write(self, kind: str, action: Request) -> None:
        table, key = self._key(action)
        if kind == "Put":
            self.tables[table][key] = dict(action["Item"])
        elif kind == "Update":
            self.tables[table][key] = updated(self._found(action) or dict(action["Key"]), action)
        elif kind == "Delete":
            self.tables[table].pop(key, None)
        else:
            assert kind == "ConditionCheck", kind


def _sort_key(attribute: Item) -> Any:
    return Decimal(attribute["N"]) if "N" in attribute else attribute["S"]


class ModelClient(DynamoDb):
    """The client that ships, over a model; it also makes tables, as botocore's does."""

    def __init__(self, model: DynamoDbModel, calls: JsonCalls) -> None:
        super().__init__(calls)
        self.model = model

    def create_table(self, **request: Any) -> None:
        indexes = request.get("GlobalSecondaryIndexes", ())
        self.model.create_table(request["TableName"], request["KeySchema"], indexes)


@contextmanager
def casino_on(foundation: str) -> Iterator[Casino]:
    """Open an empty casino on the model, `on the model`, or on what `testing.casinos` knows."""
    if foundation == "on the model":
        client = DynamoDbModel().client()
        yield World(client, create_tables(client, "test"))
        return
    with casinos.casino_on(foundation) as casino:
        yield casino
