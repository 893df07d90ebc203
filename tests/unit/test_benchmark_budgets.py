"""A run is judged by every budget, and a figure that is not there keeps none."""

from typing import Any

import pytest

from benchmarks.figures.budgets import LARGE_LEDGER, judge, judged
from benchmarks.figures.results import parse
from tests.support.benchmark import measured, run


def ok_by_name(raw: dict[str, Any], *, complete: bool = True) -> dict[str, bool]:
    budgets = judged(raw, complete=complete)["budgets"]
    return {budget["name"]: budget["ok"] for budget in budgets}


def test_a_run_within_all_budgets_keeps_them_all() -> None:
    budgets = run().budgets
    assert len({budget.name for budget in budgets}) == len(budgets) == 20
    assert all(budget.ok for budget in budgets)


def change(raw: dict[str, Any], path: str, value: float) -> None:
    *parents, last = path.split("/")
    for name in parents:
        raw = raw[name]
    raw[last] = value


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        ("wallet/round_trips/bet", 3, "round trips of a bet"),
        ("wallet/round_trips/win", 3, "round trips of a win"),
        ("wallet/round_trips/refund", 3, "round trips of a refund"),
        ("wallet/round_trips/replay", 2, "round trips of a replay"),
        ("wallet/round_trips/balance", 2, "round trips of a balance"),
        (
            "wallet/capacity/bet/write_tables",
            7.0,
            "write units of a bet in a round, tables without the index",
        ),
        (
            "wallet/capacity/win/write_tables",
            7.0,
            "write units of a win in a round, tables without the index",
        ),
        ("wallet/capacity/bet/read", 5.0, "read units of a bet in a round"),
        ("wallet/capacity/win/read", 5.0, "read units of a win in a round"),
        ("variants/boto3_tuned/cold/total_ms", 139.0, "cold start and first bet / tuned botocore"),
        (
            "variants/powertools/cold/total_ms",
            799.0,
            "cold start and first bet / Powertools as packaged",
        ),
        ("variants/boto3/warm/cpu_ms", 1.19, "warm CPU of a bet / plain boto3"),
        (
            "variants/powertools/latency_constant/p50_ms",
            52.0,
            "warm p50 / Powertools, assumed delays",
        ),
        (
            "variants/powertools/latency_constant/p95_ms",
            56.0,
            "warm p95 / Powertools, assumed delays",
        ),
        ("growth/ratios/cpu", 1.11, "CPU of a bet, ledger of 1,000,000 entries / 1,000"),
        ("growth/ratios/p50", 1.11, "p50 of a bet, ledger of 1,000,000 entries / 1,000"),
        (
            "growth/ratios/round_trips",
            1.2,
            "round trips of a bet, ledger of 1,000,000 entries / 1,000",
        ),
        ("growth/ratios/write", 1.2, "write units of a bet, ledger of 1,000,000 entries / 1,000"),
        ("growth/ratios/read", 1.2, "read units of a bet, ledger of 1,000,000 entries / 1,000"),
        (
            "variants/wallet/package/zipped",
            12_000_001,
            "function package with its layer, zipped, MB",
        ),
    ],
)
def test_a_figure_above_its_budget_misses_that_one_alone(
    path: str, value: float, name: str
) -> None:
    raw = measured()
    change(raw, path, value)
    assert [name for name, ok in ok_by_name(raw).items() if not ok] == [name]


@pytest.mark.parametrize("part", ["growth", "wallet"])
def test_what_a_full_run_did_not_measure_is_missed(part: str) -> None:
    raw = measured()
    del raw[part]
    missed = [budget for budget in judge(parse(raw)) if not budget.ok and budget.value is None]
    assert missed


def test_a_quick_run_leaves_out_what_it_did_not_measure() -> None:
    raw = measured()
    everything = len(ok_by_name(raw))
    del raw["growth"]
    found = ok_by_name(raw, complete=False)
    assert len(found) == everything - 5
    assert all(found.values())


def test_a_smaller_ledger_says_nothing_of_the_budget_of_growth() -> None:
    raw = measured()
    raw["growth"]["large"]["entries"] = LARGE_LEDGER - 1
    assert not all(ok_by_name(raw).values())
    assert all(ok_by_name(raw, complete=False).values())


def test_ratios_are_ours_over_the_peers() -> None:
    ratios = judged(measured())["ratios"]
    assert ratios["cold"]["boto3"] == 0.5
    assert ratios["p99"]["floor"] == 2
    assert "wallet" not in ratios["cold"]
