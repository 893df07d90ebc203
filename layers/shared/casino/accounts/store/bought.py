"""The orders of partners on DynamoDB: one item each, which moves with entries and wallet."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import get, scan
from casino.wallet.model import Entry, Wallet
from casino.wallet.purchase import Order
from casino.wallet.store.items import entry_item
from casino.wallet.store.ledger import DynamoDbLedger


def _key(integration: str, order_id: str) -> Item:
    return {"id": text(f"{integration}#order#{order_id}")}


def _item(order: Order) -> Item:
    item: Item = {
        **_key(order.integration, order.order_id),
        "version": number(order.version),
        "taken_back": {"L": [{"L": [text(name), text(said)]} for name, said in order.taken_back]},
    }
    if order.amount_minor:
        item["player_id"], item["currency"] = text(order.player_id), text(order.currency)
        item["amount"] = number(order.amount_minor)
    return item


def _read(integration: str, order_id: str, item: Item) -> Order:
    taken = tuple((pair["L"][0]["S"], pair["L"][1]["S"]) for pair in item["taken_back"]["L"])
    order = Order(integration, order_id, taken_back=taken, version=int(item["version"]["N"]))
    if "amount" not in item:
        return order
    owner = {"player_id": item["player_id"]["S"], "currency": item["currency"]["S"]}
    return replace(order, **owner, amount_minor=int(item["amount"]["N"]))


class DynamoDbBought(DynamoDbLedger):
    """`Bought` over the partners' table, the ledger and the wallets."""

    def order(self, integration: str, order_id: str) -> Order | None:
        """Return an order."""
        item = get(self._client, self._tables.partners, _key(integration, order_id))
        return _read(integration, order_id, item) if item is not None else None

    def credited(self) -> Iterator[Order]:
        """Yield the orders whose purchase was credited, in no order; it reads the whole table."""
        credited = "attribute_exists(taken_back) AND attribute_exists(amount)"
        for item in scan(self._client, self._tables.partners, FilterExpression=credited):
            integration, _, order_id = item["id"]["S"].split("#", 2)
            yield _read(integration, order_id, item)

    def writes(
        self,
        before: Order | None,
        after: Order,
        wallet: Wallet | None = None,
        entries: Sequence[Entry] = (),
    ) -> tuple[dict[str, Any], ...]:
        """Return the parts of a transaction: the order, the entries, the wallet after the last."""
        put: dict[str, Any] = {
            "TableName": self._tables.partners,
            "Item": _item(after),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        if before is not None:
            put["ConditionExpression"] = "version = :read"
            put["ExpressionAttributeValues"] = {":read": number(before.version)}
        made = [self._put_if_absent(entry_item(entry)) for entry in entries]
        if wallet is not None and entries:
            made.append(self._move_wallet(entries[-1], wallet.version))
        return ({"Put": put}, *made)
