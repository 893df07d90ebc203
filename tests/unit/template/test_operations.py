"""The template can be operated, and every rule that says so is able to fail.

docs/operations.md has a row for each test whose name begins with a row's id.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from builder.samconfig import parameters
from testing.template import PROJECT, Template, load_template
from tests.unit.template import template_operations as operations
from tests.unit.template.metric_maths import counted, rings
from tests.unit.template.template_edge import broken_rules

type Rule = Callable[[Template], list[str]]
type Break = Callable[[dict[str, Any]], object]


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _drop(name: str) -> Break:
    return lambda t: t["Resources"].pop(name)


def test_o2_each_environment_has_a_stack_of_its_own() -> None:
    config = (PROJECT / "samconfig.toml").read_text("utf-8")
    for env in ("local", "dev", "staging", "prod"):
        assert config.count(f'stack_name = "seamless-wallet-{env}"') == 1
        assert f"[{env}.deploy.parameters]" in config


KNOWN = {"AllowedSourceCidrs": "192.0.2.0/24", "ReturnHosts": "casino.example"}


@pytest.mark.parametrize("left_out", ["DeletionProtection", "GradualDeployment", "AlarmEmail"])
def test_o2_the_template_refuses_prod_without_its_safety(left_out: str) -> None:
    values = parameters("prod", PROJECT / "samconfig.toml") | KNOWN
    values["AlarmEmail"] = "oncall@casino.example"
    assert broken_rules(load_template(), values) == []
    del values[left_out]
    assert broken_rules(load_template(), values) == ["ProdIsSafe"]
    reason = values | {"EmergencyReason": "the alarms ring by the old version"}
    assert (broken_rules(load_template(), reason) == []) == (left_out == "GradualDeployment")
    assert broken_rules(load_template(), values | {"Stage": "dev"}) == []


def test_o3_every_alarm_tells_somebody_and_says_when_it_is_over() -> None:
    assert operations.silent_alarms(load_template()) == []


def test_o6_a_schedule_that_stops_rings() -> None:
    assert operations.unwatched_schedules(load_template()) == []
    assert operations.impatient_switches(load_template()) == []


def test_o7_a_deployment_takes_long_enough_for_its_alarms() -> None:
    assert operations.hasty_deployments(load_template()) == []


def test_o7_new_versions_of_the_hooks_are_rehearsed() -> None:
    assert operations.unrehearsed_versions(load_template()) == []
    for env in ("staging", "prod"):
        assert parameters(env, PROJECT / "samconfig.toml")["RehearsalIntegration"]


def test_o11_a_first_deployment_that_fails_leaves_nothing_behind() -> None:
    assert operations.stubborn_leftovers(load_template()) == []


def test_o12_the_alarms_on_the_duration_follow_each_functions_own_limit() -> None:
    assert operations.late_thresholds(load_template()) == []


def test_o8_the_casinos_services_have_a_domain_without_client_certificates() -> None:
    assert operations.barred_services(load_template()) == []
    values = {"DomainName": "a.example", "CertificateArn": "arn", "EnableWaf": "true"}
    values |= {"PlatformDomainName": "b.example", "PlatformCertificateArn": "arn"}
    assert broken_rules(load_template(), values) == []
    for needed in ("DomainName", "EnableWaf", "PlatformCertificateArn"):
        given = {name: value for name, value in values.items() if name != needed}
        assert "PlatformDomainNeedsItsPart" in broken_rules(load_template(), given)


def test_o9_who_calls_out_and_nobody_else_can_have_a_fixed_address() -> None:
    assert operations.wandering_callers(load_template()) == []


def test_o14_no_administrator_changes_the_ledger_or_the_audit() -> None:
    assert operations.changeable_history(load_template()) == []


def test_o14_no_lock_without_copies() -> None:
    for days, broken in (("0", ["BackupLockNeedsBackups"]), ("35", [])):
        given = {"BackupLock": "COMPLIANCE", "BackupDays": days}
        assert broken_rules(load_template(), given) == broken


def test_o17_a_parameter_traces_all_and_samples() -> None:
    assert operations.untraced_functions(load_template()) == []


def test_o20_no_snapshot_starts_and_a_parameter_keeps_environments_started() -> None:
    assert operations.slow_starts(load_template()) == []


def line(status: int, error_type: str = "-", path: str = "/flexsoft/v1/auth") -> dict[str, str]:
    """Return what the alarms see of a line of the access log."""
    return {"status": str(status), "error_type": error_type, "path": path}


SERVED, FAILED = [line(200)] * 980, [line(503), line(502, "INTEGRATION_FAILURE")] * 10
UNKNOWN = [line(401), line(403, "ACCESS_DENIED"), line(404, "MISSING_AUTHENTICATION_TOKEN")]
FLOOD = UNKNOWN * 30_000 + [line(503, "THROTTLED"), line(503, "WAF_FILTERED")] * 10_000
FLOOD += [line(200, path="/prod/health"), line(200, path="/health")] * 3_000


@pytest.mark.parametrize(
    ("lines", "ringing"),
    [
        (FLOOD, False),
        (SERVED + FLOOD, False),
        (SERVED + FAILED, True),
        (SERVED + FAILED + FLOOD, True),
        ([line(503)] * 4, False),
    ],
    ids=["a flood", "play and a flood", "2 % fail", "2 % fail in a flood", "too few to tell"],
)
def test_o7_a_flood_from_outside_takes_no_version_back_and_two_percent_of_failures_do(
    lines: list[dict[str, str]], ringing: bool
) -> None:
    alarm = operations.alarms(load_template())["ApiFailureRateAlarm"]
    assert rings(alarm, counted(load_template(), lines)) == ringing


@pytest.mark.parametrize(("errors", "ringing"), [(0, False), (2, False), (20, True)])
def test_o7_a_new_version_that_crashes_is_taken_back(errors: int, ringing: bool) -> None:
    alarm = operations.alarms(load_template())["BetCanaryAlarm"]
    assert rings(alarm, {"Errors": errors, "Invocations": 1000}) == ringing
    for each in alarm["Metrics"][1:]:
        version = {"Fn::GetAtt": ["BetFunction.Version", "Version"]}
        assert {"Name": "ExecutedVersion", "Value": version} in each["MetricStat"]["Metric"][
            "Dimensions"
        ]


def test_o5_failures_are_counted_from_the_access_log() -> None:
    """An error of API Gateway's own that became a 503 is one there, whatever its metric says."""
    sums = counted(
        load_template(), [line(503, "INTEGRATION_TIMEOUT")] * 5 + [line(503, "THROTTLED")]
    )
    assert (sums["ApiFailures"], sums["ApiTurnedAway"], sums["ApiErrors"]) == (5, 1, 6)
    (alarm,) = [
        each
        for each in operations.alarms(load_template()).values()
        if each.get("MetricName") == "ApiFailures"
    ]
    assert (alarm["Namespace"], alarm["Threshold"]) == ("SeamlessWallet", 5)
    assert "5XXError" not in str(operations.alarms(load_template()))


BROKEN: dict[str, tuple[Rule, Break]] = {
    "an alarm that tells nobody": (
        operations.silent_alarms,
        lambda t: _properties(t, "ApiErrorsAlarm").pop("AlarmActions"),
    ),
    "an alarm that never says that it is over": (
        operations.silent_alarms,
        lambda t: _properties(t, "BetErrorsAlarm").pop("OKActions"),
    ),
    "no topic of its own": (operations.silent_alarms, _drop("AlarmTopic")),
    "a schedule that may stop": (
        operations.unwatched_schedules,
        lambda t: _properties(t, "CountEventsFunctionScheduleSilentAlarm").update(
            TreatMissingData="notBreaching"
        ),
    ),
    "a schedule that others hide": (
        operations.unwatched_schedules,
        lambda t: _properties(t, "EndBonusesFunctionScheduleSilentAlarm").update(
            Dimensions=[{"Name": "FunctionName", "Value": {"Ref": "EndBonusesFunction"}}]
        ),
    ),
    "a switch that rings every night": (
        operations.impatient_switches,
        lambda t: _properties(t, "SyncCatalogueFunctionFullSilentAlarm").update(
            EvaluationPeriods=1
        ),
    ),
    "a run that may be dropped": (
        operations.unwatched_schedules,
        _drop("MeasureHoldsDroppedAlarm"),
    ),
    "a rule that may fail": (
        operations.unwatched_schedules,
        _drop("SyncCatalogueFunctionFullFailedAlarm"),
    ),
    "a stream that may fall behind": (
        operations.unwatched_schedules,
        _drop("WorkDeliveriesAgeAlarm"),
    ),
    "a deployment of five minutes": (
        operations.hasty_deployments,
        lambda t: t["Parameters"]["DeploymentType"].update(Default="Canary10Percent5Minutes"),
    ),
    "a deployment that one crash takes back": (
        operations.hasty_deployments,
        lambda t: _properties(t, "BetFunction")["DeploymentPreference"].update(
            Alarms=[{"Ref": "BetErrorsAlarm"}]
        ),
    ),
    "a version that nobody tries": (
        operations.unrehearsed_versions,
        lambda t: _properties(t, "BetFunction")["DeploymentPreference"].pop("Hooks"),
    ),
    "a rehearsal of what has the traffic": (
        operations.unrehearsed_versions,
        lambda t: _properties(t, "RehearseVersionFunction")["Environment"]["Variables"].update(
            BET_VERSION={"Ref": "BetFunction"}
        ),
    ),
    "rehearsals side by side": (
        operations.unrehearsed_versions,
        lambda t: _properties(t, "RehearseVersionFunction").pop("ReservedConcurrentExecutions"),
    ),
    "a platform that needs a client certificate": (
        operations.barred_services,
        lambda t: _properties(t, "PlatformDomain").update(MutualTlsAuthentication={}),
    ),
    "a caller from any address": (
        operations.wandering_callers,
        lambda t: _properties(t, "LaunchSessionFunction").pop("VpcConfig"),
    ),
    "a hook in a network": (
        operations.wandering_callers,
        lambda t: _properties(t, "BetFunction").update(VpcConfig={}),
    ),
    "a caller that may make no interface": (
        operations.wandering_callers,
        lambda t: _properties(t, "IgvOrdersRole").update(ManagedPolicyArns=[]),
    ),
    "a ledger that may be updated": (
        operations.changeable_history,
        lambda t: _properties(t, "LedgerTable").pop("ResourcePolicy"),
    ),
    "an audit that some may delete from": (
        operations.changeable_history,
        lambda t: _properties(t, "AuditTable")["ResourcePolicy"]["PolicyDocument"]["Statement"][
            0
        ].update(Condition={}),
    ),
    "copies that anybody deletes": (
        operations.changeable_history,
        lambda t: _properties(t, "BackupVault")["LockConfiguration"].update({"Fn::If": ["HasKey"]}),
    ),
    "a role that may not trace": (
        operations.untraced_functions,
        lambda t: _properties(t, "BetRole").update(ManagedPolicyArns=[]),
    ),
    "every request is traced": (
        operations.untraced_functions,
        lambda t: _properties(t, "TraceSampling")["SamplingRule"].update(FixedRate=1),
    ),
    "a frozen start": (
        operations.slow_starts,
        lambda t: _properties(t, "HooksFunction").update(SnapStart={}),
    ),
    "an alarm on every busy run": (
        operations.late_thresholds,
        lambda t: _properties(t, "ExpireSessionsDurationAlarm").update(Threshold=240_000),
    ),
    "an alarm that comes too late": (
        operations.late_thresholds,
        lambda t: _properties(t, "BetDurationAlarm").update(Threshold=5000),
    ),
    "a table that a failed creation leaves behind": (
        operations.stubborn_leftovers,
        lambda t: t["Resources"]["LedgerTable"].update(DeletionPolicy="Retain"),
    ),
}


def test_every_rule_is_seen_to_fail() -> None:
    named = (each for each in vars(operations).values() if hasattr(each, "__annotations__"))
    rules = {rule for rule in named if rule.__annotations__.get("return") == list[str]}
    assert rules == {rule for rule, _ in BROKEN.values()}


@pytest.mark.parametrize("case", BROKEN)
def test_the_rule_notices(case: str) -> None:
    rule, spoil = BROKEN[case]
    broken = deepcopy(load_template())
    spoil(broken)

    assert rule(broken) != []
