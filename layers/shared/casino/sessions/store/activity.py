"""The time of a session's last play, from the ledger's index by wallet, newest entry first.

The walk ends at the first entry of the session, or at the first one that is too old to matter. So
it costs as much as the wallet's recent play, however long its history is, and never more than
`MOST_ENTRIES`: a crowded wallet counts as played, and its session is looked at again later.
"""

from collections.abc import Iterator
from itertools import batched
from typing import Final

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import DynamoDbClient, batch_get, get, query
from casino.aws.tables import Tables
from casino.base.times import epoch
from casino.wallet.model import Entry, Session, wallet_key
from casino.wallet.store.items import read_ledger_item, read_wallet

_PAGE: Final = 25
#: How many entries one walk reads.
MOST_ENTRIES: Final = 1_000


class DynamoDbActivity:
    """`Activity` over the ledger's table."""

    def __init__(self, client: DynamoDbClient, tables: Tables, most: int = MOST_ENTRIES) -> None:
        self._client = client
        self._tables = tables
        self._most = most

    def last(self, session: Session, since: float, now: float) -> float | None:
        """Return when its last bet, win or refund was; `None` when it was before `since`."""
        newest, seq, all_old, found = self._newest(session), -1, False, False
        for number, entry in enumerate(self._newest_first(session)):
            if number == self._most:
                return now
            if entry.seq < newest:
                return now  # the index does not show the newest entry yet: as recent as can be
            newest = 0  # asked of the first entry only
            if entry.seq != seq:
                if all_old or found:
                    return None
                seq, all_old = entry.seq, True
            # Refusals share the number of the entry before them, in no order: look at all of them.
            at = epoch(entry.at)
            all_old = all_old and at <= since
            if entry.session_id == session.session_id:
                if at > since:
                    return at
                found = True
        return now if newest else None

    def _newest(self, session: Session) -> int:
        """Return the number of the wallet's newest entry, read consistently."""
        key = {"player_id": text(session.player_id), "currency": text(session.currency)}
        item = get(self._client, self._tables.wallets, key)
        return read_wallet(item).seq if item else 0

    def _newest_first(self, session: Session) -> Iterator[Entry]:
        keys = query(
            self._client,
            TableName=self._tables.ledger,
            IndexName="by_wallet",
            KeyConditionExpression="#wallet = :wallet",
            ExpressionAttributeNames={"#wallet": "wallet"},
            ExpressionAttributeValues={
                ":wallet": text(wallet_key(session.player_id, session.currency))
            },
            ScanIndexForward=False,
            Limit=_PAGE,
        )
        for page in batched((key["id"] for key in keys), _PAGE, strict=False):
            yield from self._entries(page)

    def _entries(self, page: tuple[dict[str, str], ...]) -> Iterator[Entry]:
        keys: list[Item] = [{"id": key} for key in page]
        items = batch_get(self._client, {self._tables.ledger: keys})[self._tables.ledger]
        by_id = {item["id"]["S"]: item for item in items}
        for item in filter(None, (by_id.get(key["S"]) for key in page)):
            record = read_ledger_item(item)
            if isinstance(record, Entry):
                yield record
