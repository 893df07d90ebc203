"""The ledger as people move money in it: each entry of the platform with its audit record."""

from typing import Any

from casino.audit.model import Who, of_player
from casino.audit.store import audit_write
from casino.base.money import to_major
from casino.base.times import epoch
from casino.wallet.model import Entry
from casino.wallet.ports import Commit
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wallet.store.ledger import DynamoDbLedger


class AuditedLedger(DynamoDbLedger):
    """`Ledger` for deposits and withdrawals, refused ones too: `extra` of such an entry says who
    asked, and why, and the record in the same transaction tells it once more."""

    def _actions(self, commit: Commit) -> list[tuple[str, dict[str, Any]]]:
        return [*super()._actions(commit), ("audit", self._audit(commit.entry))]

    def _audit(self, entry: Entry) -> dict[str, Any]:
        if entry.extra is None:
            raise LookupError("a movement by the platform says who asked for it")
        amount, old, new = (
            f"{to_major(minor, entry.currency)} {entry.currency}"
            for minor in (
                entry.amount_minor,
                entry.balance_before_minor,
                entry.balance_after_minor,
            )
        )
        detail = f"{amount}, transaction {entry.transaction_id}"
        if entry.kind == "withdrawal" and entry.bet_transaction_id is not None:
            detail += f", reservation {entry.bet_transaction_id}"
        if entry.record == "refused":
            detail += f", refused: {entry.rule}"
        who, subject = Who.read(entry.extra), of_player(entry.player_id)
        record = who.record(subject, entry.kind, epoch(entry.at), old, new, detail)
        return audit_write(self._tables, record)


class AuditedHoldLedger(AuditedLedger, DynamoDbHoldLedger):
    """The same for holds that somebody releases."""
