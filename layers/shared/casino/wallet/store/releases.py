"""Releases of held wins on DynamoDB: marker, wallet and audit record in one transaction.

The marker is put only if it is absent, so that a win is released once, whoever tries again and
wherever a try died.
"""

import time
from collections.abc import Callable

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, settle
from casino.aws.tables import Tables
from casino.base.errors import AdminError
from casino.wallet.release import Release
from casino.wallet.store.release_items import release_item


class DynamoDbReleases:
    """`Releases` over the ledger's, the wallets' and the audit table."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def add(self, release: Release, audit: AuditRecord) -> bool:
        """Make a held win spendable; false when it was released before.

        Raises `AdminError` when its wallet does not hold as much, or does not exist.
        """
        marker = {
            "TableName": self._tables.ledger,
            "Item": release_item(release),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        wallet = {
            "TableName": self._tables.wallets,
            "Key": {"player_id": text(release.player_id), "currency": text(release.currency)},
            "UpdateExpression": "ADD reserved :less, held_wins :less, version :one",
            "ConditionExpression": "held_wins >= :amount AND reserved >= :amount",
            "ExpressionAttributeValues": {
                ":less": number(-release.amount_minor),
                ":amount": number(release.amount_minor),
                ":one": number(1),
            },
        }
        writes = [{"Put": marker}, {"Update": wallet}]
        reasons: tuple[str, ...] = ()

        def step() -> bool:
            nonlocal reasons
            reasons = transact_audited(self._client, self._tables, writes, audit)
            return not reasons or CONDITION_FAILED in reasons

        settle(step, self._sleep)
        if reasons and reasons[0] != CONDITION_FAILED:
            raise AdminError(
                "wallet_faulty", "the wallet holds less than the win: verify the ledger"
            )
        return not reasons
