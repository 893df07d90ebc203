"""Where the design stops: one wallet, one partition, an account's quotas, and a target rate.

Everything is worked out from measured figures and from the quotas that are given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from benchmarks.cost.bill import billed_ms, items_of, logged_bytes, needed, stored_bytes, warm_ms
from benchmarks.cost.parameters import Prices, Quotas
from benchmarks.figures.results import OURS, Results

WRITTEN: Final = ("ledger", "wallets", "rounds")
READ: Final = ("ledger", "wallets", "sessions", "rounds")
"""The tables of a bet in a round: one item in each."""

SECONDS_A_DAY: Final = 86_400
DAYS_A_MONTH: Final = 30.4


@dataclass(frozen=True, slots=True)
class OneWallet:
    """How many bets one wallet takes in a second."""

    in_turn: float
    """One sender that waits for each answer."""
    commits: float
    """One commit after the other, with no time between them: above it, conflicts are certain."""
    item_writes: float
    """What the partition of the wallet's item would take."""


@dataclass(frozen=True, slots=True)
class Raise:
    """A quota beside what the target rate needs of it; `wanted` has the headroom in it."""

    name: str
    quota: float
    need: float
    wanted: float

    @property
    def enough(self) -> bool:
        """Whether the default does, headroom included."""
        return self.wanted <= self.quota


@dataclass(frozen=True, slots=True)
class Stream:
    """What a consumer of the ledger's stream would need at the target rate."""

    shards: int
    records_per_shard: float
    one_worker: float
    """Records per second that one worker gets through."""
    parallel: int
    """Workers on each shard: the trigger's parallelization factor."""
    environments: int


@dataclass(frozen=True, slots=True)
class Target:
    """The target rate, worked out."""

    environments: int
    """Busy at once, by rate and duration."""
    concurrency: int
    """What the quota has to be: the requests per second count besides."""
    seconds_to_scale: int
    partitions: int
    """Of the table that writes most per second, at the least."""
    refreshes_per_s: float
    """Reads of each shared item of the registry, and of the secret, if all environments live."""
    tb_a_day: float
    log_mb_per_s: float
    bets_per_month: float
    raises: tuple[Raise, ...]
    stream: Stream


def units_per_table(run: Results) -> tuple[float, float, float]:
    """Return what a bet costs each table: write units, the index's write units, read units."""
    units = needed(run.wallet.capacity.bet, "capacity of a bet")
    index = needed(units.write_index, "write units of the index")
    return units.tables / len(WRITTEN), index, units.read / len(READ)


def one_wallet(run: Results, given: Prices, limits: Quotas) -> OneWallet:
    """Return the limits of one wallet."""
    commit_ms = needed(run.delays_ms.get("TransactWriteItems"), "delay of a transaction")
    write, _, _ = units_per_table(run)
    return OneWallet(
        in_turn=1000 / warm_ms(run.variants[OURS], given.workload),
        commits=1000 / commit_ms,
        item_writes=limits.dynamodb.partition_write_units / write,
    )


def at_target(run: Results, given: Prices, limits: Quotas) -> Target:
    """Return what the target rate needs."""
    ours, load = run.variants[OURS], given.workload
    rate, functions = limits.target.bets_per_s, limits.functions
    environments = ceil(rate * billed_ms(ours, load) / 1000)
    concurrency = max(environments, ceil(rate / functions.requests_per_environment))
    steps = max(
        ceil(environments / functions.scaling_environments),
        ceil(rate / functions.scaling_requests_per_s),
    )
    write, _, _ = units_per_table(run)
    refreshes = concurrency / load.cache_s
    return Target(
        environments=environments,
        concurrency=concurrency,
        seconds_to_scale=steps * functions.scaling_interval_s,
        partitions=ceil(rate * write / limits.dynamodb.partition_write_units),
        refreshes_per_s=refreshes,
        tb_a_day=rate * SECONDS_A_DAY * stored_bytes(items_of(run), load) / 1e12,
        log_mb_per_s=rate * logged_bytes(ours, load) / 1e6,
        bets_per_month=rate * SECONDS_A_DAY * DAYS_A_MONTH,
        raises=tuple(_raises(run, limits, concurrency, refreshes)),
        stream=_stream(rate, write, limits),
    )


def _raises(
    run: Results, limits: Quotas, concurrency: int, refreshes_per_s: float
) -> Iterator[Raise]:
    write, index, read = units_per_table(run)
    rate, tables = limits.target.bets_per_s, limits.dynamodb
    needs: list[tuple[str, float, float]] = [
        ("API Gateway: requests per second", limits.api_gateway.requests_per_s, rate),
        ("Lambda: concurrency", limits.functions.concurrency, concurrency),
        *(
            (f"DynamoDB: write units per second, {name}", tables.table_write_units, rate * write)
            for name in WRITTEN
        ),
        (
            "DynamoDB: write units per second, index by_wallet",
            tables.table_write_units,
            rate * index,
        ),
        *(
            (f"DynamoDB: read units per second, {name}", tables.table_read_units, rate * read)
            for name in READ
        ),
        ("Secrets Manager: calls per second", limits.secrets.calls_per_s, refreshes_per_s),
    ]
    for name, quota, need in needs:
        yield Raise(name, quota, need, need * limits.target.headroom)


def _stream(rate: float, write: float, limits: Quotas) -> Stream:
    per_shard = limits.streams.shard_write_units / write
    shards = ceil(rate / per_shard)
    one_worker = limits.consumer.batch_records / limits.consumer.batch_ms * 1000
    parallel = ceil(rate / shards * limits.target.headroom / one_worker)
    return Stream(shards, rate / shards, one_worker, parallel, shards * parallel)
