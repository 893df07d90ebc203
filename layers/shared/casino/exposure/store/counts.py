"""The sums on DynamoDB: one transaction puts a mark for each entry and adds to hour and day.

A mark is put only if it is absent, so an entry that the stream tells twice counts once. Marks go
after two days, when the stream has long forgotten their entries.
"""

import time
from collections.abc import Callable, Sequence
from itertools import batched
from typing import Any, Final

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, batch_get, settle, transact
from casino.base.times import iso_utc
from casino.exposure.model import DAY_S, Movement, Totals

#: A transaction takes 100 items, and two of them are the hour and the day.
_AT_ONCE: Final = 98
_MARKS_STAY_S: Final = 2 * DAY_S
_SUMS_STAY_S: Final = 400 * DAY_S


class DynamoDbCounts:
    """`Counts` over the table of the exposure."""

    def __init__(
        self, client: DynamoDbClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def add(self, movements: Sequence[Movement]) -> tuple[Totals, Totals]:
        """Count movements of one integration, currency and hour; return the hour's and the day's.

        Raises `RetryableError`: then some may be counted, and all of them can be told again.
        """
        distinct = {each.entry_id: each for each in movements}
        for chunk in batched(distinct.values(), _AT_ONCE, strict=False):
            self._count(list(chunk))
        keys = _windows(movements[0])
        found = batch_get(self._client, {self._table: [{"id": text(key)} for key in keys]})
        sums = {item["id"]["S"]: _totals(item) for item in found[self._table]}
        hour, day = (sums.get(key, Totals()) for key in keys)
        return hour, day

    def _count(self, uncounted: list[Movement]) -> None:
        def step() -> bool:
            if not uncounted:
                return True
            reasons = transact(self._client, self._writes(uncounted))
            marks = zip(list(uncounted), reasons, strict=False)
            uncounted[:] = [each for each, reason in marks if reason != CONDITION_FAILED]
            return not reasons

        settle(step, self._sleep)

    def _writes(self, movements: list[Movement]) -> list[dict[str, Any]]:
        ends = number(movements[0].at + _MARKS_STAY_S)
        marks = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {"id": text(f"seen#{each.entry_id}"), "expires_at": ends},
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            }
            for each in movements
        ]
        return [*marks, *(self._sum(key, movements) for key in _windows(movements[0]))]

    def _sum(self, key: str, movements: list[Movement]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"id": text(key)},
                "UpdateExpression": "ADD staked :staked, paid :paid SET expires_at = :ends",
                "ExpressionAttributeValues": {
                    ":staked": number(sum(each.staked_minor for each in movements)),
                    ":paid": number(sum(each.paid_minor for each in movements)),
                    ":ends": number(movements[0].at + _SUMS_STAY_S),
                },
            }
        }


def _windows(movement: Movement) -> tuple[str, str]:
    """Return the keys of the hour and the day that a movement falls into."""
    at = iso_utc(movement.at)
    owner = f"{movement.integration}#{movement.currency}"
    return f"{owner}#{at[:13]}", f"{owner}#{at[:10]}"


def _totals(item: Item) -> Totals:
    return Totals(int(item["staked"]["N"]), int(item["paid"]["N"]))
