"""The ledger on DynamoDB: one batch read and one transaction, for every kind of transaction.

`TransactWriteItems` returns no item values, so the decision computes the balance after, and the
wallet's version pins it here. When a condition fails, DynamoDB hands back the item that it failed
on: these old images replace another read.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from casino.aws.attributes import Item, binary, number, text
from casino.aws.dynamodb import BUSY, CONDITION_FAILED, DynamoDbClient, batch_get, write_failure
from casino.aws.tables import Tables
from casino.base.errors import BusyError, UnavailableError
from casino.wallet.decision import RoundChange, Snapshot
from casino.wallet.model import Entry, Tombstone, Transaction, VoidMarker, wallet_key
from casino.wallet.ports import Commit
from casino.wallet.store.bonus_items import bonus_in, stake_in
from casino.wallet.store.items import (
    entry_id,
    entry_item,
    read_ledger_item,
    read_round,
    read_session,
    read_wallet,
    round_wallet,
    tombstone_item,
    void_id,
    void_item,
    wallet_item_key,
)

if TYPE_CHECKING:
    from casino.limits.model import Play


class DynamoDbLedger:
    """`Ledger` over the tables of the stack."""

    def __init__(self, client: DynamoDbClient, tables: Tables) -> None:
        self._client = client
        self._tables = tables

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        """Read the entry, wallet, session and round; for a refund its bet and void marker."""
        own_id = entry_id(request.integration, request.transaction_id)
        ledger_ids = [own_id]
        if request.bet_transaction_id is not None and _is_settled_by_bet(request):
            ledger_ids.append(entry_id(request.integration, request.bet_transaction_id))
            ledger_ids.append(void_id(request.integration, request.bet_transaction_id))
        keys: dict[str, list[Item]] = {
            self._tables.ledger: [{"id": text(key)} for key in dict.fromkeys(ledger_ids)],
        }
        if request.kind != "notice":
            keys[self._tables.wallets] = [wallet_item_key(request.player_id, request.currency)]
        if request.session_id is not None:
            keys[self._tables.sessions] = [{"session_id": text(request.session_id)}]
        played = (seen or Snapshot()).round_of(request)
        if played is not None:
            keys[self._tables.rounds] = [_round_key(request, played)]
        found = self._snapshot(batch_get(self._client, keys), ledger_ids)
        if _misses_session(request, found) and len(ledger_ids) == 1:
            return self.load(replace(request, session_id=None), seen)
        # A bet that was seen never changes: it need not be read again.
        return found if seen is None or found.bet else replace(found, bet=seen.bet)

    def _snapshot(self, found: dict[str, list[Item]], ledger_ids: list[str]) -> Snapshot:
        ledger = {item["id"]["S"]: item for item in found.get(self._tables.ledger, [])}
        entry, bet, void = ([*map(ledger.get, ledger_ids), None, None])[:3]
        wallets = found.get(self._tables.wallets)
        sessions = found.get(self._tables.sessions)
        rounds = found.get(self._tables.rounds)
        return Snapshot(
            entry=transaction_item(entry),
            wallet=read_wallet(wallets[0]) if wallets else None,
            session=read_session(sessions[0]) if sessions else None,
            round=read_round(rounds[0]) if rounds else None,
            bet=transaction_item(bet),
            void=_void_item(void),
        )

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Write everything or nothing; the names of the actions say what each condition guards."""
        actions = dict(self._actions(commit))
        try:
            self._client.transact_write_items(
                TransactItems=list(actions.values()), ClientRequestToken=str(uuid4())
            )
        except BotoCoreError as error:
            raise write_failure(error) from error
        except ClientError as error:
            reasons: list[Any] = list(error.response.get("CancellationReasons") or ())
            if not reasons:
                raise write_failure(error) from error
            return self._overtaken(snapshot, dict(zip(actions, reasons, strict=True)))
        return None

    def _actions(self, commit: Commit) -> list[tuple[str, dict[str, Any]]]:
        entry = commit.entry
        actions = [("entry", self._put_if_absent(entry_item(entry)))]
        if commit.wallet is not None:
            moved = self._move_wallet(entry, commit.wallet.version, commit.play)
            if commit.bonus is not None:
                bonus_in(moved["Update"], commit.bonus)
            actions.append(("wallet", moved))
        if commit.round_change is not None:
            actions.append(("round", self._change_round(entry, commit.round_change)))
        if commit.void is not None:
            bet_id = entry_id(commit.void.integration, commit.void.bet_transaction_id)
            actions.append(("void", self._put_if_absent(void_item(commit.void))))
            actions.append(("bet", self._check_applied(bet_id)))
        if commit.tombstone is not None:
            actions.append(("bet", self._put_if_absent(tombstone_item(commit.tombstone))))
        if commit.checks_bet:
            actions.append(("bet", self._check_round_of_bet(entry)))
        return actions

    def _put_if_absent(self, item: Item) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._tables.ledger,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _check_round_of_bet(self, entry: Entry) -> dict[str, Any]:
        """Check that the bet is none that was applied to the same wallet in another round."""
        own_bet = "#record = :applied AND kind = :bet AND #wallet = :wallet"
        values = {
            ":applied": text("applied"),
            ":bet": text("bet"),
            ":wallet": text(wallet_key(entry.player_id, entry.currency)),
            ":round": text(entry.round_id or ""),
        }
        bet_id = entry_id(entry.integration, entry.bet_transaction_id or "")
        return {
            "ConditionCheck": {
                "TableName": self._tables.ledger,
                "Key": {"id": text(bet_id)},
                "ConditionExpression": f"NOT ({own_bet}) OR round_id = :round",
                "ExpressionAttributeNames": {"#record": "record", "#wallet": "wallet"},
                "ExpressionAttributeValues": values,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _check_applied(self, bet_id: str) -> dict[str, Any]:
        return {
            "ConditionCheck": {
                "TableName": self._tables.ledger,
                "Key": {"id": text(bet_id)},
                "ConditionExpression": "#record = :applied",
                "ExpressionAttributeNames": {"#record": "record"},
                "ExpressionAttributeValues": {":applied": text("applied")},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _move_wallet(
        self, entry: Entry, version: int, play: "Play | None" = None
    ) -> dict[str, Any]:
        update = "SET balance = :after, seq = :seq, head = :head, version = :new"
        values = {
            ":after": number(entry.balance_after_minor),
            ":seq": number(entry.seq),
            ":head": binary(entry.hash),
            ":new": number(version + 1),
            ":read": number(version),
        }
        if entry.held_win_minor:
            update += " ADD reserved :held, held_wins :held"
            values[":held"] = number(entry.held_win_minor)
        if play is not None:
            from casino.limits.items import play_value

            update = update.replace("SET ", "SET play = :play, ", 1)
            values[":play"] = play_value(play)
        return {
            "Update": {
                "TableName": self._tables.wallets,
                "Key": wallet_item_key(entry.player_id, entry.currency),
                "UpdateExpression": update,
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": values,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _change_round(self, entry: Entry, change: RoundChange) -> dict[str, Any]:
        update = "ADD bets :bets, refunds :refunds, paid_wins :wins, version :one"
        values = {
            ":bets": number(change.bets),
            ":refunds": number(change.refunds),
            ":wins": number(change.paid_wins),
            ":one": number(1),
        }
        sets = []
        if change.finish:
            sets, values[":finished"] = ["finished = :finished"], {"BOOL": True}
        if change.expected_version is None:
            still_refundable = "paid_wins = :none"
            if not change.unpaid:
                still_refundable = f"attribute_not_exists(finished) OR {still_refundable}"
            condition, values[":none"] = still_refundable, number(0)
        elif change.expected_version == 0:
            condition = "attribute_not_exists(version)"
            sets, values[":since"] = [*sets, "since = :since"], text(entry.at)
        else:
            condition, values[":read"] = "version = :read", number(change.expected_version)
        update += f" SET {', '.join(sets)}" if sets else ""
        written = {
            "TableName": self._tables.rounds,
            "Key": _round_key(entry, change.round_id),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if change.staked_minor is not None:
            stake_in(written, change)
        return {"Update": written}

    def _overtaken(self, snapshot: Snapshot, reasons: dict[str, dict[str, Any]]) -> Snapshot:
        """Return the snapshot with what the failed conditions met in the place of what was read.

        Every reason counts: where a condition held, what was read still stands. Raises `BusyError`
        where only another read can tell: a busy item, or a failed condition without an old image.
        """
        for action, reason in reasons.items():
            code = reason.get("Code", "None")
            if code in BUSY:
                raise BusyError
            if code == "None":
                continue
            item = reason.get("Item")
            if code != CONDITION_FAILED:
                raise UnavailableError
            if not item:
                raise BusyError
            snapshot = self._with_image(snapshot, action, item)
        return snapshot

    def _with_image(self, snapshot: Snapshot, action: str, item: Item) -> Snapshot:
        match action:
            case "entry":
                return replace(snapshot, entry=transaction_item(item))
            case "bet":
                return replace(snapshot, bet=transaction_item(item))
            case "void":
                return replace(snapshot, void=_void_item(item))
            case "wallet":
                return replace(snapshot, wallet=read_wallet(item))
            case _:
                return replace(snapshot, round=read_round(item))


def _is_settled_by_bet(request: Transaction) -> bool:
    """Tell whether the bet that it names is of use: a win in session and round needs none."""
    return request.kind == "refund" or None in (request.session_id, request.round_id)


def _misses_session(request: Transaction, found: Snapshot) -> bool:
    """Tell whether a new win names a session that is not there: its bet may show the player."""
    named = request.session_id is not None and request.bet_transaction_id is not None
    return named and request.by_bet and found.session is None and found.entry is None


def _round_key(owner: Transaction | Entry, round_id: str) -> Item:
    partition = round_wallet(owner.integration, owner.player_id, owner.currency)
    return {"wallet": text(partition), "round_id": text(round_id)}


def transaction_item(item: Item | None) -> Entry | Tombstone | None:
    """Read what stands under a transaction's key."""
    if item is None:
        return None
    record = read_ledger_item(item)
    if isinstance(record, VoidMarker):
        raise LookupError("a void marker stands under a transaction's key")
    return record


def _void_item(item: Item | None) -> VoidMarker | None:
    record = None if item is None else read_ledger_item(item)
    return record if isinstance(record, VoidMarker) else None
