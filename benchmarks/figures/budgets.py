"""The budgets of the hot path, and whether a run keeps them.

They are the project's promise: what a request may cost in round trips and request units, and how
much slower than its peers it may be in the same run. A figure that a full run did not bring is a
budget missed; a quick run is judged by what it measured.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from benchmarks.figures.ratios import ratios
from benchmarks.figures.results import (
    Budget,
    Capacity,
    GrowthRatios,
    Results,
    RoundTrips,
    parse,
    rounded,
)

LARGE_LEDGER: Final = 1_000_000

type Row = tuple[str, float | None, float]
"""A name, the figure, and the most that it may be."""


def judged(measured: dict[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """Return what was measured, rounded, with its ratios and budgets: the file as it is written.

    Both are worked out from the rounded figures, so that a reader of the file gets the same.
    """
    run = rounded(measured)
    run["ratios"] = rounded(ratios(parse(run).variants))
    budgets = judge(parse(run), complete=complete)
    run["budgets"] = rounded([msgspec.to_builtins(budget) for budget in budgets])
    return dict(run)


def judge(results: Results, *, complete: bool = True) -> list[Budget]:
    """Return every budget in its order; without `complete` only those that have a figure."""
    rows = [
        *_round_trips(results.wallet.round_trips),
        *_capacity(results.wallet.capacity),
        *_ratios(results),
        *_growth(results),
        *_package(results),
    ]
    return [
        Budget(name, value, budget, value is not None and value <= budget)
        for name, value, budget in rows
        if complete or value is not None
    ]


def _round_trips(counted: RoundTrips) -> Iterator[Row]:
    for action, value, budget in (
        ("bet", counted.bet, 2),
        ("win", counted.win, 2),
        ("refund", counted.refund, 2),
        ("replay", counted.replay, 1),
        ("balance", counted.balance, 1),
    ):
        yield f"round trips of a {action}", value, budget


def _capacity(consumed: Capacity) -> Iterator[Row]:
    for action, units in (("bet", consumed.bet), ("win", consumed.win)):
        tables = units.tables if units else None
        yield f"write units of a {action} in a round, tables without the index", tables, 6
        yield f"read units of a {action} in a round", units.read if units else None, 4


def _ratios(results: Results) -> Iterator[Row]:
    for name, figure, peer, budget in (
        ("cold start and first bet / tuned botocore", "cold", "boto3_tuned", 1.15),
        ("cold start and first bet / Powertools as packaged", "cold", "powertools", 0.2),
        ("warm CPU of a bet / plain boto3", "warm_cpu", "boto3", 1.0),
        # With the delays that the budget assumes. Where they are spread as on AWS, the tail of the
        # one transaction that all variants make is most of p95, whatever is before or after it.
        ("warm p50 / Powertools, assumed delays", "constant_p50", "powertools", 0.55),
        ("warm p95 / Powertools, assumed delays", "constant_p95", "powertools", 0.55),
    ):
        yield name, results.ratios.get(figure, {}).get(peer), budget


def _growth(results: Results) -> Iterator[Row]:
    grown = results.growth
    # A quick run fills a smaller ledger: that says nothing of this budget.
    large_enough = grown is not None and grown.large.entries >= LARGE_LEDGER
    ratios = grown.ratios if grown is not None and large_enough else GrowthRatios()
    for what, value in (
        ("CPU", ratios.cpu),
        ("p50", ratios.p50),
        ("round trips", ratios.round_trips),
        ("write units", ratios.write),
        ("read units", ratios.read),
    ):
        yield f"{what} of a bet, ledger of {LARGE_LEDGER:,} entries / 1,000", value, 1.1


def _package(results: Results) -> Iterator[Row]:
    package = results.variants["wallet"].package
    zipped_mb = package.zipped / 1e6 if package else None
    yield "function package with its layer, zipped, MB", zipped_mb, 12
