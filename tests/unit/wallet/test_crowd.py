"""Many senders on one wallet, in a time of their own: the policy of tries decides them all.

DynamoDB's part is played with the delays that the budgets assume, 5 ms for a read and 22 ms for a
transaction, or with the 33 ms of a loaded machine. A transaction that meets another one on the
wallet is cancelled as a conflict.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

import pytest

from casino.base.errors import BusyError
from casino.wallet.decision import Snapshot
from casino.wallet.model import Transaction
from casino.wallet.ports import Commit, Ledger
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.desk import wallet_over
from testing.fakes import FakeWorld
from testing.transactions import INTEGRATION, a_bet

READ_S = 0.005


class Turns(FakeClock):
    """Threads that take turns: the one that wakes first goes on, and nobody else runs meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._asleep: list[tuple[float, int, threading.Event]] = []
        self._numbers = count()

    def sleep(self, seconds: float) -> None:
        mine = self._bed(seconds)
        self._wake()
        mine.wait()

    def run(self, works: list[Callable[[], None]]) -> None:
        """Let all begin at once, and return when the last one has ended."""

        def turn(begin: threading.Event, work: Callable[[], None]) -> None:
            begin.wait()
            try:
                work()
            finally:
                self._wake()

        threads = [threading.Thread(target=turn, args=(self._bed(0), work)) for work in works]
        for thread in threads:
            thread.start()
        self._wake()
        for thread in threads:
            thread.join()

    def _bed(self, seconds: float) -> threading.Event:
        mine = threading.Event()
        heappush(self._asleep, (self.elapsed + seconds, next(self._numbers), mine))
        return mine

    def _wake(self) -> None:
        if self._asleep:
            self.elapsed, _, event = heappop(self._asleep)
            event.set()


@dataclass
class SlowLedger:
    """`Ledger` whose calls take their time; one transaction at a time holds its only wallet."""

    ledger: Ledger
    turns: Turns
    commit_s: float
    held: bool = False

    def load(self, request: Transaction, seen: Snapshot | None = None) -> Snapshot:
        self.turns.sleep(READ_S)
        return self.ledger.load(request, seen)

    def commit(self, commit: Commit, snapshot: Snapshot) -> Snapshot | None:
        with self._hold():
            self.turns.sleep(self.commit_s)
            return self.ledger.commit(commit, snapshot)

    @contextmanager
    def _hold(self) -> Iterator[None]:
        if self.held:
            self.turns.sleep(self.commit_s)
            raise BusyError
        self.held = True
        try:
            yield
        finally:
            self.held = False


@pytest.mark.parametrize(("senders", "commit_ms", "most_busy"), [(40, 33, 0), (64, 22, 3)])
@pytest.mark.parametrize("seed", range(5))
def test_m3_the_policy_of_tries_decides_a_crowd_on_one_wallet(
    senders: int, commit_ms: int, most_busy: int, seed: int
) -> None:
    casino, turns = FakeWorld(), Turns()
    furnish(casino)
    ledger = SlowLedger(casino.ledger, turns, commit_ms / 1000)
    wallet = wallet_over(casino, turns, ledger, Random(seed).random)
    statuses: list[int] = []

    def send(number: int) -> None:
        bet = replace(a_bet(), transaction_id=f"bet-{number}", round_id=f"round-{number}")
        try:
            statuses.append(wallet.transact(bet, INTEGRATION.wallet).status)
        except BusyError:
            statuses.append(503)

    turns.run([partial(send, number) for number in range(senders)])
    assert (len(statuses), set(statuses) <= {200, 503}) == (senders, True)
    assert statuses.count(503) <= most_busy
