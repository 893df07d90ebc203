"""Cost and limits are worked out from the run and the parameters, and from nothing else."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.cost import bill, parameters
from benchmarks.cost.capacity_page import page
from benchmarks.cost.limits import at_target, one_wallet
from benchmarks.figures.results import ItemBytes, parse
from tests.support.benchmark import measured, run

PRICES, QUOTAS = parameters.prices(), parameters.quotas()
ITEMS = ItemBytes(entry=900, index=150, round=250)


def test_a_scale_charges_each_part_at_its_step() -> None:
    scale = [(10.0, 3.0), (20.0, 2.0), (float("inf"), 1.0)]
    assert parameters.charge(scale, 5) == 15
    assert parameters.charge(scale, 25) == 30 + 20 + 5


def test_a_bet_is_billed_for_its_latency_and_for_cpu_on_a_share_of_a_processor() -> None:
    wallet, load = run().variants["wallet"], PRICES.workload
    slower = load.processor_at_mb / load.memory_mb
    assert bill.warm_ms(wallet, load) == pytest.approx(30 + 1.2 * (slower - 1))
    share = load.cold_share
    expected = (1 - share) * bill.warm_ms(wallet, load) + share * 160
    assert bill.billed_ms(wallet, load) == pytest.approx(expected)


def test_a_month_is_charged_by_units_requests_and_bytes() -> None:
    charged = bill.monthly_bill(run().variants["wallet"], ITEMS, PRICES, 1e6, "x86_64")
    assert charged["API Gateway, requests"] == pytest.approx(3.5)
    assert charged["Lambda, requests"] == pytest.approx(0.2)
    assert charged["DynamoDB, writes"] == pytest.approx(7 * 0.625)
    assert charged["DynamoDB, reads"] == pytest.approx(4 * 0.125)
    assert charged["DynamoDB, a month of storage"] == pytest.approx(1.6 * 0.45)
    assert charged["CloudWatch, log lines"] == pytest.approx(1.8 * 0.5)
    assert charged["Lambda, time"] == pytest.approx(
        bill.billed_ms(run().variants["wallet"], PRICES.workload) * 1e3 * 1.66667e-5
    )


def test_arm_differs_in_the_price_of_lambdas_time_alone() -> None:
    wallet = run().variants["wallet"]
    x86 = bill.monthly_bill(wallet, ITEMS, PRICES, 1e6, "x86_64")
    arm = bill.monthly_bill(wallet, ITEMS, PRICES, 1e6, "arm64")
    assert [name for name in x86 if x86[name] != arm[name]] == ["Lambda, time"]
    assert arm["Lambda, time"] < x86["Lambda, time"]


def test_a_missing_figure_is_an_error_that_names_it() -> None:
    raw = measured()
    del raw["variants"]["wallet"]["log_bytes"]
    with pytest.raises(bill.MissingFigureError, match="log lines of this wallet"):
        page(parse(raw), PRICES, QUOTAS)


@pytest.mark.parametrize(
    ("old", "new"), [("write_unit =", "write_units ="), ("alarm_month = 0.10", "")]
)
def test_a_misspelt_or_missing_price_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(parameters.PRICES.read_text().replace(old, new))
    with pytest.raises(msgspec.ValidationError, match=r"write_unit|alarm_month"):
        parameters.prices(path)


def test_one_wallet_is_limited_by_the_time_of_a_transaction() -> None:
    limit = one_wallet(run(), PRICES, QUOTAS)
    assert limit.commits == pytest.approx(1000 / 20)
    assert limit.item_writes == pytest.approx(1000 / 2)
    assert limit.in_turn < limit.commits < limit.item_writes


def test_lambda_needs_concurrency_for_requests_as_well_as_for_time() -> None:
    target = at_target(run(), PRICES, QUOTAS)
    assert target.environments == pytest.approx(3_100, abs=10)
    assert target.concurrency == 10_000
    assert target.seconds_to_scale == 100


def test_a_quota_is_raised_where_the_need_with_headroom_is_above_it() -> None:
    raises = {each.name: each for each in at_target(run(), PRICES, QUOTAS).raises}
    ledger = raises["DynamoDB: write units per second, ledger"]
    assert (ledger.need, ledger.wanted, ledger.enough) == (200_000, 260_000, False)
    assert raises["Secrets Manager: calls per second"].enough


def test_a_stream_needs_a_worker_for_what_a_shard_brings() -> None:
    stream = at_target(run(), PRICES, QUOTAS).stream
    assert (stream.shards, stream.records_per_shard, stream.one_worker) == (200, 500, 500)
    assert (stream.parallel, stream.environments) == (2, 400)
