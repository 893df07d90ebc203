"""The audit records on DynamoDB, written beside their change and read back.

The table is append-only: every put is conditional on the record's absence, and no role may update
or delete there. `id` begins with the time, so that a query answers in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any
from uuid import uuid4

from casino.audit.model import AuditRecord
from casino.aws.attributes import Item, text
from casino.aws.dynamodb import DynamoDbClient, query, transact, write
from casino.aws.tables import Tables
from casino.base.errors import BusyError

#: The id of an intent: it sorts before every time.
_INTENT = "#intent"


def transact_audited(
    client: DynamoDbClient, tables: Tables, writes: Sequence[dict[str, Any]], record: AuditRecord
) -> tuple[str, ...]:
    """Write a change together with its record: the one way in which people change anything.

    Returns () when it is done, or why it was cancelled, item by item of `writes`, as `transact`
    does. `writes` hold what makes the change conditional on the state that `record` tells of.
    """
    return transact(client, [*writes, audit_write(tables, record)])[: len(writes)]


def audit_write(tables: Tables, record: AuditRecord) -> dict[str, Any]:
    """Return the part of a transaction that appends `record`."""
    item: Item = {field.name: text(getattr(record, field.name)) for field in fields(AuditRecord)}
    item["id"] = text(f"{record.at}#{uuid4().hex[:12]}")
    absent = "attribute_not_exists(id)"
    return {"Put": {"TableName": tables.audit, "Item": item, "ConditionExpression": absent}}


class DynamoDbAudit:
    """Reads the audit records."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.audit

    def records(self, *subjects: str) -> list[AuditRecord]:
        """Return the records of these subjects, the oldest first."""
        items = [item for subject in subjects for item in self._of(subject)]
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
    """Read a record; the first ones had no reason."""
    return AuditRecord(
        **{field.name: item[field.name]["S"] for field in fields(AuditRecord) if field.name in item}
    )


class DynamoDbIntents:
    """What is meant to be done elsewhere: the intent, whose subject is taken once, and outcomes."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables
        self._audit = DynamoDbAudit(client, tables)

    def put_if_absent(self, intent: AuditRecord) -> bool:
        """Write the first record of a subject; false when there is one."""
        item: Item = {field.name: text(getattr(intent, field.name)) for field in fields(intent)}
        return write(
            self._client.put_item,
            TableName=self._tables.audit,
            Item=item | {"id": text(_INTENT)},
            ConditionExpression="attribute_not_exists(id)",
        )

    def append(self, record: AuditRecord) -> None:
        """Add what became of it."""
        if transact(self._client, [audit_write(self._tables, record)]):
            raise BusyError("the record could not be written")

    def of(self, subject: str) -> list[AuditRecord]:
        """Return the intent, then the rest."""
        return self._audit.records(subject)
