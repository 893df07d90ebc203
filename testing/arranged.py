"""The stores as tests arrange with them: a test need not say who changes its world, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from casino.audit.model import AuditRecord, of_player
from casino.audit.store import transact_audited
from casino.aws.attributes import number
from casino.base.money import to_major
from casino.sessions.store.sessions import DynamoDbSessions
from casino.wallet.model import Player, Session, SessionStatus, Wallet
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.items import wallet_item_key
from casino.wallet.store.profiles import DynamoDbProfiles

ARRANGED: Final = AuditRecord("test", "arrange", "a test", "2026-01-01T00:00:00.000Z")


def blocking(player_id: str, blocked: bool) -> AuditRecord:
    """Return the record of a block or its end."""
    what = "block" if blocked else "unblock"
    return replace(ARRANGED, subject=of_player(player_id), what=what)


def reserving(wallet: Wallet, reserved_minor: int) -> AuditRecord:
    """Return the record of a reservation, or of a release, that leaves so much reserved."""
    more = reserved_minor - wallet.reserved_minor
    what = "reserve" if more >= 0 else "release reservation"
    said = f"{to_major(abs(more), wallet.currency)} {wallet.currency}, reservation arranged"
    return replace(ARRANGED, subject=of_player(wallet.player_id), what=what, detail=said)


class ArrangedAccounts(DynamoDbAccounts):
    """`Accounts` on DynamoDB."""

    def add_player(
        self, player: Player, audit: AuditRecord = ARRANGED, currencies: Sequence[str] = ()
    ) -> bool:
        return super().add_player(player, audit, currencies)

    def add_wallet(self, player_id: str, currency: str, audit: AuditRecord = ARRANGED) -> None:
        super().add_wallet(player_id, currency, audit)

    def set_blocked(self, player_id: str, blocked: bool, audit: AuditRecord | None = None) -> None:
        super().set_blocked(player_id, blocked, audit or blocking(player_id, blocked))

    def set_reserved(self, player_id: str, currency: str, reserved_minor: int) -> None:
        """Hold so much back from play, whatever reservations there are."""
        wallet = self.wallet(player_id, currency)
        assert wallet is not None
        update = {
            "TableName": self._tables.wallets,
            "Key": wallet_item_key(player_id, currency),
            "UpdateExpression": "SET reserved = :reserved ADD version :one",
            "ConditionExpression": "balance >= :reserved",
            "ExpressionAttributeValues": {":reserved": number(reserved_minor), ":one": number(1)},
        }
        audit = reserving(wallet, reserved_minor)
        assert not transact_audited(self._client, self._tables, [{"Update": update}], audit)


class ArrangedProfiles(DynamoDbProfiles):
    """`Profiles` on DynamoDB."""

    def change(
        self, player_id: str, fields: Mapping[str, str | None], audit: AuditRecord = ARRANGED
    ) -> None:
        super().change(player_id, fields, audit)


class ArrangedSessions(DynamoDbSessions):
    """`Sessions` on DynamoDB."""

    def add(self, session: Session, audit: AuditRecord = ARRANGED) -> bool:
        return super().add(session, audit)

    def set_status(
        self, session_id: str, status: SessionStatus, audit: AuditRecord = ARRANGED
    ) -> bool:
        return super().set_status(session_id, status, audit)
