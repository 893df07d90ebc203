"""The stores as tests arrange with them: a test need not say who changes its world, and why."""

from collections.abc import Mapping, Sequence
from typing import Final

from casino.audit.model import AuditRecord
from casino.aws.attributes import number
from casino.sessions.store.sessions import DynamoDbSessions
from casino.wallet.model import Player, Session, SessionStatus
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.items import wallet_item_key
from casino.wallet.store.profiles import DynamoDbProfiles

ARRANGED: Final = AuditRecord("test", "arrange", "a test", "2026-01-01T00:00:00.000Z")


class ArrangedAccounts(DynamoDbAccounts):
    """`Accounts` on DynamoDB."""

    def add_player(
        self, player: Player, audit: AuditRecord = ARRANGED, currencies: Sequence[str] = ()
    ) -> bool:
        return super().add_player(player, audit, currencies)

    def add_wallet(self, player_id: str, currency: str, audit: AuditRecord = ARRANGED) -> None:
        super().add_wallet(player_id, currency, audit)

    def set_blocked(self, player_id: str, blocked: bool, audit: AuditRecord = ARRANGED) -> None:
        super().set_blocked(player_id, blocked, audit)

    def set_reserved(self, player_id: str, currency: str, reserved_minor: int) -> None:
        """Hold so much back from play, whatever reservations there are."""
        self._client.update_item(
            TableName=self._tables.wallets,
            Key=wallet_item_key(player_id, currency),
            UpdateExpression="SET reserved = :reserved ADD version :one",
            ConditionExpression="balance >= :reserved",
            ExpressionAttributeValues={":reserved": number(reserved_minor), ":one": number(1)},
        )


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
