"""The template keeps its promises, and every rule that says so is able to fail."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from testing.template import (
    PROJECT,
    Template,
    expanded,
    load_template,
    resources,
    written_template,
)
from tests.unit.template import template_grants as grants
from tests.unit.template import template_rules as rules

type Rule = Callable[[Template], list[str]]
type Break = Callable[[dict[str, Any]], object]

RULES: list[Rule] = [
    grants.wildcards,
    grants.wrong_grants,
    grants.ledger_changes,
    grants.shared_roles,
    rules.careless_tables,
    rules.careless_logs,
    rules.missing_timeouts,
    rules.unwatched_functions,
    rules.missing_alarms,
    rules.missing_runbooks,
    rules.wrong_routes,
    rules.open_routes,
    rules.exposed_secrets,
    rules.wrong_gateway_errors,
]


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(template: Template, rule: Rule) -> None:
    assert rule(template) == []


def _properties(template: Template, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def _statement(template: Template, policy: str) -> dict[str, Any]:
    statement: dict[str, Any] = _properties(template, policy)["PolicyDocument"]["Statement"][0]
    return statement


def _gateway_error(template: Template, name: str) -> dict[str, Any]:
    response: dict[str, Any] = _properties(template, "WalletApi")["GatewayResponses"][name]
    return response


BROKEN: dict[str, tuple[Rule, Break]] = {
    "an action with a star": (
        grants.wildcards,
        lambda t: _statement(t, "PostPolicy").update(Action="dynamodb:*"),
    ),
    "a resource that is a star": (
        grants.wildcards,
        lambda t: _statement(t, "PostPolicy").update(Resource="*"),
    ),
    "an assembled resource with a star": (
        grants.wildcards,
        lambda t: _statement(t, "PostPolicy").update(Resource={"Fn::Sub": "arn:x:table/*"}),
    ),
    "a statement about everything else": (
        grants.wildcards,
        lambda t: _statement(t, "PostPolicy").update(NotAction="dynamodb:DeleteItem"),
    ),
    "a documented star that is gone": (
        grants.wildcards,
        lambda t: t["Resources"].pop("ReadPolicy"),
    ),
    "a role that anyone may take": (
        grants.wildcards,
        lambda t: _properties(t, "BetRole")["AssumeRolePolicyDocument"]["Statement"][0].update(
            Principal="*"
        ),
    ),
    "balance may write": (
        grants.wrong_grants,
        lambda t: _properties(t, "BalanceRole")["ManagedPolicyArns"].append({"Ref": "PostPolicy"}),
    ),
    "bet may check conditions on the ledger": (
        grants.wrong_grants,
        lambda t: _properties(t, "BetRole")["ManagedPolicyArns"].append({"Ref": "RefundPolicy"}),
    ),
    "a managed policy of AWS": (
        grants.wrong_grants,
        lambda t: _properties(t, "HealthRole").update(
            ManagedPolicyArns=[{"Ref": "arn:aws:iam::aws:policy/AdministratorAccess"}]
        ),
    ),
    "permissions beside the role": (
        grants.wrong_grants,
        lambda t: _properties(t, "BetFunction").update(Policies=["AmazonDynamoDBFullAccess"]),
    ),
    "the ledger may be updated": (
        grants.ledger_changes,
        lambda t: _statement(t, "PostPolicy")["Action"].append("dynamodb:UpdateItem"),
    ),
    "the ledger may be deleted from": (
        grants.ledger_changes,
        lambda t: _statement(t, "RefundPolicy").update(Action="dynamodb:DeleteItem"),
    ),
    "the ledger may be batch-written": (
        grants.ledger_changes,
        lambda t: _statement(t, "PostPolicy")["Action"].append("dynamodb:BatchWriteItem"),
    ),
    "the audit may be updated": (
        grants.ledger_changes,
        lambda t: _properties(t, "RotationPolicy")["PolicyDocument"]["Statement"][3].update(
            Action=["dynamodb:PutItem", "dynamodb:UpdateItem"]
        ),
    ),
    "two functions share a role": (
        grants.shared_roles,
        lambda t: _properties(t, "WinFunction").update(Role=_properties(t, "BetFunction")["Role"]),
    ),
    "a table cannot be restored": (
        rules.careless_tables,
        lambda t: _properties(t, "LedgerTable").pop("PointInTimeRecoverySpecification"),
    ),
    "a table goes with the stack": (
        rules.careless_tables,
        lambda t: t["Resources"]["WalletsTable"].update(DeletionPolicy="Delete"),
    ),
    "a table goes when it is replaced": (
        rules.careless_tables,
        lambda t: t["Resources"]["WalletsTable"].pop("UpdateReplacePolicy"),
    ),
    "a table's protection ignores the parameter": (
        rules.careless_tables,
        lambda t: _properties(t, "RoundsTable").update(DeletionProtectionEnabled=False),
    ),
    "a table ignores the customer key": (
        rules.careless_tables,
        lambda t: _properties(t, "PlayersTable").pop("SSESpecification"),
    ),
    "logs are kept for ever": (
        rules.careless_logs,
        lambda t: _properties(t, "BetLogs").pop("RetentionInDays"),
    ),
    "a function logs to a group that Lambda makes": (
        rules.careless_logs,
        lambda t: _properties(t, "BetFunction").pop("LoggingConfig"),
    ),
    "nobody chose the timeout": (
        rules.missing_timeouts,
        lambda t: t["Globals"]["Function"].pop("Timeout"),
    ),
    "a function without a log group": (
        rules.unwatched_functions,
        lambda t: t["Resources"].pop("HealthLogs"),
    ),
    "a function without an alarm": (
        rules.unwatched_functions,
        lambda t: t["Resources"].pop("RefundThrottlesAlarm"),
    ),
    "an alarm on those who wait for each other": (
        rules.unwatched_functions,
        lambda t: t["Resources"].update(
            RehearseVersionThrottlesAlarm=t["Resources"]["BetErrorsAlarm"]
        ),
    ),
    "an alarm that watches another function": (
        rules.unwatched_functions,
        lambda t: _properties(t, "WinErrorsAlarm").update(
            Dimensions=_properties(t, "BetErrorsAlarm")["Dimensions"]
        ),
    ),
    "nobody watches rotations": (
        rules.missing_alarms,
        lambda t: t["Resources"].pop("RotationFailuresAlarm"),
    ),
    "an alarm that says nothing of what to do": (
        rules.missing_runbooks,
        lambda t: _properties(t, "UnknownKeysAlarm").update(AlarmDescription="unknown keys"),
    ),
    "a route is missing": (
        rules.wrong_routes,
        lambda t: _properties(t, "WinFunction").update(Events={}),
    ),
    "a route leads to another function": (
        rules.wrong_routes,
        lambda t: _properties(t, "BetFunction")["Events"]["Post"]["Properties"].update(
            Path="/webhooks/igsp/v1/win"
        ),
    ),
    "a launch that needs no permission": (
        rules.open_routes,
        lambda t: _properties(t, "LaunchSessionFunction")["Events"]["Launch"]["Properties"].pop(
            "Auth"
        ),
    ),
    "a policy that opens every route to every account": (
        rules.open_routes,
        lambda t: _properties(t, "WalletApi")["Policy"]["Statement"][0].update(
            Resource="execute-api:/*"
        ),
    ),
    "the ledger's index may be written": (
        grants.ledger_changes,
        lambda t: _properties(t, "ExpireSessionsRole")["Policies"][0]["PolicyDocument"][
            "Statement"
        ][2].update(Action="dynamodb:UpdateItem"),
    ),
    "a function of the schedule runs for ever": (
        rules.missing_timeouts,
        lambda t: _properties(t, "ExpireSessionsFunction").update(Timeout=901),
    ),
    "a secret in the environment": (
        rules.exposed_secrets,
        lambda t: t["Globals"]["Function"]["Environment"]["Variables"].update(API_KEY="x"),
    ),
    "a secret among the outputs": (
        rules.exposed_secrets,
        lambda t: t["Outputs"].update(SecretKey={"Value": "x"}),
    ),
    "a parameter that hides its value": (
        rules.exposed_secrets,
        lambda t: t["Parameters"]["DomainName"].update(NoEcho=True),
    ),
    "a secret copied into the stack": (
        rules.exposed_secrets,
        lambda t: _properties(t, "BetFunction").update(
            Description="{{resolve:secretsmanager:wallet}}"
        ),
    ),
    "a gateway error without our body": (
        rules.wrong_gateway_errors,
        lambda t: _gateway_error(t, "THROTTLED")["ResponseTemplates"].update(
            {"application/json": '{"message":"Too Many Requests"}'}
        ),
    ),
    "a gateway error that says another status": (
        rules.wrong_gateway_errors,
        lambda t: _gateway_error(t, "THROTTLED").update(StatusCode="429"),
    ),
    "gateway errors without a default": (
        rules.wrong_gateway_errors,
        lambda t: _properties(t, "WalletApi")["GatewayResponses"].pop("DEFAULT_5XX"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_rule_notices(template: Template, case: str) -> None:
    rule, spoil = BROKEN[case]
    broken = deepcopy(template)
    spoil(broken)

    assert rule(broken) != []


@pytest.mark.parametrize("loop", ["Functions", "Throttled", "Requests", "Runs"])
def test_o19_a_function_that_a_loop_forgets_is_noticed(loop: str) -> None:
    written = written_template()
    _, names, _ = written["Resources"][f"Fn::ForEach::{loop}"]
    forgotten = names.pop()

    faults = rules.unwatched_functions(expanded(written))

    assert any(fault.startswith(forgotten) for fault in faults)


def test_every_rule_is_seen_to_fail() -> None:
    assert {rule for rule, _ in BROKEN.values()} == set(RULES)


def test_the_deployment_guide_names_every_star_and_every_parameter(template: Template) -> None:
    guide = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")

    assert [star for _, _, star in grants.DOCUMENTED_WILDCARDS if f"`{star}`" not in guide] == []
    assert [name for name in template["Parameters"] if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("metric", ["WinsWithoutBet", "RefundsAfterWin", "OwedMoneyRefused"])
def test_m9_an_alarm_watches_odd_wins_and_refunds_and_refused_money(metric: str) -> None:
    alarms = resources(load_template(), "AWS::CloudWatch::Alarm").values()
    (alarm,) = [each for each in alarms if each.get("MetricName") == metric]
    assert "money" in alarm["AlarmDescription"]
    assert re.search(r"docs/runbooks/[a-z-]+\.md", alarm["AlarmDescription"])
