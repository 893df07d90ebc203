"""What is promised of bets, wins, refunds, launches and the API, and what rings when it is missed.

docs/slo.md has the promises; these are rules, from the template to the list of its faults.
"""

import re
from collections.abc import Mapping
from typing import Any

from casino.observability.objectives import SLOW_MS
from testing.template import PROJECT, Template, resources
from tests.unit.template.template_operations import alarms

#: A long window, and the short one that says whether it still goes on; the rate at which both ring.
PAIRS = {("Hour", "FiveMinutes"): 14.4, ("SixHours", "HalfHour"): 6.0}
SECONDS = {"FiveMinutes": 300, "HalfHour": 1800, "Hour": 3600, "SixHours": 21_600}
#: Objective → the composite alarm that tells of it.
TOLD_BY = {
    "Bet": "MoneyPathAlarm", "Win": "MoneyPathAlarm", "Refund": "MoneyPathAlarm",
    "Api": "MoneyPathAlarm", "Launch": "LaunchPathAlarm",
}  # fmt: skip


def deaf_windows(template: Template) -> list[str]:
    """Windows without an alarm at their rate, over metrics of just that objective and length."""
    faults = []
    for objective in TOLD_BY:
        for pair, rate in PAIRS.items():
            for window in pair:
                name = f"{objective}{window}BurnAlarm"
                alarm = alarms(template).get(name)
                if alarm is None or float(alarm["Threshold"]) != rate:
                    faults.append(name)
                    continue
                stats = [m["MetricStat"] for m in alarm["Metrics"] if "MetricStat" in m]
                if any(each["Period"] != SECONDS[window] for each in stats):
                    faults.append(f"{name}: period")
                if any(_objective(each["Metric"]) != objective.lower() for each in stats):
                    faults.append(f"{name}: metrics")
    return faults


def _objective(metric: Mapping[str, Any]) -> str:
    """Return whose requests a metric counts; the access log's are the API's."""
    assert metric["Namespace"] == "SeamlessWallet"
    named = {each["Name"]: str(each["Value"]) for each in metric.get("Dimensions", ())}
    if not named and metric["MetricName"] in ("MoneyPathFailures", "MoneyPathServed"):
        return "api"
    assert named.keys() == {"service", "objective"}, named
    return named["objective"]


def unpaired_windows(template: Template) -> list[str]:
    """Objectives of which the composite alarm tells too early, too late or not at all."""
    composite = resources(template, "AWS::CloudWatch::CompositeAlarm")
    faults = []
    for objective, told_by in TOLD_BY.items():
        for pair in PAIRS:
            long, short = (f"{objective}{window}BurnAlarm" for window in pair)
            shorts = {f"{o}{pair[1]}BurnAlarm" for o in TOLD_BY for pair in PAIRS} - {short}
            longs = {f"{o}{pair[0]}BurnAlarm" for o in TOLD_BY for pair in PAIRS} - {long}
            rings = [told(composite[told_by], each) for each in (shorts | {long}, longs | {short})]
            if any(rings) or not told(composite[told_by], {long, short}):
                faults.append(f"{told_by}: {long}, {short}")
    return faults


def told(composite: Mapping[str, Any], ringing: set[str]) -> bool:
    """Return whether a composite alarm rings while these alarms do."""
    rule = composite["AlarmRule"]["Fn::Sub"]
    plain = re.sub(r'ALARM\("\$\{(\w+)\}"\)', lambda m: str(m[1] in ringing), rule)
    words = plain.replace("AND", "and").replace("OR", "or")
    assert re.fullmatch(r"(True|False|and|or|[() \n])+", words), words
    return bool(eval(words))


def unkept_words(template: Template) -> list[str]:
    """Rows of docs/slo.md that say something else than the alarms and the code do."""
    page = (PROJECT / "docs/slo.md").read_text("utf-8")
    faults = []
    for objective in TOLD_BY:
        alarm = alarms(template)[f"{objective}HourBurnAlarm"]
        failing, *slow = re.findall(r"served / ([0-9.]+)", str(alarm["Metrics"]))
        promised = [f"{100 - float(failing) * 100:g} %"]
        if slow:
            limit = SLOW_MS[objective.lower()] / 1000
            promised.append(f"{100 - float(slow[0]) * 100:g} % within {limit:g} s")
        row = re.search(rf"^\| {objective.lower()} \|.*$", page, re.MULTILINE | re.IGNORECASE)
        if row is None or not all(f"| {each} |" in row[0] for each in promised):
            faults.append(f"{objective}: {promised}")
    return faults
