"""What stands beside the ledger, as the verifier reads it: rounds, sessions, players, the audit."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import batched

from casino.audit.model import AuditRecord, of_player
from casino.audit.store import read_record
from casino.aws.attributes import text
from casino.aws.dynamodb import BATCH_KEYS, DynamoDbClient, batch_get, get, query
from casino.aws.tables import Tables
from casino.wallet.model import Player, Round, Session
from casino.wallet.ports import Unreadable
from casino.wallet.store.items import read_player, read_round, read_session, round_wallet
from casino.wallet.store.reading import readable


class DynamoDbBeside:
    """The part of `History` that reads other tables than the ledger."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables
        self._rounds = tables.rounds

    def rounds_of(
        self, player_id: str, currency: str, integrations: Iterable[str]
    ) -> Iterator[Round | Unreadable]:
        """Yield the rounds of a wallet with some integrations, read consistently."""
        for name in integrations:
            partition = text(round_wallet(name, player_id, currency))
            for item in query(
                self._client,
                TableName=self._rounds,
                KeyConditionExpression="#wallet = :wallet",
                ExpressionAttributeNames={"#wallet": "wallet"},
                ExpressionAttributeValues={":wallet": partition},
                ConsistentRead=True,
            ):
                yield readable(read_round, item)

    def sessions(self, ids: Iterable[str]) -> Iterator[Session | Unreadable]:
        """Yield the sessions with these ids, in no order."""
        table = self._tables.sessions
        for page in batched(ids, BATCH_KEYS, strict=False):
            keys = [{"session_id": text(each)} for each in page]
            for item in batch_get(self._client, {table: keys})[table]:
                found = readable(read_session, item)
                own = item["session_id"]["S"]
                yield replace(found, what=own) if isinstance(found, Unreadable) else found

    def player(self, player_id: str) -> Player | Unreadable | None:
        """Return a player."""
        item = get(self._client, self._tables.players, {"player_id": text(player_id)})
        return readable(read_player, item) if item else None

    def changes(self, player_id: str) -> list[AuditRecord | Unreadable] | None:
        """Return the audit of a player, the oldest first; `None` without the table."""
        if not self._tables.audit:
            return None
        items = query(
            self._client,
            TableName=self._tables.audit,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": text(of_player(player_id))},
            ConsistentRead=True,
        )
        return [readable(read_record, item) for item in items]
