"""Game sessions on DynamoDB; the hooks read them with the wallet, through the ledger's store."""

import time
from collections.abc import Callable
from dataclasses import replace

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, difference, get, settle
from casino.aws.tables import Tables
from casino.sessions.store.items import introduce, watch_item
from casino.wallet.model import Session, SessionStatus
from casino.wallet.store.items import read_session, session_item
from casino.wallet.store.tokens import copy_changes


class DynamoDbSessions:
    """`Sessions` over the sessions' table."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def get(self, session_id: str) -> Session | None:
        """Return a session, or `None`."""
        item = get(self._client, self._tables.sessions, {"session_id": text(session_id)})
        return read_session(item) if item else None

    def add(self, session: Session, audit: AuditRecord) -> bool:
        """Create the session, watch it, and introduce its player to its integration.

        False when its id is taken, or there is no such player. A session that stands there exactly
        like this was created by an earlier try.
        """
        put = {
            "TableName": self._tables.sessions,
            "Item": session_item(session) | watch_item(session, check_at=0),
            "ConditionExpression": "attribute_not_exists(session_id)",
        }
        writes = [{"Put": put}, introduce(self._tables.players, session)]

        def create() -> bool:
            reasons = transact_audited(self._client, self._tables, writes, audit)
            return not reasons or CONDITION_FAILED in reasons

        settle(create, self._sleep)
        return self.get(session.session_id) == session

    def set_status(self, session_id: str, status: SessionStatus, audit: AuditRecord) -> bool:
        """Change a session's status; false when it is closed for good, was never open, or is none.

        It is looked at in the next run of the schedule, which tells the provider of its end.
        """
        key = {"session_id": text(session_id)}
        changeable = False

        def change() -> bool:
            nonlocal changeable
            old = get(self._client, self._tables.sessions, key) or {}
            stood = old["status"]["S"] if old else ""
            changeable = stood in ("active", "suspended", status)
            if not changeable or stood == status:
                return True
            new = old | {"status": text(status), "check_at": number(0)}
            changed, token = replace(read_session(old), status=status), old.get("session_token")
            update = difference(self._tables.sessions, key, old, new)
            update += copy_changes(self._client, self._tables.sessions, changed, token)
            record = replace(audit, old=stood, new=status)
            return not transact_audited(self._client, self._tables, update, record)

        settle(change, self._sleep)
        return changeable
