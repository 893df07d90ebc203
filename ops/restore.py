"""Restores the tables of the money to one moment, under names of their own.

DynamoDB restores a table into a new one, and of its settings neither the stream, nor the recovery,
nor the protection from deletion. `RestoredTables` of the template points a stack at the new tables.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from casino.aws.tables import Tables
from ops.errors import OpsError

#: The tables that are restored together: what moves in one transaction.
MONEY: Final = ("ledger", "wallets", "rounds")
_PAUSE_S: Final = 5.0


def restored_tables(tables: Tables, prefix: str) -> Tables:
    """Return the tables with the restored ones of the money in the place of the stack's own."""
    return replace(tables, **{name: f"{prefix}-{name}" for name in MONEY})


@dataclass(frozen=True, slots=True)
class Restore:
    """Restores `tables` as `PREFIX-ledger`, `PREFIX-wallets` and `PREFIX-rounds`."""

    client: Any
    """DynamoDB: botocore's client."""
    tables: Tables
    wait: Callable[[float], None] = time.sleep
    patience_s: float = 3600

    def latest(self) -> datetime:
        """Return the latest moment that every one of the tables can be restored to."""
        return min(self._latest(getattr(self.tables, name)) for name in MONEY)

    def into(self, prefix: str, moment: datetime) -> str:
        """Restore all three to one moment, and return the label of the new ledger's stream.

        Raises `OpsError` for a moment that cannot be reached, and when it takes too long.
        """
        latest = self.latest()
        if moment > latest:
            message = f"the latest moment is {latest.astimezone(UTC).isoformat()}"
            raise OpsError("too_late", message)
        targets = restored_tables(self.tables, prefix)
        for name in MONEY:
            self.client.restore_table_to_point_in_time(
                SourceTableName=getattr(self.tables, name),
                TargetTableName=getattr(targets, name),
                RestoreDateTime=moment,
            )
        for name in MONEY:
            self._settle(getattr(self.tables, name), getattr(targets, name), name == "ledger")
        label: str = self._described(targets.ledger)["LatestStreamLabel"]
        return label

    def _settle(self, source: str, target: str, streams: bool) -> None:
        """Give a restored table the settings of its source that a restore leaves out."""
        self._active(target)
        protected = self._described(source).get("DeletionProtectionEnabled", False)
        change: dict[str, Any] = {"DeletionProtectionEnabled": protected}
        if streams:
            stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            change["StreamSpecification"] = stream
        self.client.update_table(TableName=target, **change)
        self._active(target)
        recovery = {"PointInTimeRecoveryEnabled": True}
        self.client.update_continuous_backups(
            TableName=target, PointInTimeRecoverySpecification=recovery
        )

    def _active(self, table: str) -> None:
        waited_s = 0.0
        while self._described(table)["TableStatus"] != "ACTIVE":
            if waited_s >= self.patience_s:
                raise OpsError("restore_unfinished", f"{table} is not active yet")
            self.wait(_PAUSE_S)
            waited_s += _PAUSE_S

    def _described(self, table: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client.describe_table(TableName=table)["Table"]
        return described

    def _latest(self, table: str) -> datetime:
        answer = self.client.describe_continuous_backups(TableName=table)
        recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            raise OpsError("not_restorable", f"{table} has no point-in-time recovery")
        latest: datetime = recovery["LatestRestorableDateTime"]
        return latest
