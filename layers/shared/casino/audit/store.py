"""The audit records on DynamoDB, written beside their change and read back.

The table is append-only: every put is conditional on the record's absence, and no role may update
or delete there. `id` begins with the time, so that a query answers in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any
from uuid import uuid4

from casino.audit.model import AnsweredError, AuditRecord, Once, OnceRecord
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, get, query, transact, write
from casino.aws.tables import Tables
from casino.base.errors import BusyError

#: The id of an intent: it sorts before every time.
_INTENT = "#intent"
#: The id of an answer.
_ANSWER = "#answer"


def transact_audited(
    client: DynamoDbClient, tables: Tables, writes: Sequence[dict[str, Any]], record: AuditRecord
) -> tuple[str, ...]:
    """Write a change together with its record: the one way in which people change anything.

    Returns () when it is done, or why it was cancelled, item by item of `writes`, as `transact`
    does. `writes` hold what makes the change conditional on the state that `record` tells of.
    Raises `AnsweredError` when the request of `record` was answered before.
    """
    once = record.once if isinstance(record, OnceRecord) else None
    answer = [once_write(tables, once)] if once is not None else []
    reasons = transact(client, [*writes, audit_write(tables, record), *answer])
    if once is not None and reasons[-1:] == (CONDITION_FAILED,):
        raise AnsweredError
    # Without `writes` the record alone is written: its own reason counts.
    return reasons[: len(writes) or 1]


def once_write(tables: Tables, once: Once) -> dict[str, Any]:
    """Return the part of a transaction that answers a request, unless its key has an answer."""
    absent = "attribute_not_exists(id)"
    item = _answer_item(once)
    return {"Put": {"TableName": tables.audit, "Item": item, "ConditionExpression": absent}}


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
        return [read_record(item) for item in sorted(items, key=lambda item: item["id"]["S"])]

    def _of(self, subject: str) -> Iterator[Item]:
        return query(
            self._client,
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": text(subject)},
            ConsistentRead=True,
        )


def _answer_key(key: str) -> Item:
    """Return where an answer stands: by a digest, so that who reads the table knows no key."""
    return {"subject": text(f"key#{sha256(key.encode()).hexdigest()}"), "id": text(_ANSWER)}


def _answer_item(once: Once) -> Item:
    said = {"fingerprint": text(once.fingerprint), "body": text(once.body)}
    return _answer_key(once.key) | said | {"status": number(once.status)}


class DynamoDbAnswers:
    """What requests were answered that change something once; an answer stays for ever."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.audit

    def find(self, key: str) -> Once | None:
        """Return what stands under a key, consistently."""
        item = get(self._client, self._table, _answer_key(key))
        if item is None:
            return None
        body, status = item["body"]["S"], int(item["status"]["N"])
        return Once(key, item["fingerprint"]["S"], status, body)

    def put_if_absent(self, once: Once) -> bool:
        """Write an answer; false when its key has one."""
        return write(
            self._client.put_item,
            TableName=self._table,
            Item=_answer_item(once),
            ConditionExpression="attribute_not_exists(id)",
        )


def read_record(item: Item) -> AuditRecord:
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
