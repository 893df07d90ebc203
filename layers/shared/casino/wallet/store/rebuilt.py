"""What a rebuild writes on DynamoDB: each mending with its audit record, conditional on what was
read.

An item of the ledger is removed here and nowhere else: a mark whose entry a restored copy does not
have. No function may do this, nor does any role of the template allow it.
"""

import time
from collections.abc import Callable
from typing import Any, Final, assert_never

from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, flag, number, text
from casino.aws.dynamodb import CONDITION_FAILED, DynamoDbClient, difference, get, settle
from casino.aws.tables import Tables
from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Round, Tombstone, VoidMarker, Wallet
from casino.wallet.rebuild.model import (
    HeadChange,
    Mark,
    MarkAdded,
    MarkRemoved,
    Mending,
    RoundChange,
)
from casino.wallet.release import Release
from casino.wallet.store.bonus_items import GRANT
from casino.wallet.store.hold_items import ending_item, opening_item
from casino.wallet.store.items import (
    read_round,
    read_wallet,
    round_wallet,
    tombstone_item,
    void_item,
    wallet_item,
    wallet_item_key,
)
from casino.wallet.store.release_items import release_item

#: Attributes of a wallet that are there only while there is something to say.
_AT_TIMES: Final = ("held", "held_since", "held_seq", "held_wins", "bonus", "bonus_until")
_OF_ROUND: Final = ("finished", "since", "staked")


class DynamoDbMender:
    """`Mender` over the ledger's, the wallets', the rounds' and the audit table."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def mend(self, mending: Mending, audit: AuditRecord) -> bool:
        """Write one thing with its audit record; false when it is no longer as it was read."""
        done = False

        def step() -> bool:
            nonlocal done
            writes = self._writes(mending)
            if not writes:
                return True
            reasons = transact_audited(self._client, self._tables, writes, audit)
            done = not reasons
            return done or CONDITION_FAILED in reasons

        settle(step, self._sleep)
        return done

    def _writes(self, mending: Mending) -> list[dict[str, Any]]:
        match mending:
            case HeadChange(stored, derived):
                key = wallet_item_key(derived.player_id, derived.currency)
                item = get(self._client, self._tables.wallets, key)
                if (read_wallet(item) if item else None) != stored:
                    return []
                return _change(self._tables.wallets, key, item, _head(item or {}, derived))
            case RoundChange(stored, derived, since):
                key = _round_key(derived)
                item = get(self._client, self._tables.rounds, key)
                if (read_round(item) if item else None) != stored:
                    return []
                return _change(self._tables.rounds, key, item, _round(item or {}, derived, since))
            case MarkAdded(mark):
                return [_put(self._tables.ledger, _item(mark), "id")]
            case MarkRemoved(mark):
                return [_remove(self._tables.ledger, _item(mark))]
            case _:
                assert_never(mending)


def _change(table: str, key: Item, old: Item | None, new: Item) -> list[dict[str, Any]]:
    """Return the write that makes `new` of `old`; both versions differ, so it is conditional."""
    return difference(table, key, old, new) if old else [_put(table, new, next(iter(key)))]


def _put(table: str, item: Item, key: str) -> dict[str, Any]:
    absent = f"attribute_not_exists({key})"
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": absent}}


def _remove(table: str, item: Item) -> dict[str, Any]:
    return {
        "Delete": {
            "TableName": table,
            "Key": {"id": item["id"]},
            "ConditionExpression": "#record = :record AND #at = :at",
            "ExpressionAttributeNames": {"#record": "record", "#at": "at"},
            "ExpressionAttributeValues": {":record": item["record"], ":at": item["at"]},
        }
    }


def _head(item: Item, wallet: Wallet) -> Item:
    """Return a wallet's item; attributes that no entry tells of stay."""
    kept = {name: value for name, value in item.items() if name not in _AT_TIMES}
    new = kept | wallet_item(wallet)
    if "held" in item or wallet.held_minor:
        new["held"] = number(wallet.held_minor)
    if wallet.held_minor:
        new["held_since"], new["held_seq"] = text(wallet.held_since), number(wallet.held_seq)
    if "held_wins" in item or wallet.held_wins_minor:
        new["held_wins"] = number(wallet.held_wins_minor)
    return new


def _round_key(found: Round) -> Item:
    partition = round_wallet(found.integration, found.player_id, found.currency)
    return {"wallet": text(partition), "round_id": text(found.round_id)}


def _round(item: Item, found: Round, since: str) -> Item:
    counts = {
        "bets": number(found.bets),
        "refunds": number(found.refunds),
        "paid_wins": number(found.paid_wins),
        "version": number(found.version),
    }
    kept = {name: value for name, value in item.items() if name not in _OF_ROUND}
    kept = {name: value for name, value in kept.items() if not name.startswith(GRANT)}
    new = kept | _round_key(found) | counts
    if found.staked_minor is not None:
        new["staked"] = number(found.staked_minor)
        new |= {f"{GRANT}{grant}": number(minor) for grant, minor in found.grants}
    if since:
        new["since"] = text(since)
    return new | ({"finished": flag(True)} if found.finished else {})


def _item(mark: Mark) -> Item:
    match mark:
        case VoidMarker():
            return void_item(mark)
        case Tombstone():
            return tombstone_item(mark)
        case Hold() | Barred():
            return opening_item(mark)
        case Ending():
            return ending_item(mark)
        case Release():
            return release_item(mark)
        case _:
            assert_never(mark)
