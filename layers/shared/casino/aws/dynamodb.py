"""The calls to DynamoDB that several stores share, and the meaning of their failures.

A failed read is `UnavailableError`: no money moved. A write whose reply was lost may have been made
(`OutcomeUnknownError`); a write that DynamoDB refused was not made.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from casino.aws.attributes import Item
from casino.base.deadline import left_s
from casino.base.errors import BusyError, OutcomeUnknownError, RetryableError, UnavailableError

BATCH_KEYS: Final = 100
"""The most keys that one BatchGetItem takes."""

_BATCH_TRIES: Final = 3
_SETTLE_TRIES: Final = 40
_LONGEST_PAUSE_S: Final = 0.2

CONDITION_FAILED: Final = "ConditionalCheckFailed"
CONFLICT: Final = "TransactionConflict"

BUSY: Final = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        CONFLICT,
        "TransactionConflictException",
    }
)
"""What DynamoDB answers, alone or as a reason of a cancelled transaction, when it is too busy."""


class DynamoDbClient(Protocol):
    """The part of a botocore DynamoDB client that the stores use."""

    def batch_get_item(self, **request: Any) -> Mapping[str, Any]: ...
    def get_item(self, **request: Any) -> Mapping[str, Any]: ...
    def put_item(self, **request: Any) -> Mapping[str, Any]: ...
    def query(self, **request: Any) -> Mapping[str, Any]: ...
    def scan(self, **request: Any) -> Mapping[str, Any]: ...
    def transact_write_items(self, **request: Any) -> Mapping[str, Any]: ...
    def update_item(self, **request: Any) -> Mapping[str, Any]: ...


def batch_get(client: DynamoDbClient, tables: dict[str, list[Item]]) -> dict[str, list[Item]]:
    """Read items by key (table → keys, at most 100 together), consistently, in no order.

    A key named twice is read once, a missing item is left out. Keys that DynamoDB leaves
    unprocessed are asked for again at once; what is missing then too is `UnavailableError`.
    """
    found: dict[str, list[Item]] = {table: [] for table in tables}
    asked: dict[str, Any] = {
        table: {"Keys": _distinct(keys), "ConsistentRead": True}
        for table, keys in tables.items()
        if keys
    }
    for _ in range(_BATCH_TRIES):
        if not asked:
            return found
        answer = read(client.batch_get_item, RequestItems=asked)
        for table, items in answer["Responses"].items():
            found[table].extend(items)
        asked = answer.get("UnprocessedKeys") or {}
    if asked:
        raise UnavailableError("DynamoDB left keys of a batch read unprocessed")
    return found


def get(client: DynamoDbClient, table: str, key: Item) -> Item | None:
    """Read one item consistently."""
    answer = read(client.get_item, TableName=table, Key=key, ConsistentRead=True)
    item: Item | None = answer.get("Item")
    return item


def query(client: DynamoDbClient, **request: Any) -> Iterator[Item]:
    """Yield every item of a query, page by page."""
    while True:
        page = read(client.query, **request)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def scan(client: DynamoDbClient, table: str, **more: Any) -> Iterator[Item]:
    """Yield every item of a table, or those that a filter lets through, consistently, by pages."""
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True, **more}
    while True:
        page = read(client.scan, **request)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def difference(table: str, key: Item, old: Item, new: Item) -> list[dict[str, Any]]:
    """Return the update that makes `new` of `old` as part of a transaction; [] when they agree.

    It is conditional on the item and on the attributes that it changes: they are still as in `old`.
    """
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not names:
        return []
    marks = {name: str(place) for place, name in enumerate(names)}
    sets = [f"#{m} = :n{m}" for name, m in marks.items() if name in new]
    removes = [f"#{m}" for name, m in marks.items() if name not in new]
    conditions = [
        f"#{m} = :o{m}" if name in old else f"attribute_not_exists(#{m})"
        for name, m in marks.items()
    ]
    parts = [f"SET {', '.join(sets)}" if sets else "", f"REMOVE {', '.join(removes)}"]
    update = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": " ".join(parts if removes else parts[:1]).strip(),
        "ConditionExpression": " AND ".join([f"attribute_exists({next(iter(key))})", *conditions]),
        "ExpressionAttributeNames": {f"#{m}": name for name, m in marks.items()},
        "ExpressionAttributeValues": {f":n{m}": new[n] for n, m in marks.items() if n in new}
        | {f":o{m}": old[n] for n, m in marks.items() if n in old},
    }
    return [{"Update": update}]


def transact(client: DynamoDbClient, writes: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Write all or nothing; return () when it is done, or why it was cancelled, item by item.

    The reasons are DynamoDB's codes in the order of `writes`: `ConditionalCheckFailed`,
    `TransactionConflict`, or the word `None` for an item that would have passed.
    """
    try:
        client.transact_write_items(TransactItems=list(writes))
    except ClientError as error:
        reasons = cancellation_codes(error)
        if reasons and set(reasons) <= {CONDITION_FAILED, CONFLICT, "None"}:
            return reasons
        raise write_failure(error) from error
    except BotoCoreError as error:
        raise write_failure(error) from error
    return ()


def write(call: Callable[..., object], **request: Any) -> bool:
    """Write one item; false when its condition does not hold.

    Raises `BusyError` when a transaction holds the item.
    """
    try:
        call(**request)
    except ClientError as error:
        match error.response.get("Error", {}).get("Code"):
            case "ConditionalCheckFailedException":
                return False
            case "TransactionConflictException":
                raise BusyError("a transaction holds the item") from error
            case _:
                raise write_failure(error) from error
    except BotoCoreError as error:
        raise write_failure(error) from error
    return True


def put_if_absent(client: DynamoDbClient, table: str, item: Item) -> Item | None:
    """Put an item if its `id` is free; return the one that has it, without another call, else
    `None`."""
    try:
        client.put_item(
            TableName=table,
            Item=item,
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        there: Item | None = error.response.get("Item")  # type: ignore[assignment]
        if there is None:
            raise write_failure(error) from error
        return there
    except BotoCoreError as error:
        raise write_failure(error) from error
    return None


def settle(step: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
    """Repeat what somebody else overtook, with full jitter, until `step` says that it is done.

    For rare writes, which must win against a busy wallet in the end: raises `BusyError` after many
    tries, or when the request's deadline is near.
    """
    for attempt in range(_SETTLE_TRIES):
        try:
            if step():
                return
        except BusyError:
            pass  # the same as overtaken
        pause_s = random.random() * min(_LONGEST_PAUSE_S, 0.005 * 2**attempt)  # noqa: S311
        if pause_s >= left_s():
            break
        sleep(pause_s)
    raise BusyError("the item changed too often meanwhile")


def cancellation_codes(error: ClientError) -> tuple[str, ...]:
    """Return the code of every item of a cancelled transaction; () for any other error."""
    reasons: Sequence[Mapping[str, str]] = error.response.get("CancellationReasons", ())  # type: ignore[assignment]
    return tuple(reason.get("Code", "None") for reason in reasons)


def read(call: Callable[..., Mapping[str, Any]], **request: Any) -> Mapping[str, Any]:
    """Read, and read once more at once: a connection that slept with the function may be dead."""
    try:
        return call(**request)
    except (ClientError, BotoCoreError):
        pass
    try:
        return call(**request)
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError("DynamoDB cannot be read") from error


def write_failure(error: ClientError | BotoCoreError) -> RetryableError:
    """Return what a failed write means: sent and not answered below 500, it may have been made."""
    if isinstance(error, ConnectTimeoutError | EndpointConnectionError):
        return UnavailableError("DynamoDB cannot be reached")
    if not isinstance(error, ClientError):
        return OutcomeUnknownError("the outcome of the write is not known")
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code in BUSY:
        return BusyError("DynamoDB is too busy for the write")
    if status >= 500 or code == "TransactionInProgressException":
        return OutcomeUnknownError("the outcome of the write is not known")
    return UnavailableError("DynamoDB refused the write")


def _distinct(keys: Sequence[Item]) -> list[Item]:
    """DynamoDB refuses a batch that names a key twice."""
    return list({repr(sorted(key.items(), key=lambda part: part[0])): key for key in keys}.values())
