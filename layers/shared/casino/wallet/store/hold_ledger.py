"""The ledger for bets in two steps: what a hold and its end read and write.

No request names a wallet. A hold finds it by the session, whose id may name the player. An end
takes the wallet as the hold left it: when it has moved since, the commit fails and hands back the
present one, which costs no more round trips than reading it would have. See ADR 0059.
"""

from dataclasses import replace
from typing import Any

from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import batch_get, get
from casino.wallet.decision import Snapshot
from casino.wallet.hold import Ending, HoldSnapshot, named_player
from casino.wallet.model import Transaction, Wallet
from casino.wallet.ports import Commit
from casino.wallet.record_hold import HoldCommit
from casino.wallet.store.hold_items import (
    end_id,
    ending_item,
    hold_id,
    opening_item,
    read_hold_item,
)
from casino.wallet.store.items import entry_id, read_session, read_wallet, wallet_item_key
from casino.wallet.store.ledger import DynamoDbLedger, transaction_item


class DynamoDbHoldLedger(DynamoDbLedger):
    """`Ledger` of holds, settlements and rollbacks."""

    def load(self, request: Transaction, seen: Snapshot | None = None) -> HoldSnapshot:
        """Read the entry, what stands under the bet, for a hold its session, and the wallet."""
        if request.kind == "notice":
            return HoldSnapshot(super().load(replace(request, session_id=None), seen).entry)
        bet_id = request.bet_transaction_id or ""
        own = entry_id(request.integration, request.transaction_id)
        opened = hold_id(request.integration, bet_id)
        ended = end_id(request.integration, bet_id)
        ids = [own, opened] if request.kind == "hold" else [own, opened, ended]
        keys: dict[str, list[Item]] = {self._tables.ledger: [{"id": text(key)} for key in ids]}
        owner = _owner(request, seen)
        if owner is not None:
            keys[self._tables.wallets] = [wallet_item_key(*owner)]
        if request.kind == "hold":
            keys[self._tables.sessions] = [{"session_id": text(request.session_id or "")}]
        found = batch_get(self._client, keys)
        items = {item["id"]["S"]: item for item in found[self._tables.ledger]}
        wallets, sessions = found.get(self._tables.wallets), found.get(self._tables.sessions)
        snapshot = HoldSnapshot(
            entry=transaction_item(items.get(own)),
            wallet=read_wallet(wallets[0]) if wallets else None,
            session=read_session(sessions[0]) if sessions else None,
        )
        for name in (opened, ended):
            if name in items:
                snapshot = _with_record(snapshot, items[name])
        return self._with_wallet(snapshot, request)

    def _with_wallet(self, snapshot: HoldSnapshot, request: Transaction) -> HoldSnapshot:
        """Take the wallet from the hold, or read it where the session's id did not name it."""
        session, wallet = snapshot.session, snapshot.wallet
        if request.kind != "hold":
            return snapshot.with_wallet_of_hold()
        if session is None or (wallet is not None and wallet.player_id == session.player_id):
            return snapshot
        item = get(
            self._client, self._tables.wallets, wallet_item_key(session.player_id, request.currency)
        )
        return replace(snapshot, wallet=read_wallet(item) if item else None)

    def _actions(self, commit: Commit) -> list[tuple[str, dict[str, Any]]]:
        actions = super()._actions(commit)
        assert isinstance(commit, HoldCommit)  # noqa: S101 - `record_hold` makes no other
        if commit.held is not None:
            _hold_in(dict(actions)["wallet"]["Update"], commit.held)
        if commit.opening is not None:
            actions.append(("opening", self._put_if_absent(opening_item(commit.opening))))
        if commit.ending is not None:
            actions.append(("ending", self._put_if_absent(ending_item(commit.ending))))
        return actions

    def _with_image(self, snapshot: Snapshot, action: str, item: Item) -> Snapshot:
        if action in ("opening", "ending") and isinstance(snapshot, HoldSnapshot):
            return _with_record(snapshot, item).with_wallet_of_hold()
        return super()._with_image(snapshot, action, item)


def _owner(request: Transaction, seen: Snapshot | None) -> tuple[str, str] | None:
    """Return the player and currency of the wallet, as far as they are known before the read."""
    if seen is not None and seen.wallet is not None:
        return seen.wallet.player_id, seen.wallet.currency
    player_id = named_player(request.session_id or "") if request.kind == "hold" else None
    return (player_id, request.currency) if player_id is not None else None


def _with_record(snapshot: HoldSnapshot, item: Item) -> HoldSnapshot:
    record = read_hold_item(item)
    if isinstance(record, Ending):
        return replace(snapshot, ending=record)
    return replace(snapshot, hold=record)


def _hold_in(update: dict[str, Any], after: Wallet) -> None:
    """Let the wallet's update say what is held, and since when."""
    values, sets = update["ExpressionAttributeValues"], "held = :open"
    values[":open"] = number(after.held_minor)
    removes = " REMOVE held_since, held_seq"
    if after.held_minor:
        sets += ", held_since = :since, held_seq = :first"
        values[":since"], values[":first"] = text(after.held_since), number(after.held_seq)
        removes = ""
    rest = update["UpdateExpression"].removeprefix("SET ")
    update["UpdateExpression"] = f"SET {sets}, {rest}{removes}"
