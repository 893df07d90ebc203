"""What is allowed in a wallet, on DynamoDB: attributes of the wallet's own item.

A change moves the wallet's version: a bet that was decided before it no longer commits.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from casino.accounts.model import Controlled, Exclusion
from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, Value, number, text
from casino.aws.dynamodb import DynamoDbClient, get, query, settle, transact
from casino.aws.tables import Tables
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.limits.items import limits_value, play_value
from casino.limits.model import Limits, Pending
from casino.wallet.store.items import read_wallet, wallet_item_key

_ATTRIBUTE: Final[dict[Exclusion, str]] = {
    "self_exclusion": "self_excluded_until",
    "cool_off": "cool_off_until",
}
#: A transaction takes 100 items: two of them are the player and the audit record.
_WALLETS_AT_ONCE: Final = 98


class DynamoDbControls:
    """`Controls` over the wallets', the players' and the audit table."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def read(self, player_id: str, currency: str) -> Controlled | None:
        """Return a wallet with what waits, read consistently."""
        item = get(self._client, self._tables.wallets, wallet_item_key(player_id, currency))
        if item is None:
            return None
        waiting = item.get("pending_limits", {"M": {}})["M"]
        pending = (_read_pending(name, waiting[name]) for name in sorted(waiting))
        return Controlled(read_wallet(item), tuple(pending))

    def change(self, before: Controlled, after: Controlled, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`; false when the wallet moved meanwhile."""
        wallet = after.wallet
        sets = {
            "limits": limits_value(after.limits),
            "pending_limits": {"M": {each.name: _pending(each) for each in after.pending}},
        }
        if wallet.play is not None and wallet.play != before.wallet.play:
            sets["play"] = play_value(wallet.play)
        values = {f":{name}": value for name, value in sets.items()}
        update = {
            "TableName": self._tables.wallets,
            "Key": wallet_item_key(wallet.player_id, wallet.currency),
            "UpdateExpression": f"SET {', '.join(f'{name} = :{name}' for name in sets)}"
            " ADD version :one",
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": values
            | {":one": number(1), ":read": number(before.wallet.version)},
        }
        return not transact_audited(self._client, self._tables, [{"Update": update}], audit)

    def exclude(self, player_id: str, exclusion: Exclusion, until: int, audit: AuditRecord) -> None:
        """Exclude a player from every wallet; see the port."""
        name = _ATTRIBUTE[exclusion]

        def change() -> bool:
            player = get(self._client, self._tables.players, {"player_id": text(player_id)})
            if player is None:
                raise LookupError(f"player {player_id} does not exist")
            writes = [
                self._exclude(item, name, until)
                for item in self._wallets(player_id)
                if _end(item, name) < until
            ]
            stands = int(player.get(name, number(0))["N"])
            if stands > until:
                raise AdminError("exclusion_stands", f"it stands until {iso_utc(stands)}")
            if stands < until:
                first, writes = writes[:_WALLETS_AT_ONCE], writes[_WALLETS_AT_ONCE:]
                owner = self._exclude_player(player, name, until)
                if transact_audited(self._client, self._tables, [owner, *first], audit):
                    return False
            return not any(
                transact(self._client, writes[start : start + _WALLETS_AT_ONCE])
                for start in range(0, len(writes), _WALLETS_AT_ONCE)
            )

        settle(change, self._sleep)

    def _wallets(self, player_id: str) -> Iterator[Item]:
        return query(
            self._client,
            TableName=self._tables.wallets,
            KeyConditionExpression="player_id = :player",
            ExpressionAttributeValues={":player": text(player_id)},
            ConsistentRead=True,
        )

    def _exclude(self, item: Item, name: str, until: int) -> dict[str, Any]:
        """Bets may come between; another change of the limits may not."""
        values: Item = {":one": number(1)}
        alone = Limits(self_excluded_until=until)
        if name == "cool_off_until":
            alone = Limits(cool_off_until=until)
        if "limits" in item:
            change = f"SET limits.{name} = :until ADD version :one"
            condition = f"limits.{name} = :read"
            values |= {":until": number(until), ":read": item["limits"]["M"][name]}
        else:
            change, condition = (
                "SET limits = :limits ADD version :one",
                "attribute_not_exists(limits)",
            )
            values[":limits"] = limits_value(alone)
        return {
            "Update": {
                "TableName": self._tables.wallets,
                "Key": {"player_id": item["player_id"], "currency": item["currency"]},
                "UpdateExpression": change,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def _exclude_player(self, player: Item, name: str, until: int) -> dict[str, Any]:
        """Move the player's version on, so that no wallet that is being added slips through."""
        values: Item = {":one": number(1), ":until": number(until)}
        condition = "attribute_exists(player_id) AND attribute_not_exists(#version)"
        if "version" in player:
            condition, values[":read"] = "#version = :read", player["version"]
        return {
            "Update": {
                "TableName": self._tables.players,
                "Key": {"player_id": player["player_id"]},
                "UpdateExpression": f"SET {name} = :until ADD #version :one",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": values,
            }
        }


def _end(wallet: Item, name: str) -> int:
    return int(wallet["limits"]["M"][name]["N"]) if "limits" in wallet else 0


def _pending(pending: Pending) -> Value:
    value = {"NULL": True} if pending.value is None else number(pending.value)
    return {"L": [value, number(pending.since)]}


def _read_pending(name: str, value: Value) -> Pending:
    stored, since = value["L"]
    return Pending(name, int(stored["N"]) if "N" in stored else None, int(since["N"]))
