"""docs/capacity.md: cost and limits as a page.

The words are in `capacity.template.md`; every number in it is worked out here.
"""

from math import ceil
from pathlib import Path
from typing import Final

from benchmarks.cost import bill, parameters
from benchmarks.cost.bill import Architecture, Bill, monthly_bill, per_million
from benchmarks.cost.limits import at_target, one_wallet, units_per_table
from benchmarks.cost.parameters import Prices, Quotas
from benchmarks.figures.markdown import table
from benchmarks.figures.report import figure
from benchmarks.figures.results import OURS, Results, read

TEMPLATE: Final = Path(__file__).with_name("capacity.template.md")
CAPACITY: Final = Path(__file__).resolve().parents[2] / "docs" / "capacity.md"
PEER: Final = "powertools"
ARCHITECTURES: Final[tuple[Architecture, ...]] = ("x86_64", "arm64")


def page(run: Results, prices: Prices, quotas: Quotas) -> str:
    """Return the page; raises `MissingFigureError` when the run was not a full one."""
    values = {
        **_cost(run, prices),
        **_small_limits(run, prices, quotas),
        **_target(run, prices, quotas),
        **_stream(run, prices, quotas),
    }
    return TEMPLATE.read_text(encoding="utf-8").format_map(values)


def capacity() -> str:
    """Return docs/capacity.md as it has to be: the latest run at the example prices."""
    return page(read(), parameters.prices(), parameters.quotas())


def _cost(run: Results, prices: Prices) -> dict[str, str]:
    load, ours, peer = prices.workload, run.variants[OURS], run.variants[PEER]
    units, peer_units = bill.bet_units(ours), bill.bet_units(peer)
    return {
        "region": prices.region,
        "as_of": prices.as_of,
        "prices_source": prices.source,
        "bets_per_month": figure(load.bets_per_month),
        "peer_title": peer.title,
        "bills": _bills(run, prices),
        "actions": _actions(run, prices),
        "billed_ms": figure(bill.billed_ms(ours, load)),
        "peer_billed_ms": figure(bill.billed_ms(peer, load)),
        "write": figure(units.write),
        "read": figure(units.read),
        "peer_write": figure(peer_units.write),
        "peer_read": figure(peer_units.read),
        "log_bytes": figure(bill.needed(ours.log_bytes, "log lines")),
        "peer_log_bytes": figure(bill.needed(peer.log_bytes, "log lines of the peer")),
        "stored_bytes": figure(bill.stored_bytes(bill.items_of(run), load)),
        "memory_mb": figure(load.memory_mb),
        "cold_share": f"{load.cold_share:.1%}",
        "platform_log_bytes": figure(load.platform_log_bytes),
        "access_log_bytes": figure(load.access_log_bytes),
        "metric_series": figure(load.metric_series),
        "cache_s": figure(load.cache_s),
        "stream_read_million": _usd(prices.dynamodb.stream_read * bill.MILLION),
    }


def _bills(run: Results, prices: Prices) -> str:
    bets, items = prices.workload.bets_per_month, bill.items_of(run)
    bills: dict[str, Bill] = {}
    for name, title in ((OURS, "wallet"), (PEER, "peer")):
        for architecture in ARCHITECTURES:
            month = monthly_bill(run.variants[name], items, prices, bets, architecture)
            bills[f"{title}, {architecture}"] = per_million(month, bets)
    components = next(iter(bills.values()))
    return table(
        ["component", *bills],
        [
            *([name, *(_usd(bill[name]) for bill in bills.values())] for name in components),
            ["**together**", *(f"**{_usd(sum(bill.values()))}**" for bill in bills.values())],
        ],
    )


def _actions(run: Results, prices: Prices) -> str:
    rows, given = [], run.wallet.capacity
    for name in ("bet", "win", "refund", "replay", "balance"):
        units = bill.needed(getattr(given, name), f"capacity of a {name}")
        usd = units.write * prices.dynamodb.write_unit + units.read * prices.dynamodb.read_unit
        rows.append([name, figure(units.write), figure(units.read), _usd(usd * bill.MILLION)])
    return table(["action", "write units, with the index", "read units", "US dollars"], rows)


def _small_limits(run: Results, prices: Prices, quotas: Quotas) -> dict[str, str]:
    wallet, limits = one_wallet(run, prices, quotas), quotas.dynamodb
    table_write, index_write, _ = units_per_table(run)
    levels = [
        [
            figure(each.concurrent),
            figure(each.bets_per_s),
            figure(each.conflicts),
            figure(each.busy + each.unclear),
        ]
        for each in run.contention
    ]
    return {
        "commit_ms": figure(run.delays_ms["TransactWriteItems"]),
        "in_turn": _about(wallet.in_turn),
        "commits": _about(wallet.commits),
        "item_writes": _about(wallet.item_writes),
        "contention": table(
            ["senders at once", "bets/s", "conflicts", "answered to try again"], levels
        ),
        "table_write": figure(table_write),
        "index_write": figure(index_write),
        "partition_write": figure(limits.partition_write_units),
        "partition_read": figure(limits.partition_read_units),
        "transaction_items": figure(limits.transaction_items),
        "transaction_mb": figure(limits.transaction_mb),
    }


def _target(run: Results, prices: Prices, quotas: Quotas) -> dict[str, str]:
    target, functions = at_target(run, prices, quotas), quotas.functions
    bets, items = target.bets_per_month, bill.items_of(run)
    month, month_arm = (
        sum(monthly_bill(run.variants[OURS], items, prices, bets, each).values())
        for each in ARCHITECTURES
    )
    rows = [
        [each.name, figure(each.quota), _about(each.need), "-" if each.enough else _up(each.wanted)]
        for each in target.raises
    ]
    return {
        "rate": figure(quotas.target.bets_per_s),
        "headroom": _about((quotas.target.headroom - 1) * 100),
        "environments": figure(target.environments),
        "concurrency": figure(target.concurrency),
        "requests_per_environment": figure(functions.requests_per_environment),
        "scaling_environments": figure(functions.scaling_environments),
        "scaling_requests": figure(functions.scaling_requests_per_s),
        "scaling_interval_s": figure(functions.scaling_interval_s),
        "seconds_to_scale": figure(target.seconds_to_scale),
        "refreshes_per_s": _about(target.refreshes_per_s),
        "partitions": figure(target.partitions),
        "new_table_write": figure(quotas.dynamodb.new_table_write_units),
        "new_table_read": figure(quotas.dynamodb.new_table_read_units),
        "tb_a_day": figure(target.tb_a_day),
        "log_mb_per_s": _about(target.log_mb_per_s),
        "month_usd": _about(month),
        "month_arm_usd": _about(month_arm),
        "million_usd": _usd(month / bets * bill.MILLION),
        "million_arm_usd": _usd(month_arm / bets * bill.MILLION),
        "quotas_source": quotas.source,
        "raises": table(["quota", "default", "need", "ask for"], rows),
        "burst": figure(quotas.api_gateway.burst),
        "timeout_s": figure(quotas.api_gateway.timeout_s),
        "put_calls": figure(quotas.logs.put_calls_per_s),
    }


def _stream(run: Results, prices: Prices, quotas: Quotas) -> dict[str, str]:
    stream = at_target(run, prices, quotas).stream
    return {
        "shards": figure(stream.shards),
        "records_per_shard": _about(stream.records_per_shard),
        "one_worker": _about(stream.one_worker),
        "parallel": figure(stream.parallel),
        "stream_environments": figure(stream.environments),
        "batch_ms": figure(quotas.consumer.batch_ms),
        "batch_records": figure(quotas.consumer.batch_records),
        "most_parallel": figure(quotas.streams.most_parallel),
        "readers": figure(quotas.streams.readers_per_shard),
    }


def _usd(amount: float) -> str:
    return f"{amount:,.2f}"


def _about(value: float) -> str:
    """Return a whole number: a limit is not known better than that."""
    return f"{value:,.0f}"


def _up(value: float) -> str:
    """Return a whole number that is not less."""
    return f"{ceil(value):,}"
