"""The orders of partners in memory, as the table keeps them."""

from collections.abc import Sequence
from dataclasses import replace

from casino.accounts.ports import Writes
from casino.wallet.model import Entry, Wallet
from casino.wallet.purchase import Order
from testing.fake_ledger import FakeTables


class FakeBought:
    """`Bought` in memory: its one write is a function, as `testing.fake_inbox` calls them."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def order(self, integration: str, order_id: str) -> Order | None:
        return self._tables.orders.get((integration, order_id))

    def writes(
        self,
        before: Order | None,
        after: Order,
        wallet: Wallet | None = None,
        entries: Sequence[Entry] = (),
    ) -> Writes:
        return (lambda: self._write(before, after, wallet, entries),)

    def _write(
        self, before: Order | None, after: Order, wallet: Wallet | None, entries: Sequence[Entry]
    ) -> bool:
        tables, key = self._tables, (after.integration, after.order_id)
        keys = [(entry.integration, entry.transaction_id) for entry in entries]
        if tables.orders.get(key) != before or any(each in tables.records for each in keys):
            return False
        if wallet is not None and entries:
            owner, last = (wallet.player_id, wallet.currency), entries[-1]
            head = tables.heads.get(owner)
            if head is None or head.version != wallet.version:
                return False
            tables.heads[owner] = replace(
                head,
                balance_minor=last.balance_after_minor,
                seq=last.seq,
                head_hash=last.hash,
                version=head.version + 1,
            )
        tables.orders[key] = after
        tables.records.update(zip(keys, entries, strict=True))
        return True
