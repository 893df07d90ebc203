"""A wallet of bets in two steps over the fake ledger, with one player who has EUR 1000.00."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from casino.base.errors import OutcomeUnknownError, RetryableError
from casino.dialects.winupgo.dialect import Winupgo
from casino.wallet.decide_hold import decide_hold
from casino.wallet.decision import Snapshot
from casino.wallet.hold import HoldRequest
from casino.wallet.model import Transaction, Wallet
from casino.wallet.ports import Commit, Ledger
from casino.wallet.proof.verify import Verifier
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Result, Rules, WalletService
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.fake_holds import FakeHoldLedger
from testing.fakes import FakeWorld
from testing.transactions import INTEGRATION, NOW, PLAYER

HOLDS = Rules(decide_hold, hold_commit_for)


def a_request(kind: str, key: str, **changes: Any) -> HoldRequest:
    """Return a hold of EUR 2.50 for bet `b1`, or what ends it: a settlement pays EUR 5.00."""
    amounts = {"hold": 250, "settle": 500, "rollback": 0}
    request = HoldRequest(
        integration="sandbox",
        transaction_id=key,
        kind=kind,  # type: ignore[arg-type]
        type=kind,
        player_id="",
        currency="" if kind == "rollback" else "EUR",
        amount_minor=amounts[kind],
        session_id="s1" if kind == "hold" else None,
        round_id="r1",
        bet_transaction_id="b1",
        trace_id="trace-1",
    )
    return replace(request, **changes)


@dataclass
class Meddled:
    """A ledger that lets a test do something before, or instead of, the first commit."""

    ledger: Ledger
    first: list[Callable[[Commit, Snapshot], Snapshot | None]] = field(default_factory=list)
    loads: int = 0
    commits: int = 0

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        self.loads += 1
        return self.ledger.load(request, seen)

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        self.commits += 1
        if self.first:
            return self.first.pop(0)(commit, snapshot)
        return self.ledger.commit(commit, snapshot)


@dataclass
class Holding:
    """The use cases, and what a test looks at."""

    world: FakeWorld = field(default_factory=FakeWorld)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))

    def __post_init__(self) -> None:
        furnish(self.world)
        self.ledger = Meddled(FakeHoldLedger(self.world.tables))

    def send(self, request: Transaction, ledger: Ledger | None = None) -> Result:
        service = WalletService(
            ledger or self.ledger,
            self.world.accounts,
            self.clock,
            Winupgo(),
            jitter=lambda: 1.0,
            rules=HOLDS,
        )
        return service.transact(request, INTEGRATION.wallet)

    def __call__(self, kind: str, key: str, **changes: Any) -> tuple[int, str]:
        """Send, and return the status with WinUpGo's code or word."""
        answer = self.send(a_request(kind, key, **changes))
        body = json.loads(answer.body)
        return answer.status, body.get("code") or body["status"]

    @property
    def wallet(self) -> Wallet:
        found = self.world.accounts.wallet(PLAYER, "EUR")
        assert found is not None
        return found

    @property
    def money(self) -> tuple[int, int]:
        """The balance and what is held, in minor units."""
        return self.wallet.balance_minor, self.wallet.held_minor

    @property
    def faults(self) -> set[str]:
        verifier = Verifier(self.world.history)
        return {fault.code for fault in verifier.everything().faults}

    def overtaken_by(self, *requests: Transaction) -> None:
        """Let others be served whole between the first request's read and its commit."""

        def meddle(commit: Commit, snapshot: Snapshot) -> Snapshot | None:
            for request in requests:
                self.send(request, FakeHoldLedger(self.world.tables))
            return self.ledger.ledger.commit(commit, snapshot)

        self.ledger.first.append(meddle)

    def failing(self, error: type[RetryableError], *, made: bool) -> None:
        """Let the first commit end in an error, whether it was made or not."""

        def meddle(commit: Commit, snapshot: Snapshot) -> Snapshot | None:
            if made:
                self.ledger.ledger.commit(commit, snapshot)
            raise error

        self.ledger.first.append(meddle)


LOST = OutcomeUnknownError
