"""Cost and limits are worked out from the run and the parameters, and from nothing else."""

from pathlib import Path

import pytest

from benchmarks import capacity
from benchmarks.capacity import bet_of, bill, charge, limits, page, parameters, raises
from benchmarks.figures.results import MissingFigureError
from testing.benchmark import measured

GIVEN = parameters()


def test_a_scale_charges_each_part_at_its_step() -> None:
    scale = [(10.0, 3.0), (20.0, 2.0), (float("inf"), 1.0)]
    assert charge(scale, 5) == 15
    assert charge(scale, 25) == 30 + 20 + 5


def test_a_bet_is_billed_for_its_latency_and_for_cpu_on_a_share_of_a_processor() -> None:
    bet, load = bet_of(measured(), GIVEN), GIVEN.workload
    assert bet.warm_ms == pytest.approx(30 + 1.2 * (load.processor_at_mb / load.memory_mb - 1))
    share = load.cold_share
    assert bet.billed_ms == pytest.approx((1 - share) * bet.warm_ms + share * 160)


def test_a_month_is_charged_by_units_requests_and_bytes() -> None:
    bet = bet_of(measured(), GIVEN)
    x86, arm = (bill(bet, GIVEN, 1e6, each) for each in ("x86_64", "arm64"))
    assert [name for name in x86 if x86[name] != arm[name]] == ["Lambda, time"]
    load = GIVEN.workload
    metrics = load.metric_series * load.metrics_per_series + load.method_metrics
    fixed = metrics * 0.3 + load.alarms * 0.1 + 0.4 + GIVEN.prices.firewall[0]
    assert x86 == pytest.approx(
        {
            "API Gateway, requests": 3.5,
            "Firewall, requests": 0.6,
            "Lambda, requests": 0.2,
            "Lambda, time": bet.billed_ms * 1e3 * 1.66667e-5,
            "DynamoDB, writes": 7 * 0.625,
            "DynamoDB, reads": 4 * 0.125,
            "DynamoDB, a month of storage": 1.6 * 0.45,
            "DynamoDB, stream reads": 0,
            "CloudWatch, log lines": 1.8 * 0.5,
            "Secrets and registry, read anew": bet.billed_ms * 1e3 / 60 * (5e-6 + 3 * 0.125e-6),
            "Metrics, alarms, firewall, secrets by the month": fixed,
        }
    )


def test_a_missing_figure_is_an_error_that_names_it() -> None:
    raw = measured()
    del raw["variants"]["wallet"]["log_bytes"]
    with pytest.raises(MissingFigureError, match="wallet/log_bytes"):
        page(raw, GIVEN)


@pytest.mark.parametrize(
    ("old", "new"), [("write_unit =", "write_units ="), ("alarm_month = 0.10", "")]
)
def test_a_misspelt_or_missing_price_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(capacity.GIVEN.read_text().replace(old, new))
    with pytest.raises(ValueError, match=r"prices\.(write_unit|alarm_month)"):
        parameters(path)


def test_limits_come_from_quotas_and_measured_units() -> None:
    at = limits(measured(), GIVEN)
    assert (at.commits, at.item_writes) == (1000 / 20, 1000 / 2)
    assert at.in_turn < at.commits
    assert (at.environments, at.concurrency, at.seconds_to_scale) == (3_101, 10_000, 100)
    assert (at.shards, at.records_per_shard, at.one_worker) == (200, 500, 500)
    assert (at.parallel, at.stream_environments) == (2, 400)


def test_a_quota_is_raised_where_the_need_with_headroom_is_above_it() -> None:
    found = {name: rest for name, *rest in raises(GIVEN, limits(measured(), GIVEN))}
    assert found["DynamoDB: write units per second, ledger"] == [40_000, 200_000, 260_000]
    _, _, wanted = secrets = found["Secrets Manager: calls per second"]
    assert wanted < secrets[0]
    assert "| Secrets Manager: calls per second" in page(measured(), GIVEN)
