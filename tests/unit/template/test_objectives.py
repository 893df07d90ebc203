"""The alarms on what is promised ring at errors that last, and at nothing else.

What the functions count of a request goes through the alarms' own maths and their composite's rule.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from casino.observability.hooks import HookTelemetry, RequestRecord
from casino.observability.objectives import SLOW_MS, objective_of
from testing.template import Template, load_template, resources
from tests.unit.template import template_objectives as objectives
from tests.unit.template.metric_maths import counted, period_of, rings
from tests.unit.template.template_operations import alarms, silent_alarms
from tests.unit.template.test_operations import FLOOD, SERVED, line

#: Of which action → how many a minute, from how many minutes ago until how many minutes ago.
type Span = tuple[RequestRecord, float, int, int]

ACTIONS = ["bet", "authorize", "win", "settle", "refund", "rollback"]


def good(action: str) -> RequestRecord:
    return RequestRecord("t", action, integration="acme", status=200, outcome="ok", latency_ms=30)


def failed(action: str) -> RequestRecord:
    return RequestRecord("t", action, status=503, outcome="unavailable", latency_ms=30)


def slow(action: str) -> RequestRecord:
    record = good(action)
    record.latency_ms = 1001
    return record


@pytest.fixture
def ringing(capsys: pytest.CaptureFixture[str]) -> Callable[[str, list[Span]], set[str]]:
    """Return which alarms of an objective ring, after requests that went so."""

    def judged(objective: str, spans: list[Span]) -> set[str]:
        observer = HookTelemetry("seamless-wallet")
        told: list[tuple[dict[str, float], float, int, int]] = []
        for record, per_minute, since, until in spans:
            observer.request(record, "request-1")
            told.append((metrics(capsys.readouterr().out, objective), per_minute, since, until))
        found = set()
        for name, alarm in alarms(load_template()).items():
            if name.startswith(objective.title()) and name.endswith("BurnAlarm"):
                sums: dict[str, float] = {}
                for made, per_minute, since, until in told:
                    minutes = max(0, min(since, period_of(alarm) // 60) - until)
                    for metric, value in made.items() if minutes else ():
                        sums[metric] = sums.get(metric, 0) + value * per_minute * minutes
                found |= {name} if rings(alarm, sums) else set()
        return found

    return judged


def metrics(printed: str, objective: str) -> dict[str, float]:
    """Return what CloudWatch makes of a line for the alarms of an objective."""
    made: dict[str, float] = {}
    for each in map(json.loads, printed.splitlines()):
        for directive in each.get("_aws", {}).get("CloudWatchMetrics", ()):
            if ["service", "objective"] in directive["Dimensions"]:
                assert (each["service"], each["objective"]) == ("seamless-wallet", objective)
                made |= {m["Name"]: each[m["Name"]] for m in directive["Metrics"]}
    return made


def pages(found: set[str], by: str = "MoneyPathAlarm") -> bool:
    composite = resources(load_template(), "AWS::CloudWatch::CompositeAlarm")
    return objectives.told(composite[by], found)


LAST_DAY, LAST_HOUR = 1440, 60
DAY = (100.0, LAST_DAY, 0)
CASES: dict[str, tuple[Callable[[str], list[Span]], bool]] = {
    "all is well": (lambda a: [(good(a), *DAY)], False),
    "2 % fail for an hour": (lambda a: [(good(a), *DAY), (failed(a), 2, LAST_HOUR, 0)], True),
    "8 in a thousand fail for six hours": (
        lambda a: [(good(a), *DAY), (failed(a), 0.8, 360, 0)],
        True,
    ),
    "1 in a thousand fails": (lambda a: [(good(a), *DAY), (failed(a), 0.1, LAST_DAY, 0)], False),
    "a third failed until a while ago": (
        lambda a: [(good(a), *DAY), (failed(a), 30, 60, 35)],
        False,
    ),
    "a tenth fails since a minute": (lambda a: [(good(a), *DAY), (failed(a), 10, 1, 0)], False),
    "everything fails since five minutes": (
        lambda a: [(good(a), 100, LAST_DAY, 5), (failed(a), 100, 5, 0)],
        True,
    ),
    "one of two requests fails": (
        lambda a: [(good(a), 1, 1, 0), (failed(a), 1, 1, 0)],
        False,
    ),
    "a fifth is slow for an hour": (lambda a: [(good(a), *DAY), (slow(a), 20, 60, 0)], True),
    "1 % is slow": (lambda a: [(good(a), *DAY), (slow(a), 1, LAST_DAY, 0)], False),
    "one of two requests is slow": (lambda a: [(good(a), 1, 1, 0), (slow(a), 1, 1, 0)], False),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("action", ACTIONS)
def test_o21_the_money_path_wakes_somebody_at_errors_that_last(
    action: str, case: str, ringing: Callable[[str, list[Span]], set[str]]
) -> None:
    spans, woken = CASES[case]
    assert pages(ringing(str(objective_of(action)), spans(action))) == woken


@pytest.mark.parametrize("status", [400, 401, 403])
def test_o21_a_flood_from_outside_neither_rings_nor_hides_what_fails(
    status: int, ringing: Callable[[str, list[Span]], set[str]]
) -> None:
    outcome = {400: "malformed_json", 401: "unauthorized", 403: "invalid_signature"}[status]
    stranger = RequestRecord("t", "bet", status=status, outcome=outcome, latency_ms=30)
    flood: Span = (stranger, 30_000, LAST_DAY, 0)
    failing: list[Span] = [(good("bet"), *DAY), (failed("bet"), 2, LAST_HOUR, 0)]
    assert ringing("bet", [(good("bet"), *DAY), flood]) == set()
    assert pages(ringing("bet", [*failing, flood]))


def test_o21_a_refusal_is_an_answer(ringing: Callable[[str, list[Span]], set[str]]) -> None:
    poor = RequestRecord("t", "bet", integration="acme", status=402, outcome="insufficient_funds")
    assert ringing("bet", [(poor, *DAY)]) == set()


@pytest.mark.parametrize(
    ("lines", "woken"),
    [
        (FLOOD, False),
        (SERVED + [line(504, "INTEGRATION_TIMEOUT")] * 20, True),
        (SERVED + [line(504, "INTEGRATION_TIMEOUT")] * 20 + FLOOD, True),
        (SERVED + [line(503)] * 4, False),
        ([line(200), line(503)], False),
        (SERVED + [line(504, path="/prod/sessions")] * 500, False),
    ],
    ids=["a flood", "2 % fail", "2 % fail in a flood", "noise", "one of two", "launches fail"],
)
def test_o21_what_no_function_answered_is_the_apis(
    lines: list[dict[str, str]], woken: bool
) -> None:
    sums = counted(load_template(), lines)
    found = {
        name
        for name, alarm in alarms(load_template()).items()
        if name.startswith("Api") and name.endswith("BurnAlarm") and rings(alarm, sums)
    }
    assert pages(found) == woken


def test_o21_launches_ring_by_an_alarm_of_their_own() -> None:
    alarm = alarms(load_template())["LaunchHourBurnAlarm"]
    assert rings(alarm, {"Requests": 1000, "Failures": 150})
    assert rings(alarm, {"Requests": 1000, "SlowRequests": 750})
    assert not rings(alarm, {"Requests": 1000, "Failures": 100, "SlowRequests": 500})
    both = {"LaunchHourBurnAlarm", "LaunchFiveMinutesBurnAlarm"}
    assert (pages(both, "LaunchPathAlarm"), pages(both)) == (True, False)


def test_o21_each_objective_has_its_windows_and_is_told() -> None:
    assert objectives.deaf_windows(load_template()) == []
    assert objectives.unpaired_windows(load_template()) == []
    assert SLOW_MS.keys() | {"api"} == {each.lower() for each in objectives.TOLD_BY}


def test_o21_the_page_promises_what_rings() -> None:
    assert objectives.unkept_words(load_template()) == []


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _replace_in_rule(template: Template, old: str, new: str) -> None:
    rule = _properties(template, "MoneyPathAlarm")["AlarmRule"]
    assert old in rule["Fn::Sub"]
    rule["Fn::Sub"] = rule["Fn::Sub"].replace(old, new)


BROKEN: dict[str, tuple[Callable[[Template], list[str]], Callable[[dict[str, Any]], object]]] = {
    "a window without an alarm": (
        objectives.deaf_windows,
        lambda t: t["Resources"].pop("WinHalfHourBurnAlarm"),
    ),
    "a rate of its own": (
        objectives.deaf_windows,
        lambda t: _properties(t, "RefundHourBurnAlarm").update(Threshold=20),
    ),
    "bets that ring by wins": (
        objectives.deaf_windows,
        lambda t: _properties(t, "BetHourBurnAlarm").update(
            Metrics=_properties(t, "WinHourBurnAlarm")["Metrics"]
        ),
    ),
    "an hour of five minutes": (
        objectives.deaf_windows,
        lambda t: _properties(t, "BetHourBurnAlarm").update(
            Metrics=_properties(t, "BetFiveMinutesBurnAlarm")["Metrics"]
        ),
    ),
    "one window is enough": (
        objectives.unpaired_windows,
        lambda t: _replace_in_rule(
            t, '(ALARM("${BetHourBurnAlarm}") AND', '(ALARM("${BetHourBurnAlarm}") OR'
        ),
    ),
    "nobody is told of refunds": (
        objectives.unpaired_windows,
        lambda t: _replace_in_rule(t, "Refund", "Win"),
    ),
    "a composite alarm that tells nobody": (
        silent_alarms,
        lambda t: _properties(t, "MoneyPathAlarm").pop("AlarmActions"),
    ),
    "a window that no composite alarm tells of": (
        silent_alarms,
        lambda t: _replace_in_rule(t, "Api", "Win"),
    ),
    "a promise that no alarm keeps": (
        objectives.unkept_words,
        lambda t: _properties(t, "BetHourBurnAlarm")["Metrics"][1].update(
            Expression="failures / served / 0.01"
        ),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_rule_notices(case: str) -> None:
    rule, spoil = BROKEN[case]
    broken = deepcopy(load_template())
    spoil(broken)
    assert rule(broken) != []
