"""What the documents say of the benchmark is what a run found; the parameters are the template's.

That the README and docs/capacity.md are up to date is tested with the other generated documents.
"""

import json
import re
from typing import Any

import msgspec
import pytest

from benchmarks.cost import parameters
from benchmarks.cost.capacity_page import TEMPLATE, page
from benchmarks.cost.limits import READ, WRITTEN
from benchmarks.figures import results
from benchmarks.figures.budgets import judged
from benchmarks.figures.readme import BEGIN, END, README, section, with_section
from benchmarks.figures.report import cells
from tests.support.benchmark import measured, run
from tests.support.template import load_template

PLOTS = ["cold", "warm-cpu", "latency", "contention"]


def test_the_latest_run_is_rounded_and_judged_by_its_own_figures() -> None:
    raw: dict[str, Any] = json.loads(results.LATEST.read_bytes())
    assert judged(raw) == raw
    assert raw["schema"] == results.SCHEMA


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_was_drawn_from_the_latest_run(name: str) -> None:
    plot = (results.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert results.digest() in plot, "run `make plots`"


def test_the_readmes_section_shows_each_variants_figures() -> None:
    sample = run()
    lines = section(sample).splitlines()
    for name, variant in sample.variants.items():
        (line,) = [each for each in lines if each.startswith("|") and variant.title in each]
        assert line.endswith(" | ".join(["", *cells(sample, name)]) + " |")
    assert "20 of 20 budgets are kept." in lines


def test_the_readmes_section_names_a_missed_budget() -> None:
    raw = measured()
    raw["wallet"]["round_trips"]["bet"] = 3
    text = section(results.parse(judged(raw)))
    assert "19 of 20 budgets are kept.\nMissed: round trips of a bet." in text


def test_only_the_section_of_the_readme_is_replaced() -> None:
    before = f"# Title\n\n{BEGIN}\nold\n{END}\n\nmore\n"
    after = with_section(before, run())
    assert after == f"# Title\n\n{BEGIN}\n{section(run())}\n{END}\n\nmore\n"
    assert with_section(after, run()) == after


def test_a_readme_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="benchmark:begin"):
        with_section("# Title\n", run())


def test_the_project_readme_has_one_section() -> None:
    text = README.read_text(encoding="utf-8")
    assert (text.count(BEGIN), text.count(END)) == (1, 1)


def test_the_capacity_page_changes_with_a_price() -> None:
    prices, quotas = parameters.prices(), parameters.quotas()
    dearer = msgspec.structs.replace(prices.dynamodb, write_unit=1e-6)
    text = page(run(), prices, quotas)
    assert "| DynamoDB, writes | 4.38 |" in text
    assert "| DynamoDB, writes | 7.00 |" in page(
        run(), msgspec.structs.replace(prices, dynamodb=dearer), quotas
    )


def test_the_capacity_page_types_no_figure_by_hand() -> None:
    words = TEMPLATE.read_text(encoding="utf-8")
    numbers = set(re.findall(r"(?<![\w/-])\d(?:[\d,.]*\d)?(?![\w-])", words))
    # An ADR, an HTTP status, how many items a transaction of the wallet has, and none written.
    assert numbers == {"0002", "503", "1", "5", "0"}


def test_the_assumed_deployment_is_the_templates() -> None:
    template, load = load_template(), parameters.prices().workload
    resources = template["Resources"]
    assert template["Globals"]["Function"]["MemorySize"] == load.memory_mb
    assert template["Parameters"]["CacheSeconds"]["Default"] == load.cache_s
    alarms = [each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == load.alarms


def test_the_tables_of_a_bet_are_on_demand_and_have_no_stream() -> None:
    resources = load_template()["Resources"]
    for name in {*WRITTEN, *READ}:
        properties = resources[f"{name.capitalize()}Table"]["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert "StreamSpecification" not in properties
