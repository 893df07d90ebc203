"""What operating the stack asks of the template, as functions from a template to its faults.

docs/operations.md says for each row what must hold.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from testing.template import Template, functions, resources

#: How long a deployment takes at least: its alarms look at five minutes, which are told late.
_LEAST_MINUTES = 15
_TARGET = {"Fn::If": ["OwnAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AlarmTopicArn"}]}
_PAGED = {"Fn::If": ["HasPager", {"Ref": "PagerTopicArn"}, _TARGET]}
#: Runs that hand over when less than so many seconds are left: none of them is slow before that.
_HANDS_OVER_S = {
    "ExpireSessions": 30, "MeasureHolds": 120, "EndBonuses": 120, "VerifyWallets": 120,
    "SyncCatalogue": 60,
}  # fmt: skip


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Return the properties of each alarm by logical id."""
    return resources(template, "AWS::CloudWatch::Alarm")


def silent_alarms(template: Template) -> list[str]:
    """Alarms that tell nobody, or not that it is over; a topic that is not there when needed.

    An alarm that a composite alarm is made of is told by that one.
    """
    composite = resources(template, "AWS::CloudWatch::CompositeAlarm")
    told = set(re.findall(r"\$\{(\w+)\}", str([each["AlarmRule"] for each in composite.values()])))
    faults = [
        name
        for name, alarm in (alarms(template) | composite).items()
        if name not in told
        and not (alarm.get("AlarmActions") == alarm.get("OKActions") in ([_TARGET], [_PAGED]))
    ]
    own = template["Resources"].get("AlarmTopic", {}).get("Condition") == "OwnAlarmTopic"
    return faults + ([] if own else ["AlarmTopic"])


def _watched(template: Template, missing: str) -> set[tuple[str, str]]:
    """Return which metric of which resource is watched by alarms that take missing data so."""
    return {
        (alarm["MetricName"], dimension["Value"].get("Ref", ""))
        for alarm in alarms(template).values()
        for dimension in alarm.get("Dimensions", ())
        if isinstance(dimension["Value"], dict) and alarm["TreatMissingData"] == missing
    }


def _sources(template: Template, kind: str) -> Iterator[tuple[str, str]]:
    """Yield each function with events of a kind, and the logical id that SAM gives the event."""
    for function, properties in functions(template).items():
        for event, told in properties.get("Events", {}).items():
            if told["Type"] == kind:
                yield function, f"{function}{event}"


def unwatched_schedules(template: Template) -> list[str]:
    """Schedules that may stop or lose a run, rules that may fail, streams that may fall behind."""
    silent, loud = _watched(template, "breaching"), _watched(template, "notBreaching")
    faults = []
    for function, rule in _sources(template, "Schedule"):
        faults += [rule] if ("Invocations", rule) not in silent else []
        faults += [function] if ("AsyncEventsDropped", function) not in loud else []
        faults += [rule] if ("FailedInvocations", rule) not in loud else []
    streams = {function for function, _ in _sources(template, "DynamoDB")}
    return faults + [name for name in streams if ("IteratorAge", name) not in loud]


def impatient_switches(template: Template) -> list[str]:
    """Dead man's switches that ring between two runs of their schedule."""
    faults = []
    for function, rule in _sources(template, "Schedule"):
        event = functions(template)[function]["Events"][rule.removeprefix(function)]
        given = event["Properties"]["Schedule"]
        if isinstance(given, dict):
            given = template["Parameters"][given["Ref"]]["Default"]
        alarm = alarms(template)[f"{rule}SilentAlarm"]
        if int(alarm["Period"]) * int(alarm["EvaluationPeriods"]) <= _apart_s(given):
            faults.append(rule)
    return faults


def _apart_s(schedule: str) -> int:
    """Return how far the runs of a schedule are apart: a rate, or the same hours every day."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", schedule)
    if rate:
        return int(rate[1]) * {"minute": 60, "hour": 3600}[rate[2]]
    daily = re.fullmatch(r"cron\(\d+ ([\d,]+) \* \* \? \*\)", schedule)
    assert daily, schedule
    hours = sorted(int(hour) for hour in daily[1].split(","))
    return 3600 * max(b - a for a, b in pairwise([*hours, hours[0] + 24]))


def hasty_deployments(template: Template) -> list[str]:
    """Deployments that are over before their alarms can ring, or that have others than these."""
    kinds = template["Parameters"]["DeploymentType"]
    faults = [
        kind
        for kind in [kinds["Default"], *kinds["AllowedValues"]]
        if _minutes(kind) < _LEAST_MINUTES
    ]
    for name, function in functions(template).items():
        own = name.removesuffix("Function")
        given = function.get("DeploymentPreference", {}).get("Alarms", [])
        if "AutoPublishAlias" in function and given != going_back(own):
            faults.append(name)
    return faults


#: The functions of iGSP that a rehearsal plays with.
REHEARSED = ("HooksFunction", "BalanceFunction", "BetFunction", "RefundFunction")


def unrehearsed_versions(template: Template) -> list[str]:
    """Functions whose new version gets traffic untried, or is tried by its old version."""
    rehearsal = functions(template)["RehearseVersionFunction"]
    hook = {"Fn::If": ["Rehearses", {"Ref": "RehearseVersionFunction"}, {"Ref": "AWS::NoValue"}]}
    faults = []
    for name in REHEARSED:
        variable = f"{name.removesuffix('Function').upper()}_VERSION"
        tried = rehearsal["Environment"]["Variables"].get(variable)
        preference = functions(template)[name].get("DeploymentPreference", {})
        if preference.get("Hooks") != {"PreTraffic": hook} or tried != {"Ref": f"{name}.Version"}:
            faults.append(name)
    alone = rehearsal.get("ReservedConcurrentExecutions", {}).get("Fn::If", [None, 0])[1] == 1
    return faults + ([] if alone else ["RehearseVersionFunction"])


def going_back(own: str) -> list[dict[str, Any]]:
    """Return the alarms that take a new version back; the emulator has none with maths."""

    def on_aws(alarm: str, here: str) -> dict[str, Any]:
        return {"Fn::If": ["IsNotLocal", {"Ref": alarm}, {"Ref": here}]}

    return [
        on_aws(f"{own}CanaryAlarm", f"{own}ErrorsAlarm"),
        {"Ref": f"{own}DurationAlarm"},
        on_aws("ApiFailureRateAlarm", "ApiErrorsAlarm"),
    ]


def _minutes(kind: str) -> int:
    """Return how long a kind of deployment takes until all traffic goes to the new version."""
    canary = re.fullmatch(r"Canary10Percent(\d+)Minutes", kind)
    linear = re.fullmatch(r"Linear10PercentEvery(\d+)Minutes?", kind)
    if canary:
        return int(canary[1])
    assert linear, kind
    return 9 * int(linear[1])


def late_thresholds(template: Template) -> list[str]:
    """Alarms on the duration that ring on every busy run, or not before the function is killed."""
    shared = template["Globals"]["Function"]["Timeout"]
    faults = []
    for name, function in functions(template).items():
        own, limit_s = name.removesuffix("Function"), function.get("Timeout", shared)
        alarm = alarms(template)[f"{own}DurationAlarm"]["Threshold"]
        least_s = limit_s - _HANDS_OVER_S[own] if own in _HANDS_OVER_S else 0
        if not least_s * 1000 < alarm < limit_s * 1000:
            faults.append(name)
    return faults


def stubborn_leftovers(template: Template) -> list[str]:
    """What a first deployment that fails would leave behind, in the way of the next one."""
    return [
        name
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain"
    ]


#: The functions that call providers, partners or services of theirs; no other one does.
CALL_OUT = frozenset(
    {
        "LaunchSessionFunction", "ExpireSessionsFunction", "RotateSecretFunction",
        "SyncCatalogueFunction", "InvoCallsFunction", "WorkDeliveriesFunction",
        "IgvOrdersFunction", "IgvMerchantFunction",
    }
)  # fmt: skip
_NO_VALUE = {"Ref": "AWS::NoValue"}


def wandering_callers(template: Template) -> list[str]:
    """Functions that call out from any address, and others that would pay for a network."""
    network = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}
    wanted = {"Fn::If": ["HasSubnets", network, _NO_VALUE]}
    policy = {"Fn::If": ["HasSubnets", {"Ref": "NetworkPolicy"}, _NO_VALUE]}
    return [
        name
        for name, function in functions(template).items()
        if function.get("VpcConfig") != (wanted if name in CALL_OUT else None)
        or (policy in _policies(template, function)) != (name in CALL_OUT)
    ]


def _policies(template: Template, function: dict[str, Any]) -> list[Any]:
    role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
    return list(role.get("ManagedPolicyArns", ()))


def untraced_functions(template: Template) -> list[str]:
    """Functions that cannot trace when the parameter says so, and whatever traces without it."""
    policy = {"Fn::If": ["Traces", {"Ref": "TracePolicy"}, _NO_VALUE]}
    faults = [
        name
        for name, function in functions(template).items()
        if policy not in _policies(template, function) or "Tracing" in function
    ]
    (api,) = resources(template, "AWS::Serverless::Api").values()
    checks = {
        "Globals": template["Globals"]["Function"].get("Tracing") == {"Ref": "Tracing"},
        "WalletApi": api.get("TracingEnabled") == {"Fn::If": ["Traces", True, False]},
        "TraceSampling": any(
            rule["SamplingRule"]["FixedRate"] == {"Ref": "TracingShare"}
            for rule in resources(template, "AWS::XRay::SamplingRule").values()
        ),
    }
    return faults + [name for name, holds in checks.items() if not holds]


def changeable_history(template: Template) -> list[str]:
    """Tables of history that an administrator could change, and copies that a parameter misses."""
    tables = resources(template, "AWS::DynamoDB::Table")
    faults = []
    for name in ("LedgerTable", "AuditTable"):
        policy = tables[name].get("ResourcePolicy", {}).get("PolicyDocument", {})
        denied = [
            set(each["Action"])
            for each in policy.get("Statement", ())
            if (each["Effect"], each["Principal"]) == ("Deny", "*") and "Condition" not in each
        ]
        if not any(denied) or not denied[0] >= CHANGES:
            faults.append(name)
        if not any(
            str({"Fn::GetAtt": [name, "Arn"]}) in str(each["BackupSelection"]["Resources"])
            for each in resources(template, "AWS::Backup::BackupSelection").values()
        ):
            faults.append(f"{name}: no copies")
    vaults = resources(template, "AWS::Backup::BackupVault")
    locked = [n for n, v in vaults.items() if v["LockConfiguration"]["Fn::If"][0] == "LockBackups"]
    return faults + ([] if locked else ["BackupVault"])


#: What changes or deletes an item that is there.
CHANGES = frozenset(
    {
        "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete",
    }
)  # fmt: skip


def barred_services(template: Template) -> list[str]:
    """What keeps the casino's own services from a domain without client certificates."""
    domain = template["Resources"]["PlatformDomain"]["Properties"]
    mapping = template["Resources"]["PlatformDomainMapping"]["Properties"]
    checks = {
        "certificates": "MutualTlsAuthentication" not in domain,
        "mapping": mapping["DomainName"] == {"Ref": "PlatformDomain"},
    }
    return [name for name, holds in checks.items() if not holds]


def slow_starts(template: Template) -> list[str]:
    """Functions with SnapStart, and a parameter that keeps nothing started."""
    faults = [name for name, f in functions(template).items() if "SnapStart" in f]
    faults += ["Globals"] if "SnapStart" in template["Globals"]["Function"] else []
    kept = {"ProvisionedConcurrentExecutions": {"Ref": "ProvisionedConcurrency"}}
    given = functions(template)["HooksFunction"].get("ProvisionedConcurrencyConfig")
    return faults + (
        [] if given == {"Fn::If": ["Provisions", kept, _NO_VALUE]} else ["HooksFunction"]
    )
