"""The sold orders on DynamoDB: items of the table of what partners' names stand for."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final, cast

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import DynamoDbClient, get, scan
from casino.aws.tables import Tables
from casino.orders.model import OrderState, SoldOrder

_TEXTS: Final = tuple(f.name for f in fields(SoldOrder) if f.name != "order_id")


class DynamoDbSoldOrders:
    """`Orders` over the partners' table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables

    def get(self, integration: str, order_id: int) -> SoldOrder | None:
        """Return an order, consistently."""
        item = get(self._client, self._tables.partners, _key(integration, order_id))
        return _read(item) if item else None

    def every(self, integration: str | None, state: OrderState | None) -> Iterator[SoldOrder]:
        """Yield orders; the whole table is read for it."""
        for item in scan(self._client, self._tables.partners):
            if "order_id" in item:
                order = _read(item)
                if integration in (None, order.integration) and state in (None, order.state):
                    yield order

    def first(self, order: SoldOrder) -> dict[str, Any]:
        """Return the write that adds an order, conditional on its absence."""
        return self._put(order, "attribute_not_exists(id)")

    def change(self, before: SoldOrder, after: SoldOrder, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`, with the record; false when that has changed."""
        put = self._put(
            after,
            "#state = :state AND changed_at = :changed_at AND content = :content",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={
                ":state": text(before.state),
                ":changed_at": text(before.changed_at),
                ":content": text(before.content),
            },
        )
        return not transact_audited(self._client, self._tables, [put], audit)

    def _put(self, order: SoldOrder, condition: str, **more: Any) -> dict[str, Any]:
        item: Item = {name: text(getattr(order, name)) for name in _TEXTS}
        item |= _key(order.integration, order.order_id) | {"order_id": number(order.order_id)}
        put = {
            "TableName": self._tables.partners,
            "Item": item,
            "ConditionExpression": condition,
        }
        return {"Put": put | more}


def _key(integration: str, order_id: int) -> Item:
    return {"id": text(f"{integration}#order#{order_id}")}


def _read(item: Item) -> SoldOrder:
    given = {name: item[name]["S"] for name in _TEXTS if name in item}
    return SoldOrder(order_id=int(item["order_id"]["N"]), **cast(Any, given))
