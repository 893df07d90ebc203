"""A run is judged by every budget, and a figure that is not there keeps none."""

import pytest

from benchmarks.figures.budgets import LARGE_LEDGER, judged
from benchmarks.figures.page import page
from benchmarks.figures.results import Run
from testing.benchmark import measured

TOO_MUCH = {
    "wallet/round_trips/bet": 3,
    "wallet/round_trips/win": 3,
    "wallet/round_trips/refund": 3,
    "wallet/round_trips/replay": 2,
    "wallet/round_trips/balance": 2,
    "wallet/capacity/bet/write_tables": 7.0,
    "wallet/capacity/bet/read": 5.0,
    "wallet/capacity/win/write_tables": 7.0,
    "wallet/capacity/win/read": 5.0,
    "variants/boto3_tuned/cold/total_ms": 139.0,
    "variants/powertools/cold/total_ms": 799.0,
    "dialects/flexsoft/ratio": 1.16,
    "dialects/winupgo/ratio": 1.16,
    "variants/boto3/warm/cpu_ms": 1.19,
    "variants/powertools/latency_constant/p50_ms": 54.0,
    "variants/powertools/latency_constant/p95_ms": 90.0,
    "growth/ratios/cpu": 1.11,
    "growth/ratios/p50": 1.11,
    "growth/ratios/round_trips": 1.2,
    "growth/ratios/write": 1.2,
    "growth/ratios/read": 1.2,
    "variants/wallet/package/zipped": 12_100_000,
}
"""A figure that is too large, or a peer's that is too small, for each budget in its order."""


def missed(raw: Run, *, complete: bool = True) -> list[int]:
    budgets = judged(raw, complete=complete)["budgets"]
    return [at for at, budget in enumerate(budgets) if not budget["ok"]]


def test_a_run_within_all_budgets_keeps_them_all() -> None:
    budgets = judged(measured())["budgets"]
    assert len({budget["name"] for budget in budgets}) == len(budgets) == len(TOO_MUCH) == 22
    assert missed(measured()) == []


@pytest.mark.parametrize("path", TOO_MUCH)
def test_each_budget_is_missed_by_its_own_figure(path: str) -> None:
    raw = measured()
    *parents, last = path.split("/")
    found = raw
    for name in parents:
        found = found[name]
    found[last] = TOO_MUCH[path]
    assert missed(raw) == [list(TOO_MUCH).index(path)]
    assert page(judged(raw)).count("MISSED") == 1


@pytest.mark.parametrize("part", ["growth", "wallet", "variants", "dialects"])
def test_what_a_full_run_did_not_measure_is_missed(part: str) -> None:
    raw = measured()
    del raw[part]
    assert missed(raw) == [at for at, path in enumerate(TOO_MUCH) if path.startswith(part)]
    assert missed(raw, complete=False) == []


def test_a_smaller_ledger_says_nothing_of_the_budget_of_growth() -> None:
    raw = measured()
    raw["growth"]["large"]["entries"] = LARGE_LEDGER - 1
    assert len(missed(raw)) == 5
    assert missed(raw, complete=False) == []


def test_ratios_are_ours_over_the_peers() -> None:
    ratios = judged(measured())["ratios"]
    assert ratios["cold"]["boto3"] == 0.5
    assert ratios["p99"]["floor"] == 2
    assert "wallet" not in ratios["cold"]
