"""Players and their wallets on DynamoDB, as the platform manages them.

The player item's `version` orders the changes of two operators: adding a wallet and blocking the
player both move it, so that no wallet slips in unblocked. The wallet's own `version` orders them
with the hooks: a bet that was decided before the change no longer commits.

Every change is written with its audit record; the store fills in what stood there before, which the
write is conditional on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from casino.audit.model import AuditRecord, Once, OnceRecord
from casino.audit.store import once_write, transact_audited
from casino.aws.attributes import Item, flag, number, text
from casino.aws.dynamodb import (
    DynamoDbClient,
    batch_get,
    get,
    query,
    scan,
    settle,
    transact,
)
from casino.aws.tables import Tables
from casino.wallet.chain import genesis_hash
from casino.wallet.decision import BalanceFacts
from casino.wallet.model import Player, Wallet
from casino.wallet.store.items import (
    player_item,
    read_player,
    read_session,
    read_wallet,
    wallet_item,
    wallet_item_key,
)

if TYPE_CHECKING:  # the hooks, which read balances here, load no limits
    from casino.limits.model import Limits

#: A transaction takes 100 items: three are the player, the audit record and a request's answer.
_WALLETS_AT_ONCE: Final = 97
_STATES: Final = {True: "blocked", False: "active"}


class DynamoDbAccounts:
    """`Accounts` over the players', wallets' and sessions' tables."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def player(self, player_id: str) -> Player | None:
        """Return a player, or `None`."""
        item = get(self._client, self._tables.players, {"player_id": text(player_id)})
        return read_player(item) if item else None

    def wallet(self, player_id: str, currency: str) -> Wallet | None:
        """Return a wallet, or `None`."""
        item = get(self._client, self._tables.wallets, wallet_item_key(player_id, currency))
        return read_wallet(item) if item else None

    def balance(self, player_id: str, currency: str, session_id: str | None) -> BalanceFacts:
        """Read what a balance answer needs, consistently, in one round trip."""
        keys: dict[str, list[Item]] = {
            self._tables.players: [{"player_id": text(player_id)}],
            self._tables.wallets: [wallet_item_key(player_id, currency)],
        }
        if session_id is not None:
            keys[self._tables.sessions] = [{"session_id": text(session_id)}]
        found = batch_get(self._client, keys)
        players, wallets = found[self._tables.players], found[self._tables.wallets]
        sessions = found.get(self._tables.sessions)
        return BalanceFacts(
            read_player(players[0]) if players else None,
            read_wallet(wallets[0]) if wallets else None,
            read_session(sessions[0]) if sessions else None,
        )

    def wallets(self, player_id: str | None = None) -> Iterator[Wallet]:
        """Yield the wallets of one player, or every wallet, read consistently."""
        if player_id is None:
            items = scan(self._client, self._tables.wallets)
        else:
            items = query(
                self._client,
                TableName=self._tables.wallets,
                KeyConditionExpression="player_id = :player",
                ExpressionAttributeValues={":player": text(player_id)},
                ConsistentRead=True,
            )
        return map(read_wallet, items)

    def add_player(
        self, player: Player, audit: AuditRecord, currencies: Sequence[str] = ()
    ) -> bool:
        """Create the player with empty wallets, all or nothing; false when it exists."""
        writes = [
            _put(self._tables.players, player_item(player)),
            *(self._put_wallet(player, currency) for currency in currencies),
        ]
        made = False

        def add() -> bool:
            nonlocal made
            if self.player(player.player_id) is not None:
                return True
            made = not self._audited(writes, audit)
            return made

        settle(add, self._sleep)
        return made

    def add_wallet(self, player_id: str, currency: str, audit: AuditRecord) -> None:
        """Create an empty wallet, blocked and excluded as its player is, unless it exists.

        Raises `LookupError` when the player does not exist.
        """

        def add() -> bool:
            if self.wallet(player_id, currency) is not None:
                return True
            player = self._player_item(player_id)
            put = self._put_wallet(read_player(player), currency)
            return not self._audited([self._touch(player), put], audit)

        settle(add, self._sleep)

    def set_blocked(self, player_id: str, blocked: bool, audit: AuditRecord) -> None:
        """Block or unblock the player: no bet decided before it returns is applied after.

        Raises `LookupError` when the player does not exist.
        """

        def change() -> bool:
            player = self._player_item(player_id)
            updates = [self._block(wallet, blocked) for wallet in self.wallets(player_id)]
            first, rest = updates[:_WALLETS_AT_ONCE], updates[_WALLETS_AT_ONCE:]
            stood = replace(audit, old=_STATES[read_player(player).blocked], new=_STATES[blocked])
            once = None
            if rest and isinstance(stood, OnceRecord):
                # The request is answered when its last wallet is changed, and not before.
                once, stood = stood.once, replace(stood, once=None)
            if self._audited([self._touch(player, blocked), *first], stood):
                return False
            return self._block_rest(player_id, blocked, rest, once)

        settle(change, self._sleep)

    def _audited(self, writes: list[dict[str, Any]], audit: AuditRecord) -> tuple[str, ...]:
        return transact_audited(self._client, self._tables, writes, audit)

    def _put_wallet(self, player: Player, currency: str) -> dict[str, Any]:
        """Create an empty wallet, blocked and excluded as its player is."""
        wallet = Wallet(
            player_id=player.player_id,
            currency=currency,
            balance_minor=0,
            reserved_minor=0,
            seq=0,
            version=0,
            head_hash=genesis_hash(player.player_id, currency),
            blocked=player.blocked,
            limits=_exclusions_of(player),
        )
        return _put(self._tables.wallets, wallet_item(wallet))

    def _player_item(self, player_id: str) -> Item:
        item = get(self._client, self._tables.players, {"player_id": text(player_id)})
        if item is None:
            raise LookupError(f"player {player_id} does not exist")
        return item

    def _touch(self, player: Item, blocked: bool | None = None) -> dict[str, Any]:
        """Move the player's version on from the one that was read, and perhaps block."""
        update = "ADD #version :one"
        names, values = _names("version"), {":one": number(1)}
        if blocked is not None:
            update += " SET #blocked = :blocked"
            names |= _names("blocked")
            values[":blocked"] = flag(blocked)
        # A player whose version never moved has none, and was then read to exist.
        unmoved = "attribute_exists(player_id) AND attribute_not_exists(#version)"
        condition = unmoved
        if "version" in player:
            condition, values[":read"] = "#version = :read", player["version"]
        return {
            "Update": {
                "TableName": self._tables.players,
                "Key": {"player_id": player["player_id"]},
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def _block(self, wallet: Wallet, blocked: bool) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._tables.wallets,
                "Key": wallet_item_key(wallet.player_id, wallet.currency),
                "UpdateExpression": "SET #blocked = :blocked ADD #version :one",
                "ConditionExpression": "attribute_exists(player_id)",
                "ExpressionAttributeNames": _names("blocked", "version"),
                "ExpressionAttributeValues": {":blocked": flag(blocked), ":one": number(1)},
            }
        }

    def _block_rest(
        self, player_id: str, blocked: bool, rest: list[dict[str, Any]], once: Once | None
    ) -> bool:
        """Change the wallets beyond one transaction's; false when an operator came between."""
        for start in range(0, len(rest), _WALLETS_AT_ONCE):
            player = self._player_item(player_id)
            if player["blocked"]["BOOL"] != blocked:
                return False
            chunk = rest[start : start + _WALLETS_AT_ONCE]
            is_last = start + _WALLETS_AT_ONCE >= len(rest)
            answer = [once_write(self._tables, once)] if once is not None and is_last else []
            if transact(self._client, [self._touch(player), *chunk, *answer]):
                return False
        return True


def _put(table: str, item: Item) -> dict[str, Any]:
    """Create an item of a player, unless it exists."""
    absent = "attribute_not_exists(player_id)"
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": absent}}


def _exclusions_of(player: Player) -> "Limits | None":
    """Return what a new wallet of an excluded player holds."""
    ends = (player.self_excluded_until, player.cool_off_until)
    if not any(ends):
        return None
    from casino.limits.model import Limits

    return Limits(self_excluded_until=ends[0], cool_off_until=ends[1])


def _names(*attributes: str) -> dict[str, str]:
    """Stand in for attribute names, some of which are DynamoDB's reserved words."""
    return {f"#{attribute}": attribute for attribute in attributes}
