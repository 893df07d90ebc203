"""The dashboards show what the code counts, and what somebody looks for first."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest

from ops.scorecard.figures import ANY, FIGURES
from testing.template import PROJECT, Template, functions, load_template, resources

#: What must be seen at a glance, by a metric of each.
SHOWN = {
    "wallet": {
        "Requests", "Latency", "Conflicts", "ColdStarts", "ApiFailures", "ApiErrors",
        "ApiTurnedAway",
        "IteratorAge", "ArchivedEventAgeSeconds", "LakeLagSeconds", "OwedMoneyRefused",
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible",
        "Failures", "SlowRequests", "MoneyPathFailures",
    },
    "providers": {
        "Requests", "Latency", "Replays", "SignatureFailures", "PreviousSecretUses",
        "RotationFailures", "Launches", "LaunchFailures", "ProviderFailures", "CatalogueAgeSeconds",
        "ProviderCalls", "ProviderUnanswered", "ProviderTimeouts", "ProviderMs", "SecretAgeDays",
    },
}  # fmt: skip
_OF_AWS = {
    "IteratorAge", "Duration",
    "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible",
}  # fmt: skip
_BY = "{SeamlessWallet,service,action,outcome,integration}"
_SEARCHED = {_BY, "{SeamlessWallet,service,integration}", "{SeamlessWallet,ErrorType}"}


def metrics(body: str) -> list[str]:
    """Return the names of the metrics of a dashboard; fails on one that could show nothing."""
    board = json.loads(body)
    places = [(each["x"], each["y"]) for each in board["widgets"]]
    assert len(set(places)) == len(places), "two widgets in one place"
    found = []
    for widget in board["widgets"]:
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], str):
                found.append(metric[1])
                continue
            expression = metric[0]["expression"]
            assert set(re.findall(r"\{[^}]*\}", expression)) <= _SEARCHED, expression
            found += re.findall(r'MetricName="(\w+)"', expression)
    return found


def blind_spots(template: Template) -> list[str]:
    """What a dashboard lacks, and what it shows that nothing counts."""
    code = "\n".join(
        path.read_text("utf-8") for path in (PROJECT / "layers/shared/casino").rglob("*.py")
    )
    filters = str(resources(template, "AWS::Logs::MetricFilter"))
    boards = {
        each["DashboardName"]["Fn::Sub"].rpartition("-")[2]: each["DashboardBody"]["Fn::Sub"]
        for each in resources(template, "AWS::CloudWatch::Dashboard").values()
    }
    faults = []
    for name, wanted in SHOWN.items():
        shown = metrics(boards[name]) if name in boards else []
        faults += [f"{name} lacks {each}" for each in wanted - set(shown)]
        unknown = {each for each in shown if f'"{each}"' not in code and f"'{each}'" not in filters}
        faults += [f"{name}: {each}" for each in unknown - _OF_AWS]
        named = set(re.findall(r"\$\{(\w+Function)\}", boards.get(name, "")))
        faults += [f"{name}: {each}" for each in named - functions(template).keys()]
    return faults


def other_figures(template: Template) -> set[tuple[str, str]]:
    """Return what one of dashboard and scorecard has and the other has not, by title and words."""
    board = template["Resources"]["ProvidersDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    (variable,) = json.loads(board)["variables"]
    assert (variable["pattern"], variable["populateFrom"]) == (ANY, "integration")
    shown = {
        (metric[0]["label"], metric[0]["expression"])
        for widget in json.loads(board)["widgets"]
        for metric in widget["properties"]["metrics"]
        if ANY in str(metric[0])
    }
    return shown ^ {(figure.title, figure.expression(ANY, 300)) for figure in FIGURES}


def test_o15_the_providers_dashboard_and_the_scorecard_have_the_same_figures() -> None:
    assert other_figures(load_template()) == set()
    broken: dict[str, Any] = deepcopy(load_template())
    body = broken["Resources"]["ProvidersDashboard"]["Properties"]["DashboardBody"]
    body["Fn::Sub"] = body["Fn::Sub"].replace("ProviderTimeouts", "ProviderFailures")
    assert len(other_figures(broken)) == 2


def test_o15_the_dashboards_show_what_is_counted_and_looked_for() -> None:
    assert blind_spots(load_template()) == []


@pytest.mark.parametrize(
    ("old", "new"), [("Conflicts", "Clashes"), ("ApiErrors", "ApiFaults"), ("PublishEvents", "X")]
)
def test_a_dashboard_that_shows_nothing_is_noticed(old: str, new: str) -> None:
    broken: dict[str, Any] = deepcopy(load_template())
    board = broken["Resources"]["WalletDashboard"]["Properties"]["DashboardBody"]
    board["Fn::Sub"] = board["Fn::Sub"].replace(old, new)
    assert blind_spots(broken) != []
