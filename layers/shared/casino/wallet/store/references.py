"""The index of references on DynamoDB: an item for each name of an entry."""

import time
from collections.abc import Callable, Iterable, Mapping
from itertools import batched
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import DynamoDbClient, read, settle, write_failure
from casino.base.clock import Clock
from casino.wallet.ports import Reference

#: How long a name is kept: for ever an entry is found by its own id, and in its wallet's history.
KEPT_S: Final = 400 * 24 * 3600
#: The most entries that a name is asked for.
_MOST: Final = 20
#: The most items that one BatchWriteItem takes.
_AT_ONCE: Final = 25


class BatchWriter(DynamoDbClient, Protocol):
    """A client that also writes many items at once."""

    def batch_write_item(self, **request: Any) -> Mapping[str, Any]: ...


class DynamoDbReferences:
    """`References` over their table."""

    def __init__(
        self,
        client: BatchWriter,
        table: str,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._sleep = sleep

    def add(self, references: Iterable[Reference]) -> None:
        """Keep names of entries; raises `RetryableError`: then all can be added again."""
        ends = number(int(self._clock.now()) + KEPT_S)
        items = [
            {"name": text(name), "entry": text("#".join(entry)), "expires_at": ends}
            for name, entry in dict.fromkeys(references)
        ]
        for chunk in batched(items, _AT_ONCE, strict=False):
            self._put(chunk)

    def entries(self, name: str) -> list[tuple[str, str]]:
        """Return (integration, transaction id) of the entries with a name, at most 20."""
        page = read(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="#name = :name",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":name": text(name)},
            Limit=_MOST,
        )
        return [_entry(item) for item in page["Items"]]

    def _put(self, items: Iterable[Item]) -> None:
        left = [{"PutRequest": {"Item": item}} for item in items]

        def step() -> bool:
            try:
                answer = self._client.batch_write_item(RequestItems={self._table: left})
            except (ClientError, BotoCoreError) as error:
                raise write_failure(error) from error
            left[:] = answer.get("UnprocessedItems", {}).get(self._table, [])
            return not left

        settle(step, self._sleep)


def _entry(item: Item) -> tuple[str, str]:
    # No integration has a `#` in its name.
    integration, _, transaction_id = item["entry"]["S"].partition("#")
    return integration, transaction_id
