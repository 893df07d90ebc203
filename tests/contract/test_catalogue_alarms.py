"""What the alarms watch is what the code writes: same namespace, name and dimension."""

import json
from pathlib import Path
from typing import Final

import pytest

from casino.observability.telemetry import NAMESPACE, Telemetry
from testing.template import PROJECT, load_template

TEMPLATE: Final = load_template()
WATCHED: Final = {
    alarm["Properties"]["MetricName"]: alarm["Properties"].get("Dimensions", ())
    for alarm in TEMPLATE["Resources"].values()
    if alarm["Type"] == "AWS::CloudWatch::Alarm"
    and alarm["Properties"].get("Namespace") == NAMESPACE
}
OWN: Final = (
    "CatalogueDrop",
    "CatalogueDrift",
    "CatalogueOrphans",
    "SyncFailures",
    "ProviderCircuitOpened",
    "CatalogueAgeSeconds",
    "CatalogueMissing",
    "CatalogueOverCap",
    "CatalogueMissingPercent",
    "ProvidersMissing",
)


@pytest.mark.parametrize("metric", OWN)
def test_an_alarm_watches_the_metric_as_it_is_written(
    metric: str, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    Telemetry(variables["POWERTOOLS_SERVICE_NAME"]).count(metric, 1, integration="hub")

    written = json.loads(capsys.readouterr().out)
    (described,) = written["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == NAMESPACE
    assert [m["Name"] for m in described["Metrics"]] == [metric]
    assert [{"Name": n, "Value": written[n]} for n in described["Dimensions"][0]] == [
        dict(dimension) for dimension in WATCHED[metric]
    ]
    assert written["integration"] == "hub"


def test_c3_alarms_watch_removals_by_number_and_by_share_of_each_catalogue() -> None:
    def alarm(metric: str) -> tuple[str, float]:
        (found,) = (
            a["Properties"]
            for a in TEMPLATE["Resources"].values()
            if a["Type"] == "AWS::CloudWatch::Alarm" and a["Properties"].get("MetricName") == metric
        )
        return found["Statistic"], found["Threshold"]

    assert alarm("CatalogueMissing") == ("Sum", 20)
    assert alarm("CatalogueMissingPercent") == ("Maximum", 5)
    assert alarm("ProvidersMissing") == ("Sum", 1)


@pytest.mark.parametrize("metric", OWN)
def test_the_metric_is_written_somewhere(metric: str) -> None:
    sources = Path(PROJECT / "layers" / "shared" / "casino").rglob("*.py")

    assert any(f'"{metric}"' in source.read_text("utf-8") for source in sources)
