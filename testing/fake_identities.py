"""Partners' names for players in memory, as the table keeps them."""

from casino.accounts.model import Identity
from casino.accounts.ports import Named, Writes
from casino.audit.model import AuditRecord
from testing.fake_ledger import FakeTables


class FakeIdentities:
    """`Identities` in memory."""

    def __init__(self, tables: FakeTables) -> None:
        self._tables = tables

    def named(self, integration: str, identity_id: str | None, email_hash: str | None) -> Named:
        by_id = by_email = None
        for (name, player_id), each in self._tables.identities.items():
            if name == integration and identity_id and identity_id == each.identity_id:
                by_id = player_id
            if name == integration and email_hash and email_hash == each.email_hash:
                by_email = player_id
        return Named(by_id, by_email)

    def of(self, integration: str, player_id: str) -> Identity | None:
        return self._tables.identities.get((integration, player_id))

    def change(self, before: Identity | None, after: Identity, audit: AuditRecord) -> bool:
        found = self.named(after.integration, after.identity_id, after.email_hash)
        free = set(found) <= {None, after.player_id}
        if self.of(after.integration, after.player_id) != before or not free:
            return False
        self._tables.identities[after.integration, after.player_id] = after
        self._tables.audit.append(audit)
        return True

    def writes(self, before: Identity | None, after: Identity, audit: AuditRecord) -> Writes:
        return (lambda: self.change(before, after, audit),)
