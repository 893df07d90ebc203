"""What people ask of the synchronisation, written with its audit record before a run begins."""

from dataclasses import dataclass
from typing import Any

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import text
from casino.aws.dynamodb import DynamoDbClient, settle
from casino.aws.tables import Tables
from casino.catalogue.store.run_items import state_key


@dataclass(frozen=True, slots=True)
class DynamoDbOrders:
    """Orders, in the item that holds the lease and the checkpoint of an integration."""

    client: DynamoDbClient
    tables: Tables
    sync_table: str

    def order(self, integration: str, accept_drop: bool, audit: AuditRecord) -> None:
        """Write down who asked last and, with `accept_drop`, that the catalogue did shrink."""
        values: dict[str, Any] = {":who": text(audit.who)}
        update = "SET asked_by = :who"
        if accept_drop:
            update, values[":yes"] = f"{update}, drop_accepted = :yes", {"BOOL": True}
        change = {
            "TableName": self.sync_table,
            "Key": state_key(integration),
            "UpdateExpression": update,
            "ExpressionAttributeValues": values,
        }
        settle(lambda: not transact_audited(self.client, self.tables, [{"Update": change}], audit))
