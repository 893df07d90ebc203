"""The sessions that somebody still has to end, on DynamoDB: two sparse indexes.

Only a watched session has the attributes of `by_check` and `by_player`. The indexes name the
sessions that may be due, or a player's; the table decides whether they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import batched, islice
from typing import Any, Final

from casino.aws.attributes import Item, flag, number, text
from casino.aws.dynamodb import (
    BATCH_KEYS,
    CONDITION_FAILED,
    DynamoDbClient,
    batch_get,
    query,
    transact,
    write,
)
from casino.aws.tables import Tables
from casino.base.errors import BusyError
from casino.sessions.model import Launch
from casino.sessions.ports import WatchedSession
from casino.sessions.store.items import SHARDS, read_launch, watch_item
from casino.wallet.store.tokens import copy_changes

_NAMES: Final = {"#shard": "shard", "#check": "check_at"}
_OF: Final = {"#of": "watched_of"}


class DynamoDbWatchedSessions:
    """`WatchedSessions` over the sessions' table."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._table = tables.sessions

    def due(self, now: int, limit: int) -> Iterator[WatchedSession]:
        """Yield up to `limit` sessions whose time to be looked at has come."""
        return islice(self._due(now), limit)

    def _due(self, now: int) -> Iterator[WatchedSession]:
        for number_of_shard in range(SHARDS):
            keys = query(
                self._client,
                TableName=self._table,
                IndexName="by_check",
                KeyConditionExpression="#shard = :shard AND #check <= :now",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    ":shard": text(f"watch#{number_of_shard}"),
                    ":now": number(now),
                },
                Limit=BATCH_KEYS,
            )
            for page in batched(keys, BATCH_KEYS, strict=False):
                yield from self._read(page, now)

    def _read(self, page: tuple[Item, ...], now: int) -> Iterator[WatchedSession]:
        ids: list[Item] = [{"session_id": key["session_id"]} for key in page]
        items = {
            item["session_id"]["S"]: item
            for item in batch_get(self._client, {self._table: ids})[self._table]
        }
        for key in page:
            item = items.get(key["session_id"]["S"], {})
            if "shard" in item and int(item["check_at"]["N"]) <= now:
                tells = int(item.get("tells", {"N": "0"})["N"])
                yield WatchedSession(read_launch(item), int(item["check_at"]["N"]), tells)

    def of_player(self, player_id: str) -> Iterator[str]:
        """Yield the ids of a player's sessions, as the index knows them by now."""
        keys = query(
            self._client,
            TableName=self._table,
            IndexName="by_player",
            KeyConditionExpression="#of = :player",
            ExpressionAttributeNames=_OF,
            ExpressionAttributeValues={":player": text(player_id)},
        )
        return (key["session_id"]["S"] for key in keys)

    def close(self, launch: Launch, check_at: int) -> bool:
        """Close the session (a failed launch becomes final), and watch on until `forget`."""
        session_id = launch.session.session_id
        watched = watch_item(launch.session, check_at)
        values = {
            ":seen": text(launch.session.status),
            ":shard": watched["shard"],
            ":check": watched["check_at"],
            ":player": watched["watched_of"],
        }
        names = _NAMES | _OF | {"#status": "status", "#attempt": "attempt", "#tells": "tells"}
        if launch.session.status == "failed":
            end, names["#final"], values[":end"] = "#final = :end", "final", flag(True)
        else:
            end, values[":end"] = "#status = :end", text("closed")
        same_try = "attribute_not_exists(#attempt)"
        if launch.attempt:
            same_try, values[":attempt"] = "#attempt = :attempt", text(launch.attempt)
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": {"session_id": text(session_id)},
            "UpdateExpression": f"SET {end}, #shard = :shard, #check = :check, #of = :player"
            " REMOVE #tells",
            "ConditionExpression": f"#status = :seen AND {same_try}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        if launch.session_token is None:
            return write(self._client.update_item, **update)
        closed, token = replace(launch.session, status="closed"), text(launch.session_token)
        copy = copy_changes(self._client, self._table, closed, token)
        reasons = transact(self._client, [{"Update": update}, *copy])
        if reasons and CONDITION_FAILED not in reasons:
            raise BusyError("another transaction holds the session")
        return not reasons

    def look_again(self, watched: WatchedSession, check_at: int, tells: int = 0) -> bool:
        """Look at it again later; this also claims it, since only one of two runs succeeds."""
        return self._update(
            watched.launch.session.session_id,
            UpdateExpression="SET #check = :check, #tells = :tells",
            ConditionExpression="attribute_exists(#shard) AND #check = :seen",
            ExpressionAttributeNames=_NAMES | {"#tells": "tells"},
            ExpressionAttributeValues={
                ":check": number(check_at),
                ":tells": number(tells),
                ":seen": number(watched.check_at),
            },
        )

    def forget(self, session_id: str) -> None:
        """Look at it no more."""
        self._update(
            session_id,
            UpdateExpression="REMOVE #shard, #check, #tells, #of",
            ConditionExpression="attribute_exists(session_id)",
            ExpressionAttributeNames=_NAMES | _OF | {"#tells": "tells"},
        )

    def _update(self, session_id: str, **request: Any) -> bool:
        key = {"session_id": text(session_id)}
        return write(self._client.update_item, TableName=self._table, Key=key, **request)
