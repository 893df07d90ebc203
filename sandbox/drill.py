"""`make drill`: rehearses a restore from end to end on the local AWS.

A provider plays and keeps its own book. The tables of the money are restored, and the restored
copies torn as a restore tears them: four players lose a part of their last write each. Play goes on
until the disaster, so some bets are in no copy at all. Then the copies are mended, the hooks and
the operations pointed at them, the books reconciled with the provider's report, and what is lost is
sent again. At the end each balance is what it was, and the books have no fault.

With `--without-rebuild` nothing is mended, and the drill ends with faults and 1.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from rich.console import Console

from casino.aws.tables import Tables
from casino.base.errors import CasinoError
from casino.base.times import epoch, iso_utc
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.dialect import Call
from casino.wallet.model import Transaction
from casino.wallet.store.items import entry_id, round_wallet, void_id, wallet_item_key
from casino.wiring.hooks import wallet_service
from ops.context import Operations
from ops.restore import restored_tables
from ops.verbs.reconcile import reconcile
from sandbox.demo import Seat, bet, encode, hook, refund, win
from sandbox.loop import INTEGRATION
from sandbox.ministack import free_port, start
from sandbox.part import Step
from sandbox.up import open_casino, open_seat

#: Sends a hook, and returns its status.
type Send = Callable[[Mapping[str, Any]], int]

_REASON: Final = "a drill of the restore"
_STAKE, _WIN = "2.50", "5.00"
_LATER: Final = 3


@dataclass(frozen=True)
class Drilled:
    """What came of a drill."""

    torn: int
    lost: int
    faults: int
    differences: int
    moved: int
    """Balances that are not what they were before the disaster."""
    rpo_s: float
    rto_s: float

    @property
    def ok(self) -> bool:
        return not (self.faults or self.differences or self.moved)


def in_process(operations: Operations) -> Send:
    """Return the hooks over the tables of `operations`, in this process."""
    service = wallet_service(operations.dynamodb, operations.stack.tables, Igsp())

    def send(fields: Mapping[str, Any]) -> int:
        known = operations.registry.get(INTEGRATION)
        call = Call("POST", "/", {}, encode(fields), uuid4().hex)
        request = Igsp().read(call, INTEGRATION)
        if known is None or not isinstance(request, Transaction):
            raise LookupError("the drill sends money of a known integration")
        try:
            return service.transact(request, known.wallet).status
        except (CasinoError, LookupError):
            return 503  # what the endpoint would make of it

    return send


@dataclass
class Drill:
    """A provider with its book, and the stack that it plays on."""

    operations: Operations
    seats: Sequence[Seat]
    send: Send
    folder: Path
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    book: list[tuple[Mapping[str, Any], str]] = field(default_factory=list)
    """What was acknowledged, with its time."""

    def play(self, *, rebuild: bool = True) -> Drilled:
        """Play the whole drill."""
        prefix = f"drill-{self.run}"
        before = [self._load(seat, number) for number, seat in enumerate(self.seats)]
        kept = self.book[-1][1]
        began = time.monotonic()
        restore = self.operations.restore
        restore.into(prefix, restore.latest())
        restored_s = time.monotonic() - began
        for number, seat in enumerate(self.seats):
            self._tear(prefix, seat, number, before[number])
        for later in range(_LATER):
            for seat in self.seats:
                self._sent(bet(seat, self._name(seat, "late", later), _STAKE, f"r-{later}"))
        wanted = self._balances(self.operations)
        disaster = time.monotonic()
        return self._mend(prefix, wanted, kept, disaster - restored_s, rebuild=rebuild)

    def _mend(
        self, prefix: str, wanted: list[int], kept: str, began: float, *, rebuild: bool
    ) -> Drilled:
        over = self.operations.over(prefix)
        torn = over.rebuild.find()
        if rebuild:
            over.rebuild.mend(torn, self.operations.who(_REASON))
        send = in_process(over)
        lost = {
            each["transaction_id"]
            for each in self._differences(over)
            if each["code"] == "missing_here"
        }
        for fields, _ in self.book:
            if fields["transaction_id"] in lost:
                send(fields)
        faults = over.verifier.everything().faults
        found = self._balances(over)
        return Drilled(
            torn=len(torn),
            lost=len(lost),
            faults=len(faults),
            differences=len(self._differences(over)),
            moved=sum(a != b for a, b in zip(wanted, found, strict=True)),
            rpo_s=epoch(self.book[-1][1]) - epoch(kept),
            rto_s=time.monotonic() - began,
        )

    # What the provider does.

    def _load(self, seat: Seat, number: int) -> tuple[dict[str, Any], ...]:
        """Play some rounds; return wallet and round as they stood before the last write."""
        first, last = (self._name(seat, "bet", each) for each in (1, 2))
        self._sent(bet(seat, first, _STAKE, "r-a"))
        self._sent(win(seat, self._name(seat, "win", 1), _WIN, "r-a"))
        refunded = self._name(seat, "bet", 0)
        self._sent(bet(seat, refunded, _STAKE, "r-b"))
        before = self._images(self.operations.stack.tables, seat)
        if number % 4 < 2:
            self._sent(bet(seat, last, _STAKE, "r-b"))
        else:
            self._sent(refund(seat, self._name(seat, "ref", 1), _STAKE, refunded))
        return before

    def _sent(self, fields: Mapping[str, Any]) -> None:
        status = self.send(fields)
        if status != 200:
            raise RuntimeError(f"{fields['transaction_id']} was answered {status}")
        self.book.append((fields, iso_utc(time.time())))

    def _name(self, seat: Seat, what: str, number: int) -> str:
        return f"{what}-{self.run}-{seat.player_id}-{number}"

    def _differences(self, over: Operations) -> list[dict[str, Any]]:
        """Reconcile with the provider's report, of its own transactions alone."""
        file = self.folder / f"report-{self.run}.csv"
        with file.open("w", encoding="utf-8", newline="") as text:
            rows = csv.writer(text)
            rows.writerow(("id", "type", "amount", "time"))
            for fields, at in self.book:
                rows.writerow((*(fields[n] for n in ("transaction_id", "action", "amount")), at))
        day = ("2020-01-01", "2999-01-01")
        found: Any = reconcile(over, file, INTEGRATION, *day).data
        return [each for each in found["differences"] if self.run in each["transaction_id"]]

    # What the restore does.

    def _tear(
        self, prefix: str, seat: Seat, number: int, before: tuple[dict[str, Any], ...]
    ) -> None:
        """Undo a part of the seat's last write: the entry, all else, or a part of each."""
        tables, client = restored_tables(self.operations.stack.tables, prefix), self._client
        entry = self.book_of(seat)[-1]["transaction_id"]
        wallet, round_ = before
        match number % 4:
            case 0 | 2:  # the entry alone is lost; a refund leaves its marker
                _delete(client, tables.ledger, entry_id(INTEGRATION, entry))
            case 1:
                client.put_item(TableName=tables.wallets, Item=wallet)
                client.put_item(TableName=tables.rounds, Item=round_)
            case _:
                client.put_item(TableName=tables.wallets, Item=wallet)
                marker = void_id(INTEGRATION, self._name(seat, "bet", 0))
                _delete(client, tables.ledger, marker)

    def book_of(self, seat: Seat) -> list[Mapping[str, Any]]:
        """Return what was acknowledged of one player."""
        return [fields for fields, _ in self.book if fields["player_id"] == seat.player_id]

    def _images(self, tables: Tables, seat: Seat) -> tuple[dict[str, Any], ...]:
        partition = round_wallet(INTEGRATION, seat.player_id, seat.currency)
        keys = (
            (tables.wallets, wallet_item_key(seat.player_id, seat.currency)),
            (tables.rounds, {"wallet": {"S": partition}, "round_id": {"S": "r-b"}}),
        )
        return tuple(self._client.get_item(TableName=n, Key=key)["Item"] for n, key in keys)

    def _balances(self, operations: Operations) -> list[int]:
        found = [operations.accounts.wallet(s.player_id, s.currency) for s in self.seats]
        return [wallet.balance_minor if wallet else 0 for wallet in found]

    @property
    def _client(self) -> Any:
        return self.operations.dynamodb


def _delete(client: Any, table: str, key: str) -> None:
    client.delete_item(TableName=table, Key={"id": {"S": key}})


def recoverable(operations: Operations) -> None:
    """Turn the recovery on: the emulator leaves it out of a deployment."""
    for name in ("ledger", "wallets", "rounds"):
        operations.dynamodb.update_continuous_backups(
            TableName=getattr(operations.stack.tables, name),
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def main() -> int:
    """Deploy the template on a local AWS of its own, and drill there; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--without-rebuild", action="store_true", help="mend nothing")
    rebuild = not parser.parse_args().without_rebuild
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        local = start(Path(folder), free_port())
        try:
            console.print("building and deploying template.yaml …")
            casino = open_casino(local)
            recoverable(casino.operations)
            names = [f"p_drill_{number}" for number in range(4)]
            seats = [open_seat(casino.operations, name, "EUR", "100.00") for name in names]
            with httpx.Client(timeout=30) as client:

                def send(fields: Mapping[str, Any]) -> int:
                    step = Step(str(fields["transaction_id"]), dict(fields))
                    return hook(client, casino.stack.hooks_url, casino.credentials, step).status

                drill = Drill(casino.operations, seats, send, Path(folder))
                found = drill.play(rebuild=rebuild)
        finally:
            local.stop()
    console.print(
        f"{found.torn} things were torn, {found.lost} transactions lost and sent again\n"
        f"{found.faults} faults, {found.differences} differences to the provider's report, "
        f"{found.moved} balances changed\n"
        f"RPO {found.rpo_s:.1f} s of play to ask for, RTO {found.rto_s:.1f} s",
        highlight=False,
    )
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main())
