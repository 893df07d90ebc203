"""A wallet service over a ledger in which a test makes things go wrong, one commit at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from casino.base.errors import OutcomeUnknownError, RetryableError, UnavailableError
from casino.wallet.decision import Snapshot
from casino.wallet.model import Transaction
from casino.wallet.ports import Commit, Ledger
from casino.wallet.service import Result, WalletService
from testing.clock import FakeClock
from testing.desk import wallet_over
from testing.fakes import FakeWorld
from testing.transactions import INTEGRATION, PLAYER

type Interference = Callable[[Ledger, Commit, Snapshot], Snapshot | None]


def honest(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
    """The commit is made."""
    return ledger.commit(commit, snapshot)


def never_sent(error: type[RetryableError]) -> Interference:
    """The commit fails with `error`, and nothing is written."""

    def interfere(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        raise error

    return interfere


def reply_lost(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
    """The commit is made, and nobody hears of it."""
    ledger.commit(commit, snapshot)
    raise OutcomeUnknownError


@dataclass
class TroubledLedger:
    """The fake ledger, with something going wrong at each of the first commits."""

    ledger: Ledger
    troubles: list[Interference] = field(default_factory=list)
    load_failures: int = 0
    always: Interference | None = None
    loads: int = 0
    commits: int = 0

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        self.loads += 1
        if self.loads <= self.load_failures:
            raise UnavailableError
        return self.ledger.load(request, seen)

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        self.commits += 1
        interfere = self.always or (self.troubles.pop(0) if self.troubles else honest)
        return interfere(self.ledger, commit, snapshot)


@dataclass
class TroubledWallet:
    """A wallet service over a troubled ledger."""

    world: FakeWorld
    clock: FakeClock
    ledger: TroubledLedger
    jitter: float = 1.0

    @property
    def service(self) -> WalletService:
        return wallet_over(self.world, self.clock, self.ledger, lambda: self.jitter)

    def send(self, request: Transaction) -> Result:
        return self.service.transact(request, INTEGRATION.wallet)

    def troubles(self, troubles: Iterable[Interference]) -> None:
        self.ledger.troubles = list(troubles)

    @property
    def balance_minor(self) -> int:
        wallet = self.world.accounts.wallet(PLAYER, "EUR")
        assert wallet is not None
        return wallet.balance_minor

    def behind(self, request: Transaction) -> Interference:
        """Return a trouble: `request` is served first, and the commit comes too late."""

        def interfere(ledger: Ledger, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
            faster = wallet_over(self.world, self.clock, ledger)
            assert faster.transact(request, INTEGRATION.wallet).code == "ok"
            return ledger.commit(commit, snapshot)

        return interfere
