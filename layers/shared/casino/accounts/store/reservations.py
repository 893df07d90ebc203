"""Reservations on DynamoDB: one item each, which moves with the wallet's reserved funds.

The ledger of payouts is here as well: a withdrawal that names a reservation takes its money out of
the reserved funds, in the transaction that ends the reservation.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from casino.accounts.model import Reservation
from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, number, text
from casino.aws.dynamodb import DynamoDbClient, get, scan, settle
from casino.aws.tables import Tables
from casino.base.errors import AdminError, BusyError
from casino.base.money import to_major
from casino.wallet.decision import Snapshot
from casino.wallet.model import PLATFORM, Transaction, Wallet
from casino.wallet.ports import Commit
from casino.wallet.store.audited import AuditedLedger
from casino.wallet.store.items import read_wallet, wallet_item_key


def _key(reservation_id: str) -> Item:
    return {"id": text(f"{PLATFORM}#reservation#{reservation_id}")}


def _item(made: Reservation) -> Item:
    owner = {"player_id": text(made.player_id), "currency": text(made.currency)}
    told = {"amount": number(made.amount_minor), "at": text(made.at), "state": text(made.state)}
    return _key(made.reservation_id) | owner | told


def _read(reservation_id: str, item: Item) -> Reservation:
    owner = (item["player_id"]["S"], item["currency"]["S"])
    amount_minor, at, state = int(item["amount"]["N"]), item["at"]["S"], item["state"]["S"]
    paid_by = item["paid_by"]["S"] if "paid_by" in item else ""
    return Reservation(reservation_id, *owner, amount_minor, at, state, paid_by)


def _end(tables: Tables, reservation_id: str, state: str, paid_by: str = "") -> dict[str, Any]:
    """Return the part of a transaction that ends an open reservation."""
    values = {":open": text("open"), ":state": text(state), ":by": text(paid_by)}
    return {
        "Update": {
            "TableName": tables.partners,
            "Key": _key(reservation_id),
            "UpdateExpression": "SET #state = :state, paid_by = :by",
            "ConditionExpression": "#state = :open",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": values,
        }
    }


class DynamoDbReservations:
    """`Reserved` over the partners', the wallets' and the audit table."""

    def __init__(
        self,
        client: DynamoDbClient,
        tables: Tables,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._tables = tables
        self._sleep = sleep

    def get(self, reservation_id: str) -> Reservation | None:
        """Return a reservation, consistently."""
        item = get(self._client, self._tables.partners, _key(reservation_id))
        return _read(reservation_id, item) if item is not None else None

    def all(self) -> Iterator[Reservation]:
        """Yield every reservation, in no order, read consistently; it reads the whole table."""
        prefix = _key("")["id"]["S"]
        for item in scan(self._client, self._tables.partners):
            if item["id"]["S"].startswith(prefix):
                yield _read(item["id"]["S"].removeprefix(prefix), item)

    def add(self, made: Reservation, audit: AuditRecord) -> bool:
        """Make a reservation, or find it made; false when the wallet cannot spend as much.

        Raises `AdminError` when another one has its id.
        """
        put = {
            "TableName": self._tables.partners,
            "Item": _item(made),
            "ConditionExpression": "attribute_not_exists(id)",
        }
        done = False

        def step() -> bool:
            nonlocal done
            wallet, stands = self._wallet(made), self.get(made.reservation_id)
            if stands is not None:
                done = (stands.player_id, stands.currency) == (made.player_id, made.currency)
                if not done or stands.amount_minor != made.amount_minor:
                    raise AdminError("transaction_mismatch", "the id is another reservation's")
            if done or made.amount_minor > wallet.spendable_minor:
                return True
            done = self._written({"Put": put}, made, wallet, made.amount_minor, audit)
            return done

        settle(step, self._sleep)
        return done

    def release(self, made: Reservation, audit: AuditRecord) -> bool:
        """Give an open reservation back to play; false when it is over."""
        end, done = _end(self._tables, made.reservation_id, "released"), False

        def step() -> bool:
            nonlocal done
            wallet, stands = self._wallet(made), self.get(made.reservation_id)
            if stands is None or stands.state != "open":
                return True
            done = self._written(end, made, wallet, -made.amount_minor, audit)
            return done

        settle(step, self._sleep)
        return done

    def _written(
        self,
        change: dict[str, Any],
        made: Reservation,
        wallet: Wallet,
        more_minor: int,
        audit: AuditRecord,
    ) -> bool:
        """Write a change with that of its wallet and its record; false when overtaken."""
        after = wallet.reserved_minor + more_minor
        old, new, said = (
            f"{to_major(minor, made.currency)} {made.currency}"
            for minor in (wallet.reserved_minor, after, made.amount_minor)
        )
        detail = f"{said}, reservation {made.reservation_id}"
        record = replace(audit, old=old, new=new, detail=detail)
        writes = [change, self._reserve(wallet, after)]
        return not transact_audited(self._client, self._tables, writes, record)

    def _wallet(self, made: Reservation) -> Wallet:
        key = wallet_item_key(made.player_id, made.currency)
        item = get(self._client, self._tables.wallets, key)
        if item is None:
            raise LookupError(f"player {made.player_id} has no {made.currency} wallet")
        return read_wallet(item)

    def _reserve(self, wallet: Wallet, reserved_minor: int) -> dict[str, Any]:
        """Bets may come between, as long as they leave enough."""
        values = {
            ":reserved": number(reserved_minor),
            ":read": number(wallet.reserved_minor),
            ":one": number(1),
        }
        return {
            "Update": {
                "TableName": self._tables.wallets,
                "Key": wallet_item_key(wallet.player_id, wallet.currency),
                "UpdateExpression": "SET reserved = :reserved ADD version :one",
                "ConditionExpression": "balance >= :reserved AND reserved = :read",
                "ExpressionAttributeValues": values,
            }
        }


class PayoutLedger(AuditedLedger):
    """`Ledger` for deposits and withdrawals, of which one that names a reservation pays it out."""

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        """Read what deciding needs; the money of the named reservation counts as spendable.

        Raises `AdminError` when nothing can be paid out of that reservation.
        """
        found = super().load(request, seen)
        if request.bet_transaction_id is None or found.entry is not None or found.wallet is None:
            return found
        item = get(self._client, self._tables.partners, _key(request.bet_transaction_id))
        made = _read(request.bet_transaction_id, item) if item is not None else None
        if made is None or (made.player_id, made.currency) != (request.player_id, request.currency):
            raise AdminError("reservation_not_found", "")
        if made.amount_minor != request.amount_minor:
            raise AdminError("reservation_mismatch", "")
        if made.paid_by == request.transaction_id:
            raise BusyError("it was paid out between the two reads")
        if made.state != "open":
            raise AdminError("reservation_over", "")
        reserved_minor = found.wallet.reserved_minor - made.amount_minor
        return replace(found, wallet=replace(found.wallet, reserved_minor=reserved_minor))

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Write everything or nothing; whoever was overtaken with a reservation reads anew."""
        overtaken = super().commit(commit, snapshot)
        if overtaken is not None and commit.entry.bet_transaction_id is not None:
            raise BusyError
        return overtaken

    def _actions(self, commit: Commit) -> list[tuple[str, dict[str, Any]]]:
        actions, entry = super()._actions(commit), commit.entry
        if entry.bet_transaction_id is not None and commit.wallet is not None:
            wallet = dict(actions)["wallet"]["Update"]
            wallet["UpdateExpression"] += " ADD reserved :paid"
            wallet["ExpressionAttributeValues"][":paid"] = number(-entry.amount_minor)
            end = _end(self._tables, entry.bet_transaction_id, "paid", entry.transaction_id)
            actions.append(("reservation", end))
        return actions
