"""Game sessions on DynamoDB; the hooks read them with the wallet, through the ledger's store."""

from casino.aws.attributes import number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, get, settle, transact, write
from casino.aws.tables import Tables
from casino.sessions.store.items import introduce, watch_item
from casino.wallet.model import Session, SessionStatus
from casino.wallet.store.items import read_session, session_item


class DynamoDbSessions:
    """`Sessions` over the sessions' table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables
        self._table = tables.sessions

    def get(self, session_id: str) -> Session | None:
        """Return a session, or `None`."""
        item = get(self._client, self._table, {"session_id": text(session_id)})
        return read_session(item) if item else None

    def add(self, session: Session) -> bool:
        """Create the session, watch it, and introduce its player to its integration.

        False when its id is taken, or there is no such player. A session that stands there exactly
        like this was created by an earlier try.
        """
        put = {
            "TableName": self._table,
            "Item": session_item(session) | watch_item(session.session_id, check_at=0),
            "ConditionExpression": "attribute_not_exists(session_id)",
        }
        writes = [{"Put": put}, introduce(self._tables.players, session)]

        def create() -> bool:
            reasons = transact(self._client, writes)
            return not reasons or CONDITION_FAILED in reasons

        settle(create)
        return self.get(session.session_id) == session

    def set_status(self, session_id: str, status: SessionStatus) -> bool:
        """Change a session's status; false when it is closed for good, was never open, or is none.

        It is looked at in the next run of the schedule, which tells the provider of its end.
        """
        may_change = "#status <> :closed OR :status = :closed"
        return write(
            self._client.update_item,
            TableName=self._table,
            Key={"session_id": text(session_id)},
            UpdateExpression="SET #status = :status, check_at = :next_run",
            ConditionExpression=(
                "attribute_exists(session_id) AND NOT #status IN (:launching, :failed)"
                f" AND ({may_change})"
            ),
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":status": text(status),
                ":next_run": number(0),
                ":launching": text("launching"),
                ":failed": text("failed"),
                ":closed": text("closed"),
            },
        )
