"""The wallets with a grant of bonus money, found by a scan: none has an index of its own."""

from collections.abc import Iterator
from typing import Any, Final

from casino.aws.attributes import number
from casino.aws.dynamodb import DynamoDbClient, read
from casino.wallet.ports import WalletPlace
from casino.wallet.store.items import wallet_item_key

#: What is read of a wallet with a grant; the role of `end_bonuses` may scan no more.
OVER: Final = ("player_id", "currency", "bonus", "bonus_until")


class DynamoDbGrants:
    """`Grants` over the wallets' table."""

    def __init__(self, client: DynamoDbClient, table: str) -> None:
        self._client = client
        self._table = table

    def over(
        self, now: int, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[WalletPlace], WalletPlace | None]]:
        """Yield the wallets whose grant is past its deadline or wagered, page by page."""
        required = "bonus.#grant.#required"
        wagered = f"({required} > :none AND bonus.#grant.wagered >= {required})"
        request: dict[str, Any] = {
            "TableName": self._table,
            "Select": "SPECIFIC_ATTRIBUTES",
            "ProjectionExpression": "player_id, currency",
            "FilterExpression": f"bonus_until <= :now OR {wagered}",
            "ExpressionAttributeNames": {"#grant": "grant", "#required": "required"},
            "ExpressionAttributeValues": {":now": number(now), ":none": number(0)},
        }
        while True:
            if after is not None:
                request["ExclusiveStartKey"] = wallet_item_key(*after)
            page = read(self._client.scan, **request)
            last = page.get("LastEvaluatedKey")
            after = (last["player_id"]["S"], last["currency"]["S"]) if last else None
            yield [(i["player_id"]["S"], i["currency"]["S"]) for i in page["Items"]], after
            if after is None:
                return
