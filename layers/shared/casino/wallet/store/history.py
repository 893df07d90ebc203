"""The ledger on DynamoDB as people read it: operators, auditors, the verifier.

The index `by_wallet` holds keys only and follows the table with a delay, on AWS usually below a
second, and not always in order. So `of_wallet` may lack an entry that was just written, and no
caller may take its last entry for the wallet's head: the wallet's item names the head, and
`everything` reads the table itself, consistently.
"""

from collections.abc import Iterable, Iterator
from itertools import batched, groupby
from typing import Any, Final

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import BATCH_KEYS, DynamoDbClient, batch_get, get, query, read, scan
from casino.aws.tables import Tables
from casino.base.errors import AdminError
from casino.wallet.hold import Barred, Ending, Hold, Holding
from casino.wallet.model import (
    Entry,
    Round,
    Tombstone,
    VoidMarker,
    Wallet,
    wallet_key,
)
from casino.wallet.ports import EntryPlace, LedgerItem, Unreadable, WalletPlace
from casino.wallet.release import Release
from casino.wallet.store.beside import DynamoDbBeside
from casino.wallet.store.hold_items import end_id, hold_id
from casino.wallet.store.items import (
    entry_id,
    read_ledger_item,
    read_round,
    read_wallet,
    void_id,
    wallet_item_key,
)
from casino.wallet.store.reading import read_item, readable
from casino.wallet.store.release_items import (
    release_id,
)

#: What is read of a wallet with holds; the role of `measure_holds` may read no more.
HOLDING: Final = ("player_id", "currency", "held_since", "held_seq")


class DynamoDbHistory(DynamoDbBeside):
    """`History` over the ledger's and the rounds' tables."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        super().__init__(client, tables)
        self._ledger = tables.ledger
        self._wallets = tables.wallets

    def find(self, integration: str, transaction_id: str) -> Entry | Tombstone | None:
        """Return what stands under a transaction's id."""
        record = self._read(entry_id(integration, transaction_id))
        return record if isinstance(record, Entry | Tombstone) else None

    def find_all(self, ids: Iterable[tuple[str, str]]) -> list[Entry | Tombstone]:
        """Return what stands under the ids of transactions (integration, id), in no order."""
        found = self._by_id(entry_id(*each) for each in ids).values()
        return [record for record in found if isinstance(record, Entry | Tombstone)]

    def void(self, integration: str, bet_transaction_id: str) -> VoidMarker | None:
        """Return the marker of a refunded bet."""
        record = self._read(void_id(integration, bet_transaction_id))
        return record if isinstance(record, VoidMarker) else None

    def release(self, integration: str, transaction_id: str) -> Release | None:
        """Return the release of a held win."""
        record = self._read(release_id(integration, transaction_id))
        return record if isinstance(record, Release) else None

    def of_wallet(self, player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        """Yield the entries of a wallet that the index knows, in order of sequence number.

        Refusals follow the applied entry that they were decided after, in order of time.
        """
        entries = self._indexed(player_id, currency, since)
        for _, same_seq in groupby(entries, lambda entry: entry.seq):
            yield from sorted(same_seq, key=lambda entry: (entry.record == "refused", entry.at))

    def latest(
        self, player_id: str, currency: str, most: int, place: EntryPlace
    ) -> tuple[list[Entry], EntryPlace | None]:
        """Return the next entries of a wallet, the newest first, and the place that they end with.

        See the port for `place`.
        """
        request = self._indexed_by(player_id, currency, "seq <= :seq", place.seq)
        if place.transaction_id:
            key = {"id": text(entry_id(*place[1:])), "seq": number(place.seq)}
            wallet = request["ExpressionAttributeValues"][":wallet"]
            request["ExclusiveStartKey"] = key | {"wallet": wallet}
        page = read(self._client.query, **request, ScanIndexForward=False, Limit=most)
        keys = [key["id"]["S"] for key in page["Items"]]
        by_id = self._by_id(keys)
        entries = [entry for key in keys if isinstance(entry := by_id.get(key), Entry)]
        last = page.get("LastEvaluatedKey")
        if not last:
            return entries, None
        integration, _, transaction_id = last["id"]["S"].split("#", 2)
        return entries, EntryPlace(int(last["seq"]["N"]), integration, transaction_id)

    def holding(
        self, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[Holding], WalletPlace | None]]:
        """Yield the wallets with open holds, page by page, and where the next page begins."""
        request: dict[str, Any] = {
            "TableName": self._wallets,
            "Select": "SPECIFIC_ATTRIBUTES",
            "ProjectionExpression": ", ".join(HOLDING),
            "FilterExpression": "attribute_exists(held_since)",
        }
        while True:
            if after is not None:
                request["ExclusiveStartKey"] = wallet_item_key(*after)
            page = read(self._client.scan, **request)
            last = page.get("LastEvaluatedKey")
            after = (last["player_id"]["S"], last["currency"]["S"]) if last else None
            yield [_holding(item) for item in page["Items"]], after
            if after is None:
                return

    def hold(self, integration: str, bet_id: str) -> Hold | Barred | None:
        """Return the hold of a bet, or what bars it."""
        record = self._read(hold_id(integration, bet_id))
        return record if isinstance(record, Hold | Barred) else None

    def ending(self, integration: str, bet_id: str) -> Ending | None:
        """Return what ended a hold."""
        record = self._read(end_id(integration, bet_id))
        return record if isinstance(record, Ending) else None

    def everything(self) -> Iterator[LedgerItem | Unreadable]:
        """Yield every item of the ledger, in no order, read consistently."""
        return (readable(read_item, item) for item in scan(self._client, self._ledger))

    def sent_by(
        self, integration: str, since: str, until: str
    ) -> Iterator[Entry | Tombstone | Unreadable]:
        """Yield what stands under an integration's transaction ids and is of a period, in no order.

        No index knows integrations: the whole ledger is read, and the rest left out there.
        """
        wanted = {
            "FilterExpression": "begins_with(id, :prefix) AND #at >= :since AND #at < :until",
            "ExpressionAttributeNames": {"#at": "at"},
            "ExpressionAttributeValues": {
                ":prefix": text(entry_id(integration, "")),
                ":since": text(since),
                ":until": text(until),
            },
        }
        for item in scan(self._client, self._ledger, **wanted):
            found = readable(read_ledger_item, item)
            if not isinstance(found, VoidMarker):
                yield found

    def rounds(self) -> Iterator[Round | Unreadable]:
        """Yield every round, in no order, read consistently."""
        return (readable(read_round, item) for item in scan(self._client, self._rounds))

    def open_rounds(self, before: str) -> Iterator[tuple[str, Round]]:
        """Yield the rounds that began before a time, with theirs, and whose bets nobody ended.

        Nobody finished them, paid a win or refunded every bet. All rounds are read for it.
        """
        wanted = {
            "FilterExpression": "attribute_not_exists(finished) AND paid_wins = :none"
            " AND bets > refunds AND since < :before",
            "ExpressionAttributeValues": {":none": number(0), ":before": text(before)},
        }
        for item in scan(self._client, self._rounds, **wanted):
            yield item["since"]["S"], read_round(item)

    def head(self, player_id: str, currency: str) -> Wallet | Unreadable | None:
        """Return a wallet."""
        item = get(self._client, self._wallets, wallet_item_key(player_id, currency))
        return readable(read_wallet, item) if item else None

    def heads(self) -> Iterator[Wallet | Unreadable]:
        """Yield every wallet, in no order, read consistently."""
        return (readable(read_wallet, item) for item in scan(self._client, self._wallets))

    def _indexed(self, player_id: str, currency: str, since: int) -> Iterator[Entry]:
        """Yield the entries in the order of the index: by sequence number alone."""
        keys = query(self._client, **self._indexed_by(player_id, currency, "seq >= :seq", since))
        for page in batched((key["id"]["S"] for key in keys), BATCH_KEYS, strict=False):
            by_id = self._by_id(page)
            yield from (entry for key in page if isinstance(entry := by_id.get(key), Entry))

    def _indexed_by(
        self, player_id: str, currency: str, condition: str, seq: int
    ) -> dict[str, Any]:
        """Return the query of a wallet's keys whose number meets a condition on `:seq`."""
        return {
            "TableName": self._ledger,
            "IndexName": "by_wallet",
            "KeyConditionExpression": f"#wallet = :wallet AND {condition}",
            "ExpressionAttributeNames": {"#wallet": "wallet"},
            "ExpressionAttributeValues": {
                ":wallet": text(wallet_key(player_id, currency)),
                ":seq": number(seq),
            },
        }

    def _by_id(self, keys: Iterable[str]) -> dict[str, LedgerItem]:
        """Return items by their key. What the table has lost, or nobody can read, is left out: it
        shows as a gap, not as a crash."""
        found: dict[str, LedgerItem] = {}
        for page in batched(keys, BATCH_KEYS, strict=False):
            items = batch_get(self._client, {self._ledger: [{"id": text(key)} for key in page]})
            for item in items[self._ledger]:
                record = readable(read_ledger_item, item)
                if not isinstance(record, Unreadable):
                    found[item["id"]["S"]] = record
        return found

    def _read(self, key: str) -> LedgerItem | None:
        item = get(self._client, self._ledger, {"id": text(key)})
        found = readable(read_item, item) if item else None
        if isinstance(found, Unreadable):
            raise AdminError("unreadable_item", f"{found.what} cannot be read: {found.detail}")
        return found


def _holding(item: Item) -> Holding:
    player_id, currency, since = (item[n]["S"] for n in ("player_id", "currency", "held_since"))
    return Holding(player_id, currency, since, int(item["held_seq"]["N"]))
