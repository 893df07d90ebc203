"""Launches on DynamoDB: one batch read, then conditional writes of the session's item.

Every condition names the try that was read, so that a second writer changes nothing. When a reply
is lost, the SDK repeats a write that may have been made: an item exactly as it was sent is this
try's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casino.aws.attributes import Item, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, batch_get, get, transact
from casino.aws.tables import Tables
from casino.base.errors import BusyError
from casino.catalogue.model import Game
from casino.sessions.model import Launch, LaunchOrder
from casino.sessions.ports import Found
from casino.sessions.store.items import introduce, launch_item, read_launch, watch_item
from casino.wallet.store.items import read_player, read_wallet
from casino.wallet.store.tokens import put_copy


@dataclass(frozen=True, slots=True)
class GameItems:
    """Where the catalogue keeps a game, so that it is read together with the player."""

    table: str
    key: Callable[[str], Item]
    read: Callable[[Item], Game]


class DynamoDbLaunches:
    """`Launches` over the sessions' table, and what a launch is judged by."""

    def __init__(self, client: DynamoDbClient, tables: Tables, games: GameItems) -> None:
        self._client = client
        self._tables = tables
        self._games = games

    def load(self, order: LaunchOrder) -> Found:
        """Read game, player, wallet and session, consistently, in one round trip."""
        wallet = {"player_id": text(order.player_id), "currency": text(order.currency)}
        found = batch_get(
            self._client,
            {
                self._games.table: [self._games.key(order.game_id)],
                self._tables.players: [{"player_id": text(order.player_id)}],
                self._tables.wallets: [wallet],
                self._tables.sessions: [{"session_id": text(order.session_id)}],
            },
        )
        games, players = found[self._games.table], found[self._tables.players]
        wallets, sessions = found[self._tables.wallets], found[self._tables.sessions]
        return Found(
            game=self._games.read(games[0]) if games else None,
            player=read_player(players[0]) if players else None,
            wallet=read_wallet(wallets[0]) if wallets else None,
            launch=read_launch(sessions[0]) if sessions else None,
        )

    def get(self, session_id: str) -> Launch | None:
        """Return a session with its launch, or `None`."""
        item = get(self._client, self._tables.sessions, {"session_id": text(session_id)})
        return read_launch(item) if item else None

    def begin(self, launch: Launch, over: Launch | None, check_at: int) -> bool:
        """Write a session before its provider is called, or take `over` as it was read.

        A session for money introduces the player, as the provider is told the balance next.
        """
        writes = [{"Put": self._put(launch, over, check_at)}]
        if not launch.session.is_demo:
            writes.append(introduce(self._tables.players, launch.session))
        return self._written(writes) or self._stands(launch)

    def replace(
        self, failed: Launch, failed_check_at: int | None, fresh: Launch, check_at: int
    ) -> bool:
        """Write a launch's failure and its second session, both or neither."""
        writes = [
            {"Put": self._ending(failed, failed_check_at)},
            {"Put": self._put(fresh, None, check_at)},
        ]
        return self._written(writes) or (self._stands(failed) and self._stands(fresh))

    def end(self, launch: Launch, check_at: int | None) -> bool:
        """Write how a try ended, if it still owns the session."""
        writes = [{"Put": self._ending(launch, check_at)}]
        if launch.session_token:
            writes.append(put_copy(self._tables.sessions, launch.session, launch.session_token))
        return self._written(writes) or self._stands(launch)

    def _written(self, writes: list[dict[str, Any]]) -> bool:
        """Write all or nothing; false when a condition does not hold."""
        reasons = transact(self._client, writes)
        if reasons and CONDITION_FAILED not in reasons:
            raise BusyError("another transaction holds a session or the player")
        return not reasons

    def _put(self, launch: Launch, over: Launch | None, check_at: int) -> dict[str, Any]:
        put = {"TableName": self._tables.sessions, "Item": _item(launch, check_at)}
        if over is None:
            return put | {"ConditionExpression": "attribute_not_exists(session_id)"}
        return put | _as_read(over)

    def _ending(self, launch: Launch, check_at: int | None) -> dict[str, Any]:
        """The item is written whole: no one but the owning try changes a launching session."""
        put = {"TableName": self._tables.sessions, "Item": _item(launch, check_at)}
        return put | {
            "ConditionExpression": "#attempt = :attempt AND #status = :launching",
            "ExpressionAttributeNames": {"#attempt": "attempt", "#status": "status"},
            "ExpressionAttributeValues": {
                ":attempt": text(launch.attempt),
                ":launching": text("launching"),
            },
        }

    def _stands(self, launch: Launch) -> bool:
        found = self.get(launch.session.session_id)
        return (
            found is not None
            and found.attempt == launch.attempt
            and found.session.status == launch.session.status
        )


def _item(launch: Launch, check_at: int | None) -> Item:
    item = launch_item(launch)
    return item if check_at is None else item | watch_item(launch.session, check_at)


def _as_read(launch: Launch) -> dict[str, Any]:
    """The condition that a launch is still the one that was read, and may be tried again."""
    return {
        "ConditionExpression": (
            "#attempt = :attempt AND #status = :status AND attribute_not_exists(#final)"
        ),
        "ExpressionAttributeNames": {
            "#attempt": "attempt",
            "#status": "status",
            "#final": "final",
        },
        "ExpressionAttributeValues": {
            ":attempt": text(launch.attempt),
            ":status": text(launch.session.status),
        },
    }
