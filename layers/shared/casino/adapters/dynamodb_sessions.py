"""Game sessions on DynamoDB; the hooks read them together with the wallet, see the ledger."""

from casino.adapters.dynamodb_calls import DynamoDbClient, get, write
from casino.adapters.dynamodb_items import read_session, session_item, text
from casino.adapters.tables import Tables
from casino.domain.model import Session, SessionStatus


class DynamoDbSessions:
    """`Sessions` over the sessions' table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.sessions

    def get(self, session_id: str) -> Session | None:
        """Return a session, or `None`."""
        item = get(self._client, self._table, {"session_id": text(session_id)})
        return read_session(item) if item else None

    def add(self, session: Session) -> bool:
        """Create the session; false when its id is taken.

        A session that stands there exactly like this was created by an earlier try.
        """
        created = write(
            self._client.put_item,
            TableName=self._table,
            Item=session_item(session),
            ConditionExpression="attribute_not_exists(session_id)",
        )
        return created or self.get(session.session_id) == session

    def set_status(self, session_id: str, status: SessionStatus) -> bool:
        """Change a session's status; false when it does not exist, or is closed for good."""
        may_change = "#status <> :closed OR :status = :closed"
        return write(
            self._client.update_item,
            TableName=self._table,
            Key={"session_id": text(session_id)},
            UpdateExpression="SET #status = :status",
            ConditionExpression=f"attribute_exists(session_id) AND ({may_change})",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": text(status), ":closed": text("closed")},
        )
