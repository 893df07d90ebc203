"""The tables of money as pages of raw items, for a verifier that holds few of them at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final, Literal, NamedTuple

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import BATCH_KEYS, DynamoDbClient, batch_get, read
from casino.aws.tables import Tables
from casino.wallet.model import Round, Wallet, wallet_key
from casino.wallet.ports import LedgerItem, Unreadable
from casino.wallet.store.items import read_round, read_wallet
from casino.wallet.store.reading import read_item, readable

type Source = Literal["wallets", "rounds", "ledger"]

#: In this order they are read: a wallet is judged up to the head that was read first.
SOURCES: Final[tuple[Source, ...]] = ("wallets", "rounds", "ledger")
_READ: Final[Mapping[Source, Callable[[Item], Wallet | Round | LedgerItem]]] = {
    "wallets": read_wallet,
    "rounds": read_round,
    "ledger": read_item,
}
#: Marks of items that name no wallet, but a bet of one.
_OF_BETS: Final = frozenset({"void", "hold", "end"})
_NAMES_BET: Final = frozenset({"refund", "hold", "settle", "rollback"})
#: DynamoDB has no longer key.
_LONGEST_KEY: Final = 2048


class Owner(NamedTuple):
    """Whose an item is: `wallet` is empty where only its `bet` (`<integration>#<id>`) tells."""

    wallet: str
    bet: str = ""


class Pages:
    """Reads one segment of a table after the other, consistently."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables

    def page(
        self, source: Source, segment: int, segments: int, after: Item | None
    ) -> tuple[Sequence[Item], Item | None]:
        """Return the items of the next page of a segment, and where the one after it begins."""
        request: dict[str, Any] = {
            "TableName": getattr(self._tables, source),
            "ConsistentRead": True,
            "Segment": segment,
            "TotalSegments": segments,
        }
        if after is not None:
            request["ExclusiveStartKey"] = after
        page = read(self._client.scan, **request)
        return page["Items"], page.get("LastEvaluatedKey")

    def by_id(self, keys: Iterable[str]) -> Iterator[Item]:
        """Yield the items of the ledger that stand under these keys now, in no order."""
        table = self._tables.ledger
        possible = (key for key in keys if 0 < len(key.encode()) <= _LONGEST_KEY)
        for some in batched(possible, BATCH_KEYS, strict=False):
            yield from batch_get(self._client, {table: [{"id": text(key)} for key in some]})[table]


def record_of(source: Source, item: Item) -> Wallet | Round | LedgerItem | Unreadable:
    """Return what an item says."""
    return readable(_READ[source], item)


def owner_of(source: Source, item: Item) -> Owner:
    """Return whose an item is, as far as it can be read; an entry may name a bet, too."""
    if source == "wallets":
        return Owner(wallet_key(item["player_id"]["S"], item["currency"]["S"]))
    if source == "rounds":
        return Owner(_said(item, "wallet").partition("#")[2])
    integration, _, rest = _said(item, "id").partition("#")
    mark, _, name = rest.partition("#")
    if mark in _OF_BETS:
        return Owner("", f"{integration}#{name}")
    bet = _said(item, "bet_transaction_id") if _said(item, "kind") in _NAMES_BET else ""
    wallet = _said(item, "wallet") or _said(item, "claimed")
    if not wallet and "player_id" in item:
        wallet = wallet_key(_said(item, "player_id"), _said(item, "currency"))
    return Owner(wallet, f"{integration}#{bet}" if bet else "")


def _said(item: Item, name: str) -> str:
    return str(item.get(name, {}).get("S", ""))
