"""What a million bets cost by component, from measured figures and published prices.

Lambda's time is the warm p50 beside AWS-like delays; the part of it that is CPU takes longer on the
share of a processor that the memory buys. Storage is a month of keeping what a month's bets wrote;
the ledger is kept for ever, so that part adds up month by month. Secrets and the registry are read
once per environment and cache period, at full use of the environments.
"""

from typing import Final, Literal

from benchmarks.cost.parameters import Prices, Workload, charge
from benchmarks.figures.results import ItemBytes, Results, Units, Variant

type Architecture = Literal["x86_64", "arm64"]
type Bill = dict[str, float]
"""US dollars by component."""

MILLION: Final = 1e6
REGISTRY_UNITS: Final = 3
"""Read units of one look at the registry: key, integration, the switches for all."""


class MissingFigureError(LookupError):
    """The run lacks a figure that the cost needs."""


def needed[T](value: T | None, what: str) -> T:
    """Return a figure that has to be there; raises `MissingFigureError`."""
    if value is None:
        raise MissingFigureError(f"the run has no {what}")
    return value


def bet_units(variant: Variant) -> Units:
    """Return the request units of a bet."""
    capacity = needed(variant.capacity, f"capacity of {variant.title}")
    return needed(capacity.bet, f"capacity of a bet of {variant.title}")


def warm_ms(variant: Variant, workload: Workload) -> float:
    """Return how long Lambda bills for a warm bet."""
    latency = needed(variant.latency, f"latency of {variant.title}")
    warm = needed(variant.warm, f"warm CPU of {variant.title}")
    slower = max(1.0, workload.processor_at_mb / workload.memory_mb)
    return latency.p50_ms + warm.cpu_ms * (slower - 1)


def billed_ms(variant: Variant, workload: Workload) -> float:
    """Return the mean that Lambda bills for a bet; the share of cold ones pays for init as well."""
    cold = needed(variant.cold, f"cold start of {variant.title}")
    share = workload.cold_share
    return (1 - share) * warm_ms(variant, workload) + share * cold.total_ms


def stored_bytes(items: ItemBytes, workload: Workload) -> int:
    """Return what a bet in a round of its own leaves in the tables and the index."""
    return items.entry + items.index + items.round + 3 * workload.item_overhead_bytes


def logged_bytes(variant: Variant, workload: Workload) -> float:
    """Return what a bet writes to CloudWatch Logs: its own lines, Lambda's and API Gateway's."""
    own = needed(variant.log_bytes, f"log lines of {variant.title}")
    return own + workload.platform_log_bytes + workload.access_log_bytes


def monthly_bill(
    variant: Variant, items: ItemBytes, given: Prices, bets: float, architecture: Architecture
) -> Bill:
    """Return what a month with so many bets costs.

    A peer's entry is taken to be as large as ours. Raises `MissingFigureError`.
    """
    load, functions, tables = given.workload, given.functions, given.dynamodb
    units = bet_units(variant)
    gb_seconds = bets * billed_ms(variant, load) / 1e3 * load.memory_mb / 1024
    per_gb_second = (
        functions.gb_second_x86_64 if architecture == "x86_64" else functions.gb_second_arm64
    )
    gb_month = tables.storage_gb_month + tables.recovery_gb_month
    return {
        "API Gateway, requests": charge(given.api_gateway.rest_request, bets),
        "Lambda, requests": bets * functions.request,
        "Lambda, time": charge(per_gb_second, gb_seconds),
        "DynamoDB, writes": bets * units.write * tables.write_unit,
        "DynamoDB, reads": bets * units.read * tables.read_unit,
        "DynamoDB, a month of storage": bets * stored_bytes(items, load) / 1e9 * gb_month,
        "DynamoDB, stream reads": 0.0,  # the template has no stream
        "CloudWatch, log lines": charge(
            given.cloudwatch.log_gb, bets * logged_bytes(variant, load) / 1e9
        ),
        "Secrets and registry, read anew": bets * _refreshes(variant, load) * _refresh(given),
        "Metrics, alarms, secrets by the month": _fixed(given),
    }


def per_million(bill: Bill, bets: float) -> Bill:
    """Return a month's bill for each million of its bets."""
    return {name: usd / bets * MILLION for name, usd in bill.items()}


def _refreshes(variant: Variant, load: Workload) -> float:
    """How often a bet meets a cache that is too old: an environment serves many in a period."""
    return billed_ms(variant, load) / 1e3 / load.cache_s


def _refresh(given: Prices) -> float:
    return given.secrets.call + REGISTRY_UNITS * given.dynamodb.read_unit


def _fixed(given: Prices) -> float:
    load, watch = given.workload, given.cloudwatch
    metrics = load.metric_series * load.metrics_per_series
    secrets = load.integrations * given.secrets.secret_month
    return charge(watch.metric_month, metrics) + load.alarms * watch.alarm_month + secrets


def items_of(run: Results) -> ItemBytes:
    """Return the sizes of what a bet stores; raises `MissingFigureError`."""
    return needed(run.wallet.item_bytes, "sizes of the stored items")
