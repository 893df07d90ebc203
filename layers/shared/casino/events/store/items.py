"""The ledger's items as its stream would hand them over."""

from base64 import b64encode
from collections.abc import Iterator
from itertools import batched
from typing import Any, Final

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import BATCH_KEYS, DynamoDbClient, batch_get, query, scan
from casino.aws.tables import Tables
from casino.events.record import Image
from casino.wallet.model import wallet_key

#: What is read of an item to count it; the role of `count_events` may read no more.
COUNTED: Final = ("id", "at", "wallet", "claimed", "record", "seq")


class DynamoDbItems:
    """`Items` over the ledger's table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.ledger

    def between(self, since: str, until: str) -> Iterator[Image]:
        """Yield the items of an ISO 8601 time and later, before another, in no order.

        All of the ledger is read for it, consistently.
        """
        return map(as_told, self._between(since, until))

    def counted(self, since: str, until: str) -> Iterator[Image]:
        """Yield the same items with their keys, times and numbers alone: no amount is read."""
        marks = {f"#{name}": name for name in COUNTED}
        return self._between(
            since,
            until,
            Select="SPECIFIC_ATTRIBUTES",
            ProjectionExpression=", ".join(marks),
            ExpressionAttributeNames=marks,
        )

    def _between(self, since: str, until: str, **more: Any) -> Iterator[Item]:
        wanted: dict[str, Any] = {
            "FilterExpression": "#at >= :since AND #at < :until",
            "ExpressionAttributeNames": {"#at": "at"},
            "ExpressionAttributeValues": {":since": text(since), ":until": text(until)},
        }
        return scan(self._client, self._table, **wanted | more)

    def of_wallet(self, player_id: str, currency: str) -> Iterator[Image]:
        """Yield the items that are attributed to a wallet, by sequence number."""
        keys = query(
            self._client,
            TableName=self._table,
            IndexName="by_wallet",
            KeyConditionExpression="wallet = :wallet",
            ExpressionAttributeValues={":wallet": text(wallet_key(player_id, currency))},
        )
        for page in batched((key["id"]["S"] for key in keys), BATCH_KEYS, strict=False):
            found = batch_get(self._client, {self._table: [{"id": text(key)} for key in page]})
            by_id = {item["id"]["S"]: item for item in found[self._table]}
            yield from (as_told(by_id[key]) for key in page if key in by_id)


def as_told(item: Item) -> Image:
    """Return an item as Lambda hands it over: bytes are base64 text."""
    return {name: _value(value) for name, value in item.items()}


def _value(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    if kind == "B":
        return {kind: b64encode(bytes(held)).decode()}
    if kind == "BS":
        return {kind: [b64encode(bytes(each)).decode() for each in held]}
    if kind == "M":
        return {kind: as_told(held)}
    return {kind: [_value(each) for each in held]} if kind == "L" else value
