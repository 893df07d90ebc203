"""One crowded wallet, and the units of a bet, on each store: in simulated time, without a CPU's.

    python -m tests.simulation.experiment.figures [--lag SECONDS]

Each call takes as long as beside the backend of `make bench`: a millisecond there, one back, and
between them it is worked on. A transaction holds its items so long; a put takes effect half-way.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from statistics import quantiles
from typing import Any, Final
from unittest.mock import patch
from uuid import uuid4

from benchmarks.aws.delays import MEDIANS_MS, delays_s
from casino.aws.lean.protocol import DynamoDb
from casino.base.clock import SystemClock
from casino.base.errors import RetryableError
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import WalletTerms
from casino.wallet.model import Transaction
from casino.wallet.service import WalletService
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.ledger import DynamoDbLedger
from testing.capacity import item_size
from testing.world import GAME
from tests.simulation.choices import Choices, Options
from tests.simulation.dynamodb_rules import RefusedError, error_of
from tests.simulation.experiment.accounts import LogAccounts
from tests.simulation.experiment.store import LogLedger
from tests.simulation.experiment.world import LogHouse
from tests.simulation.house import PLAYERS, START_MINOR, House, session_of
from tests.simulation.kernel import Host, present
from tests.simulation.machine import reseed, simulated
from tests.simulation.messages import CURRENCY, INTEGRATIONS

TRIP_US: Final = 1_000
STORES: Final = ("today", "log", "claims")
#: Senders at once, the bets that each sends one after the other, and the pause between them in s.
LEVELS: Final = ((1, 1_500, 0.5), (8, 64, 0.0), (64, 8, 0.0))
BURST: Final = 64
REPEATS: Final = 5


@dataclass
class Timed:
    """Calls of a house that take the benchmark's time; `units` counts what they are charged."""

    house: House
    delays: dict[str, Iterator[float]] = field(
        default_factory=lambda: {name: delays_s(name, "spread") for name in MEDIANS_MS}
    )
    units: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Carry one call out."""
        if present() is None:
            return self.house.model.call(operation, request)
        pause = self.house.kernel.pause
        work_us = round(next(self.delays[operation]) * 1_000_000) - 2 * TRIP_US
        holds_us = work_us if operation == "TransactWriteItems" else work_us // 2
        self.calls[operation] += 1
        pause(TRIP_US + work_us - holds_us)
        try:
            ongoing = self.house.model.begin(operation, request)
            if operation == "TransactWriteItems":
                pause(work_us)
                holds_us = 0
            answer = ongoing.finish()
        except RefusedError as refused:
            pause(holds_us + TRIP_US)
            raise error_of(operation, refused) from None
        self._charge(operation, request, answer)
        pause(holds_us + TRIP_US)
        return answer

    def _charge(self, operation: str, request: Mapping[str, Any], answer: Any) -> None:
        if operation == "PutItem":
            self.units["write"] += ceil(item_size(request["Item"]) / 1024)
        elif operation == "TransactWriteItems":
            self.units["write"] += 2 * len(request["TransactItems"])
        elif operation == "Query":
            self.units["read"] += max(1, ceil(sum(map(item_size, answer["Items"])) / 4096))
        elif operation == "BatchGetItem":
            asked = request["RequestItems"].values()
            self.units["read"] += sum(len(each["Keys"]) for each in asked)
        else:
            self.units["read"] += 1


@dataclass
class Crowd:
    """Senders of bets on one wallet, each with a function of its own."""

    store: str
    house: House
    timed: Timed
    pause_s: float = 0.0
    latencies: list[float] = field(default_factory=list)
    busy: int = 0
    decided: int = 0
    conflicts: int = 0

    def send(self, each: int, patient: bool) -> None:
        """Bet so often, one after the other, until each is decided; without patience once."""
        client, tables = DynamoDb(self.timed), self.house.world.tables  # type: ignore[arg-type]
        ledger: Any = DynamoDbLedger(client, tables)
        accounts: Any = DynamoDbAccounts(client, tables)
        if self.store != "today":
            ledger = LogLedger(client, tables, claims=self.store == "claims")
            accounts = LogAccounts(client, tables)
        service = WalletService(ledger, accounts, SystemClock(), Igsp())
        for _ in range(each):
            self._decide(service, bet(), patient)
            if self.pause_s:
                self.house.kernel.pause(round(self.pause_s * 1_000_000))

    def _decide(self, service: WalletService, request: Transaction, patient: bool) -> None:
        kernel, tries = self.house.kernel, 0
        while True:
            began = kernel.now_us
            try:
                result = service.transact(request, WalletTerms())
                assert result.code == "ok", result
                self.decided += 1
                self.conflicts += result.conflicts
            except RetryableError as error:
                self.busy += 1
                self.conflicts += error.conflicts
                if patient:
                    tries += 1
                    ceiling_us = min(1_000_000, 50_000 * 2 ** (tries - 1))
                    kernel.pause(round(ceiling_us * random.random()))
                    continue
            self.latencies.append((kernel.now_us - began) / 1000)
            return


def bet() -> Transaction:
    """Return a new bet of one cent in a new round."""
    return Transaction(
        integration=INTEGRATIONS["igsp"].name,
        transaction_id=str(uuid4()),
        kind="bet",
        type="bet",
        player_id=PLAYERS[0],
        currency=CURRENCY,
        amount_minor=1,
        game_id=GAME,
        session_id=session_of("igsp", PLAYERS[0]),
        round_id=str(uuid4()),
        trace_id=str(uuid4()),
    )


def crowd(
    store: str,
    senders: int,
    each: int,
    pause_s: float = 0.0,
    *,
    patient: bool = True,
    seed: int = 0,
) -> Crowd:
    """Let senders loose on a new wallet, and prove what they left."""
    choices = Choices(seed, forced={"storm": 0.0})
    house = House(choices) if store == "today" else LogHouse(choices)
    reseed(seed)
    found = Crowd(store, house, Timed(house), pause_s)
    for number in range(senders):
        host = Host(house.kernel, f"function {number}")
        house.kernel.start(f"sender {number}", host, partial(found.send, each, patient))
    house.kernel.run()
    wallet = house.world.accounts.wallet(PLAYERS[0], CURRENCY)
    assert wallet is not None
    assert wallet.balance_minor == START_MINOR - found.decided
    assert not house.world.verifier.everything().faults
    return found


def main(arguments: list[str]) -> None:
    """Print a row for each store and level, relative to today's."""
    parser = argparse.ArgumentParser(prog="figures", description=__doc__)
    parser.add_argument("--lag", type=float, default=0.3, help="how far the stream is behind, in s")
    given = parser.parse_args(arguments)
    lags = Options((1, round(given.lag * 1_000_000)))
    nothing = Options((1, 0))
    world: dict[str, Any] = {"LAGS": lags, "_GAPS": nothing, "_AGAIN": nothing}
    with (
        simulated(),
        patch.multiple("tests.simulation.experiment.world", **world),
        patch("tests.simulation.kernel.MOST_EVENTS", 5_000_000),
    ):
        for senders, each, pause_s in LEVELS:
            for store in STORES:
                found = crowd(store, senders, each, pause_s)
                seconds = max(1, found.house.kernel.now_us) / 1e6
                _say(f"{senders} x {each}", found, 1, f"ended at {seconds:.1f} s")
        for store in STORES:
            many = [crowd(store, BURST, 1, patient=False, seed=n) for n in range(REPEATS)]
            for other in many[1:]:
                many[0].latencies += other.latencies
                many[0].busy += other.busy
                many[0].conflicts += other.conflicts
                many[0].timed.units.update(other.timed.units)
                many[0].timed.calls.update(other.timed.calls)
            _say(f"burst of {BURST}", many[0], REPEATS, "")


def _say(level: str, found: Crowd, repeats: int, more: str) -> None:
    cuts = quantiles(found.latencies, n=100, method="inclusive")
    bets, units, calls = len(found.latencies), found.timed.units, found.timed.calls
    print(
        f"{level:12} {found.store:7} "
        f"p50 {cuts[49]:7.1f} p95 {cuts[94]:7.1f} p99 {cuts[98]:7.1f} ms, "
        f"{bets} bets, {found.busy} busy, {found.conflicts} conflicts, a bet: "
        f"{units['write'] / bets:.2f} WCU, {units['read'] / bets:.2f} RCU, "
        f"{sum(calls.values()) / bets:.2f} calls {more}",
        file=sys.__stdout__,
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
