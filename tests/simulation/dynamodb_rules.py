"""What DynamoDB refuses before it looks at an item: parameters, sizes, keys, duplicates.

AWS's own numbers: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError

from testing.capacity import item_size
from tests.simulation.expressions import NO_MARKS, Item, Request, condition, texts

ITEM_BYTES: Final = 400 * 1024
TRANSACTION_BYTES: Final = 4 * 1024 * 1024
TRANSACTION_ACTIONS: Final = 100
BATCH_KEYS: Final = 100
BATCH_WRITES: Final = 25
TOKEN_S: Final = 600.0
"""How long a transaction's token is remembered, in seconds."""
_KEY_BYTES: Final = (2048, 1024)

_MARKS: Final = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_CHECKED: Final = _MARKS | {
    "TableName",
    "Key",
    "ConditionExpression",
    "ReturnValuesOnConditionCheckFailure",
}
_READ: Final = _MARKS | {
    "TableName",
    "IndexName",
    "FilterExpression",
    "ProjectionExpression",
    "ConsistentRead",
    "Select",
    "Limit",
    "ExclusiveStartKey",
}
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "GetItem": frozenset({"TableName", "Key", "ConsistentRead"}),
    "BatchGetItem": frozenset({"RequestItems"}),
    "BatchWriteItem": frozenset({"RequestItems"}),
    "Query": _READ | {"KeyConditionExpression", "ScanIndexForward"},
    "Scan": _READ | {"Segment", "TotalSegments"},
    "TransactWriteItems": frozenset({"TransactItems", "ClientRequestToken"}),
    "PutItem": _CHECKED - {"Key"} | {"Item"},
    "Put": _CHECKED - {"Key"} | {"Item"},
    "UpdateItem": _CHECKED | {"UpdateExpression", "ReturnValues"},
    "Update": _CHECKED | {"UpdateExpression"},
    "DeleteItem": _CHECKED,
    "Delete": _CHECKED,
    "ConditionCheck": _CHECKED,
}


class RefusedError(Exception):
    """What DynamoDB answers with a 400: its code, and what stands beside it."""

    def __init__(self, code: str, message: str = "", **more: Any) -> None:
        super().__init__(code)
        name = f"com.amazonaws.dynamodb.v20120810#{code}"
        self.body = {"__type": name, "message": message or code, **more}


def error_of(operation: str, error: RefusedError) -> ClientError:
    """Return what a client makes of a refusal."""
    code = error.body["__type"].partition("#")[2]
    told: Any = error.body | {
        "Error": {"Code": code, "Message": error.body["message"]},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": ""},
    }
    return ClientError(told, operation)


def invalid(message: str) -> RefusedError:
    """Return the refusal of a request that DynamoDB does not carry out, whatever it holds."""
    return RefusedError("ValidationException", message)


@dataclass(frozen=True, slots=True)
class Whim:
    """What befalls one request; by default nothing does."""

    refused_with: str = ""
    """The code of a refusal, such as `ThrottlingException`: nothing is done."""
    unprocessed: int = 0
    """How many items a batch leaves undone, its last ones."""
    lag: int = 0
    """How many writes a read is behind, unless it is a consistent one."""
    page: int = 0
    """The most items that a page of a query or scan looks at, as if they filled 1 MB; 0: all."""


FINE: Final = Whim()


@dataclass(slots=True)
class Table:
    """The items by key; an index says by which attributes a query may find them."""

    name: str
    keys: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]]
    types: dict[str, str]
    items: dict[tuple[str, ...], Item] = field(default_factory=dict)

    def key_of(self, named: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the key of an item, or of what names one; refuses what cannot be one."""
        try:
            key = tuple([named[name]["S"] for name in self.keys])
        except KeyError:
            raise invalid("a key is missing, or of another type") from None
        for text, most in zip(key, _KEY_BYTES, strict=False):
            if not 0 < len(text.encode()) <= most:
                raise invalid("a key is empty or too long")
        return key


def check_request(operation: str, request: Request) -> None:
    """Refuse marks that no expression mentions or explains; an unknown parameter is an error."""
    assert request.keys() <= _KNOWN[operation], (operation, request.keys())
    given = {*request.get("ExpressionAttributeNames", NO_MARKS)}
    given |= request.get("ExpressionAttributeValues", NO_MARKS).keys()
    mentioned = frozenset[str]().union(*(each.marks for each in texts(request)))
    if shown := request.get("ProjectionExpression"):
        mentioned |= {name for name in shown.split(", ") if name[0] == "#"}
    if given != mentioned:
        raise invalid(f"{sorted(given ^ mentioned)} stand in an expression or beside it alone")


def check_item(table: Table, item: Item) -> None:
    """Refuse an item that is too large, or whose key of an index is of another type."""
    for name, kind in table.types.items():
        if name in item and kind not in item[name]:
            raise invalid(f"{name} is of another type than the key that it is")
    if item_size(item) > ITEM_BYTES:
        raise invalid("Item size has exceeded the maximum allowed size")


def check_transaction(keys: list[tuple[str, ...]], items: Iterable[Item | None] = ()) -> None:
    """Refuse a transaction that is too large, or names an item twice."""
    if not 0 < len(keys) <= TRANSACTION_ACTIONS:
        raise invalid("a transaction takes 1 to 100 actions")
    if len(set(keys)) < len(keys):
        raise invalid("Transaction request cannot include multiple operations on one item")
    if sum(item_size(item) for item in items if item is not None) > TRANSACTION_BYTES:
        raise invalid("Transaction request cannot be larger than 4 MB")


def check_batch(keys: list[tuple[str, ...]], most: int) -> None:
    """Refuse a batch that is too large, or names an item twice."""
    if not 0 < len(keys) <= most:
        raise invalid(f"a batch takes 1 to {most} items")
    if len(set(keys)) < len(keys):
        raise invalid("Provided list of item keys contains duplicates")


def holds(text: str | None, item: Item | None, request: Request) -> bool:
    """Tell whether a condition holds of an item, or of its absence."""
    if text is None:
        return True
    names = request.get("ExpressionAttributeNames", NO_MARKS)
    values = request.get("ExpressionAttributeValues", NO_MARKS)
    return bool(condition(text).does(item or {}, names, values))
