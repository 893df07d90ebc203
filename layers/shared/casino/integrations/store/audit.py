"""The audit records on DynamoDB, put beside their change and read back.

The table is append-only: every put is conditional on the record's absence, and no role may update
or delete there. `subject` is the integration or `all`; `id` begins with the time, so that a query
answers in order.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import DynamoDbClient, query, scan
from casino.aws.tables import Tables
from casino.integrations.audit import AuditRecord


def audit_write(tables: Tables, record: AuditRecord) -> dict[str, Any]:
    """Return the part of a transaction that appends `record`."""
    item: Item = {
        "subject": text(record.subject),
        "id": text(f"{record.at}#{uuid4().hex[:12]}"),
        "what": text(record.what),
        "who": text(record.who),
        "at": text(record.at),
        "old": text(record.old),
        "new": text(record.new),
        "detail": text(record.detail),
    }
    absent = "attribute_not_exists(id)"
    return {"Put": {"TableName": tables.audit, "Item": item, "ConditionExpression": absent}}


class DynamoDbAudit:
    """Reads the audit records."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.audit

    def records(self, subject: str | None = None) -> list[AuditRecord]:
        """Return the records of one subject, or all of them, the oldest first."""
        items = list(self._of(subject) if subject else scan(self._client, self._table))
        return [_read(item) for item in sorted(items, key=lambda item: item["id"]["S"])]

    def _of(self, subject: str) -> Iterator[Item]:
        return query(
            self._client,
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": text(subject)},
            ConsistentRead=True,
        )


def _read(item: Item) -> AuditRecord:
    names = ("subject", "what", "who", "at", "old", "new", "detail")
    return AuditRecord(**{name: item[name]["S"] for name in names})
