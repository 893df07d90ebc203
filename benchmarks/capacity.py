"""docs/capacity.md: what bets cost and where the limits are, from a run and `capacity.toml`.

    .venv/bin/python -m benchmarks.capacity [MY.toml]    prints the page for one's own parameters

Lambda's time is the warm p50 beside AWS-like delays; the part of it that is CPU takes longer on the
share of a processor that the memory buys. Storage is a month of keeping what a month's bets wrote.
Each environment reads secret and registry once per cache period, at full use of the environments.
"""

import sys
import tomllib
from math import ceil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from benchmarks.figures.page import number, table
from benchmarks.figures.results import OURS, PROJECT, Run, needed, read

GIVEN: Final = Path(__file__).with_suffix(".toml")
WORDS: Final = Path(__file__).with_suffix(".md")
CAPACITY: Final = PROJECT / "docs" / "capacity.md"
PEER: Final = "powertools"
WRITTEN: Final = ("ledger", "wallets", "rounds")
READ: Final = ("ledger", "wallets", "sessions", "rounds")
"""The tables of a bet in a round: one item in each."""

_MILLION: Final = 1e6
_ARCHITECTURES: Final = ("x86_64", "arm64")


class Number(float):
    """A number that the page shows with three digits, unless it asks for another format."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else number(self)


def parameters(path: Path = GIVEN) -> Any:
    """Return the parameters as attributes of their sections.

    Raises `ValueError` that names those that are missing, and those that the page does not know.
    """
    given, known = (tomllib.loads(each.read_text()) for each in (path, GIVEN))
    mine, ours = ({f"{at}.{name}" for at in all_ for name in all_[at]} for all_ in (given, known))
    if wrong := mine ^ ours:
        raise ValueError(f"missing or unknown in {path}: {', '.join(sorted(wrong))}")
    return _namespace(given)


def _namespace(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{name: _namespace(each) for name, each in value.items()})
    return Number(value) if isinstance(value, int | float) else value


def charge(scale: list[tuple[float, float]], amount: float) -> float:
    """Return what `amount` costs: up to so many of it have that price each, step by step."""
    total, below = 0.0, 0.0
    for up_to, price in scale:
        total += max(0.0, min(amount, up_to) - below) * price
        below = up_to
    return total


def bet_of(run: Run, given: Any, name: str = OURS) -> Any:
    """Return what a bet of one variant takes; raises `MissingFigureError` for what the run lacks.

    `warm_ms` and `billed_ms` are what Lambda bills for a warm bet, and on average: the share of
    cold bets pays for init as well. `logged` are the bytes of the function's own lines, of Lambda's
    and of API Gateway's, `stored` those of a bet in a round of its own, by the sizes of our items.
    """
    load = given.workload

    def of(path: str) -> float:
        return needed(run, f"variants/{name}/{path}")

    slower = max(1.0, load.processor_at_mb / load.memory_mb)
    warm_ms = of("latency/p50_ms") + of("warm/cpu_ms") * (slower - 1)
    items = [needed(run, f"wallet/item_bytes/{each}") for each in ("entry", "index", "round")]
    values = {
        "write": of("capacity/bet/write"),
        "read": of("capacity/bet/read"),
        "warm_ms": warm_ms,
        "billed_ms": (1 - load.cold_share) * warm_ms + load.cold_share * of("cold/total_ms"),
        "log_bytes": of("log_bytes"),
        "logged": of("log_bytes") + load.platform_log_bytes + load.access_log_bytes,
        "stored": sum(items) + len(items) * load.item_overhead_bytes,
    }
    return _namespace(values)


def bill(bet: Any, given: Any, bets: float, architecture: str) -> dict[str, float]:
    """Return what a month with so many bets costs, in US dollars by component."""
    price, load = given.prices, given.workload
    seconds = bets * bet.billed_ms / 1e3
    gb_seconds = seconds * load.memory_mb / 1024
    gb_month = price.storage_gb_month + price.recovery_gb_month
    refresh = price.secret_call + 3 * price.read_unit  # the keys, integration, the switches for all
    series = load.metric_series * load.metrics_per_series + load.method_metrics
    fixed = charge(price.metric_month, series) + load.alarms * price.alarm_month
    fixed += load.integrations * price.secret_month + price.firewall[0]
    return {
        "API Gateway, requests": charge(price.rest_request, bets),
        "Firewall, requests": bets * price.firewall[1],
        "Lambda, requests": bets * price.lambda_request,
        "Lambda, time": charge(getattr(price.gb_second, architecture), gb_seconds),
        "DynamoDB, writes": bets * bet.write * price.write_unit,
        "DynamoDB, reads": bets * bet.read * price.read_unit,
        "DynamoDB, a month of storage": bets * bet.stored / 1e9 * gb_month,
        "DynamoDB, stream reads": 0.0,  # the template has no stream
        "CloudWatch, log lines": charge(price.log_gb, bets * bet.logged / 1e9),
        "Secrets and registry, read anew": seconds / load.cache_s * refresh,
        "Metrics, alarms, firewall, secrets by the month": fixed,
    }


def limits(run: Run, given: Any) -> Any:
    """Return where the design stops: one wallet, one partition, and what the target rate needs."""
    bet, rate, tables = bet_of(run, given), given.target.bets_per_s, given.dynamodb
    commits, a_day = 1000 / needed(run, "delays_ms/TransactWriteItems"), rate * 86_400
    write = needed(run, "wallet/capacity/bet/write_tables") / len(WRITTEN)
    bets = a_day * 30.4
    month, month_arm = (sum(bill(bet, given, bets, each).values()) for each in _ARCHITECTURES)
    values = {
        "in_turn": 1000 / bet.warm_ms,
        "commits": commits,
        "commit_ms": 1000 / commits,
        "item_writes": tables.partition_write_units / write,
        "table_write": write,
        "index_write": needed(run, "wallet/capacity/bet/write_index"),
        "table_read": needed(run, "wallet/capacity/bet/read") / len(READ),
        "partitions": ceil(rate * write / tables.partition_write_units),
        "tb_a_day": a_day * bet.stored / 1e12,
        "log_mb_per_s": rate * bet.logged / 1e6,
        "month": month,
        "month_arm": month_arm,
        "million": month / bets * _MILLION,
        "million_arm": month_arm / bets * _MILLION,
        "stream_read_million": given.prices.stream_read * _MILLION,
        "headroom": (given.target.headroom - 1) * 100,
        **_workers(bet, given, ceil(rate * write / tables.shard_write_units)),
    }
    return _namespace(values)


def _workers(bet: Any, given: Any, shards: int) -> dict[str, float]:
    """Return how many functions answer bets and read a stream of so many shards."""
    rate, functions, consumer = given.target.bets_per_s, given.functions, given.consumer
    environments = ceil(rate * bet.billed_ms / 1000)
    concurrency = max(environments, ceil(rate / functions.requests_per_environment))
    by_environments = ceil(environments / functions.scaling_environments)
    steps = max(by_environments, ceil(rate / functions.scaling_requests_per_s))
    one_worker = consumer.batch_records / consumer.batch_ms * 1000
    parallel = ceil(rate / shards * given.target.headroom / one_worker)
    return {
        "environments": environments,
        "concurrency": concurrency,
        "seconds_to_scale": steps * functions.scaling_interval_s,
        "refreshes_per_s": concurrency / given.workload.cache_s,
        "shards": shards,
        "records_per_shard": rate / shards,
        "one_worker": one_worker,
        "parallel": parallel,
        "stream_environments": shards * parallel,
    }


def raises(given: Any, at: Any) -> list[tuple[str, float, float, float]]:
    """Return each quota, its default, the need at the target rate, and the need with headroom."""
    rate, tables = given.target.bets_per_s, given.dynamodb
    writes = {**dict.fromkeys(WRITTEN, at.table_write), "index by_wallet": at.index_write}
    write, read = "DynamoDB: write units per second", "DynamoDB: read units per second"
    needs = [
        ("API Gateway: requests per second", given.api_gateway.requests_per_s, rate),
        ("Lambda: concurrency", given.functions.concurrency, at.concurrency),
        *((f"{write}, {to}", tables.table_write_units, rate * each) for to, each in writes.items()),
        *((f"{read}, {each}", tables.table_read_units, rate * at.table_read) for each in READ),
        ("Secrets Manager: calls per second", given.others.secret_calls_per_s, at.refreshes_per_s),
    ]
    return [(*each, each[2] * given.target.headroom) for each in needs]


def page(run: Run, given: Any) -> str:
    """Return the page; raises `MissingFigureError` when the run was not a full one."""
    at = limits(run, given)
    rows = [
        [name, f"{quota}", f"{need:,.0f}", "-" if wanted <= quota else f"{ceil(wanted):,}"]
        for name, quota, need, wanted in raises(given, at)
    ]
    return WORDS.read_text(encoding="utf-8").format(
        **vars(given),
        at=at,
        ours=bet_of(run, given),
        peer=bet_of(run, given, PEER),
        peer_title=run["variants"][PEER]["title"],
        bills=_bills(run, given),
        actions=_actions(run, given.prices),
        raises=table(["quota", "default", "need", "ask for"], rows),
    )


def _bills(run: Run, given: Any) -> str:
    bets, bills = given.workload.bets_per_month, {}
    for title, name in (("wallet", OURS), ("peer", PEER)):
        for architecture in _ARCHITECTURES:
            month = bill(bet_of(run, given, name), given, bets, architecture)
            per_million = {each: usd / bets * _MILLION for each, usd in month.items()}
            per_million["**together**"] = sum(per_million.values())
            bills[f"{title}, {architecture}"] = per_million
    components = next(iter(bills.values()))
    rows = [[each, *(f"{month[each]:,.2f}" for month in bills.values())] for each in components]
    return table(["component", *bills], rows)


def _actions(run: Run, price: Any) -> str:
    rows = []
    for action in ("bet", "win", "refund", "replay", "balance"):
        path = f"wallet/capacity/{action}"
        write, read = needed(run, f"{path}/write"), needed(run, f"{path}/read")
        usd = (write * price.write_unit + read * price.read_unit) * _MILLION
        rows.append([action, number(write), number(read), f"{usd:,.2f}"])
    return table(["action", "write units, with the index", "read units", "US dollars"], rows)


def latest() -> str:
    """Return docs/capacity.md as it has to be: the latest run at the example prices."""
    return page(read(), parameters())


if __name__ == "__main__":
    print(page(read(), parameters(Path(sys.argv[1]) if sys.argv[1:] else GIVEN)), end="")
