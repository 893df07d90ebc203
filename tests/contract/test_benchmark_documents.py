"""What the documents say of the benchmark is what a run found; the parameters are the template's.

That the generated documents are up to date is tested with the others.
"""

import re

import pytest

from benchmarks.capacity import READ, WORDS, WRITTEN, parameters
from benchmarks.figures import results
from benchmarks.figures.budgets import judged
from benchmarks.figures.page import BEGIN, END, with_section
from testing.benchmark import measured
from testing.template import functions, load_template, resources
from tests.unit.template.template_rules import ROUTES


def test_the_latest_run_is_rounded_and_judged_by_its_own_figures() -> None:
    latest = results.read()
    assert judged(latest) == latest
    assert (latest["schema"], latest.get("failed")) == (results.SCHEMA, None)


@pytest.mark.parametrize("name", ["cold", "warm-cpu", "latency", "contention"])
def test_a_plot_was_drawn_from_the_latest_run(name: str) -> None:
    plot = (results.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert results.digest() in plot, "run `make plots`"


def test_only_the_section_of_the_readme_is_replaced() -> None:
    run = judged(measured())
    after = with_section(f"# Title\n\n{BEGIN}\nold\n{END}\n\nmore\n", run)
    assert after.startswith(f"# Title\n\n{BEGIN}\n## ")
    assert after.endswith(f"{END}\n\nmore\n")
    assert with_section(after, run) == after
    with pytest.raises(ValueError, match="benchmark:begin"):
        with_section("# Title\n", run)


def test_the_capacity_page_types_no_figure_by_hand() -> None:
    words = re.sub(r"\{[^}]*\}", "", WORDS.read_text(encoding="utf-8"))
    numbers = set(re.findall(r"(?<![\w/-])\d(?:[\d,.]*\d)?(?![\w-])", words))
    # An ADR, an HTTP status, how many items a transaction of the wallet has, and none written.
    assert numbers == {"0002", "503", "1", "5", "0"}


def test_the_assumed_deployment_is_the_templates() -> None:
    template, load = load_template(), parameters().workload
    assert template["Globals"]["Function"]["MemorySize"] == load.memory_mb
    assert template["Parameters"]["CacheSeconds"]["Default"] == load.cache_s
    assert len(resources(template, "AWS::CloudWatch::Alarm")) == load.alarms


def test_o18_the_model_counts_the_firewall_and_the_metrics_of_each_method() -> None:
    given = parameters()
    (firewall,) = resources(load_template(), "AWS::WAFv2::WebACL").values()
    (api,) = resources(load_template(), "AWS::Serverless::Api").values()
    assert given.prices.firewall[0] == 5 + len(firewall["Rules"])  # dollars: the list, each rule
    assert all(each["MetricsEnabled"] is True for each in api["MethodSettings"])
    assert given.workload.method_metrics == 5 * len(ROUTES)


def test_the_tables_of_a_bet_are_on_demand_and_only_lambda_reads_their_stream() -> None:
    tables = resources(load_template(), "AWS::DynamoDB::Table")
    for name in {*WRITTEN, *READ}:
        properties = tables[f"{name.capitalize()}Table"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        # Lambda's reads of a stream cost nothing, and two readers are as many as it may have.
        assert ("StreamSpecification" in properties) == (name in ("ledger", "sessions"))
        stream = {"Fn::GetAtt": [f"{name.capitalize()}Table", "StreamArn"]}
        readers = [
            event
            for function in functions(load_template()).values()
            for event in function.get("Events", {}).values()
            if event["Properties"].get("Stream") == stream
        ]
        assert len(readers) == {"ledger": 2, "sessions": 1}.get(name, 0)
        assert len(readers) <= parameters().dynamodb.readers_per_shard
