"""The experiment behind ADR 0041: commit from memory, and read only when that was wrong.

`Remembering` keeps the wallet, session and round as an environment's own last commit left them, and
lets the next transaction of that wallet be decided from there. The commit is pinned by version, so
it is safe for the money; where another environment moved the wallet meanwhile, the cancelled
transaction hands back what stands now, and a second one follows.

    .venv/bin/python -m benchmarks.optimistic [--rounds 100]

MiniStack stands for DynamoDB, with AWS-like delays (batch read 5 ms, transaction 22 ms) put before
each call. Ratios of one run: absolute times say little.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

from casino.adapters.dynamodb_accounts import DynamoDbAccounts
from casino.adapters.dynamodb_ledger import DynamoDbLedger
from casino.adapters.system_clock import SystemClock
from casino.bootstrap.aws import dynamodb_client
from casino.domain.model import Entry, Round, Session, Transaction, Wallet, wallet_key
from casino.domain.wallet import RoundChange, Snapshot
from casino.igsp.render import IgspRenderer
from casino.ports import Commit, Ledger
from casino.services.wallet import WalletService
from sandbox import ministack
from sandbox.stack import local_aws
from tests.support.world import SANDBOX, World, build_tables

_DELAY_S: Final = {"BatchGetItem": 0.005, "TransactWriteItems": 0.022}
_WARM_UP: Final = 4


@dataclass
class Remembering:
    """`Ledger` that loads what it committed last, once; anything else it reads."""

    ledger: Ledger
    _last: dict[str, tuple[Wallet, Session | None, Round | None]] = field(default_factory=dict)

    def load(self, request: Transaction) -> Snapshot:
        """Return the remembered state when it is of this session, else read it."""
        last = self._last.pop(wallet_key(request.player_id, request.currency), None)
        if last is None or last[1] is None or last[1].session_id != request.session_id:
            return self.ledger.load(request)
        wallet, session, round_ = last
        same_round = round_ is not None and round_.round_id == request.round_id
        return Snapshot(None, wallet, session, round_ if same_round else None, None, None)

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        """Commit, and remember what that made of wallet and round."""
        overtaken = self.ledger.commit(commit, snapshot)
        entry = commit.entry
        if overtaken is None and commit.wallet is not None:
            wallet = _moved(commit.wallet, entry)
            round_ = _counted(snapshot.round, entry, commit.round_change)
            key = wallet_key(entry.player_id, entry.currency)
            self._last[key] = (wallet, snapshot.session, round_)
        return overtaken


def _moved(wallet: Wallet, entry: Entry) -> Wallet:
    return replace(
        wallet,
        balance_minor=entry.balance_after_minor,
        seq=entry.seq,
        version=wallet.version + 1,
        head_hash=entry.hash,
    )


def _counted(before: Round | None, entry: Entry, change: RoundChange | None) -> Round | None:
    if change is None:
        return before
    known = before or Round(
        entry.integration, entry.player_id, entry.currency, change.round_id, 0, 0, 0, False, 0
    )
    return replace(
        known,
        bets=known.bets + change.bets,
        refunds=known.refunds + change.refunds,
        paid_wins=known.paid_wins + change.paid_wins,
        finished=known.finished or change.finish,
        version=known.version + 1,
    )


@dataclass
class Seat:
    """One player, whose bets one environment answers and whose wins another, or the same."""

    world: World
    calls: Counter[str] = field(default_factory=Counter)
    player_id: str = field(default_factory=lambda: str(uuid4()))
    latencies_ms: list[float] = field(default_factory=list)

    def environment(self, *, remembers: bool) -> WalletService:
        client = dynamodb_client()
        client.meta.events.register("before-send.dynamodb", self._delay)
        ledger: Ledger = DynamoDbLedger(client, self.world.tables)
        accounts = DynamoDbAccounts(client, self.world.tables)
        used = Remembering(ledger) if remembers else ledger
        return WalletService(used, accounts, SystemClock(), IgspRenderer())

    def play(self, environments: Sequence[WalletService], rounds: int) -> None:
        session = self.world.player(self.player_id, amount="1000000.00")
        for _ in range(rounds):
            round_id = str(uuid4())
            for kind, environment in (("bet", environments[0]), ("win", environments[-1])):
                self._send(environment, "bet" if kind == "bet" else "win", session, round_id)

    def _send(
        self, environment: WalletService, kind: Literal["bet", "win"], session: str, round_id: str
    ) -> None:
        request = Transaction(
            integration=SANDBOX.name,
            transaction_id=str(uuid4()),
            kind=kind,
            type=kind,
            player_id=self.player_id,
            currency="EUR",
            amount_minor=100,
            game_id=str(uuid4()),
            session_id=session,
            round_id=round_id,
            trace_id="benchmark",
        )
        started = time.perf_counter()
        answer = environment.transact(request, SANDBOX)
        self.latencies_ms.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{kind} was answered {answer.status}: {answer.body}")

    def _delay(self, event_name: str, **_: object) -> None:
        operation = event_name.rsplit(".", 1)[-1]
        self.calls[operation] += 1
        time.sleep(_DELAY_S[operation])


def measure(world: World, rounds: int) -> None:
    """Print what a transaction takes without memory, and with it when it is right and wrong."""
    base = 0.0
    for title, remembers, elsewhere in (
        ("read, then commit", False, False),
        ("from memory, always right", True, False),
        ("from memory, always wrong", True, True),
    ):
        seat = Seat(world)
        environments = [seat.environment(remembers=remembers) for _ in range(1 + elsewhere)]
        seat.play(environments, rounds)
        p50 = statistics.median(seat.latencies_ms[_WARM_UP:])
        base = base or p50
        per = {name: count / (2 * rounds) for name, count in seat.calls.items()}
        calls = ", ".join(f"{name} {count:.2f}" for name, count in sorted(per.items()))
        print(f"{title:28} p50 {p50:5.1f} ms = {p50 / base:.2f} of the first   {calls}")


def main() -> None:
    """Run the experiment on a MiniStack of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        local = ministack.start(Path(folder), ministack.free_port())
        try:
            os.environ.update(local_aws(local))
            measure(build_tables("optimistic"), arguments.rounds)
        finally:
            local.stop()


if __name__ == "__main__":
    main()
