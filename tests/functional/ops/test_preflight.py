"""The preflight: a healthy environment passes, and whatever is left out is named."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from casino.integrations.model import Integration
from ops.cli import app
from ops.preflight.site import Row
from testing.account import load_account, may
from testing.template import PROJECT
from tests.functional.ops.healthy import DAY_S, NAME, PAGER, TOPIC, WHO, Healthy, RefusedError

PLACE: Final = "eu-central-1:111122223333"

type Plant = Callable[[Healthy], object]


def _left_out(name: str, value: str = "") -> Plant:
    return lambda site: site.parameters.update({name: value})


def _answers(operation: str, **answer: Any) -> Plant:
    return lambda site: site.aws.answers.update({operation: answer})


def _refused(operation: str, code: str) -> Plant:
    def refuse(params: object) -> None:
        raise RefusedError(code)

    return lambda site: site.aws.answers.update({operation: refuse})


def _alarm(**changes: Any) -> Plant:
    return lambda site: site.aws.answers["DescribeAlarms"]["MetricAlarms"][0].update(changes)


def _disable(name: str) -> Plant:
    return lambda site: site.operations.integrations.set_enabled(name, enabled=False, who=WHO)


def _backups(status: str) -> Plant:
    recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}}
    told = {"ContinuousBackupsStatus": "ENABLED"} | recovery
    return _answers("DescribeContinuousBackups", ContinuousBackupsDescription=told)


def _limits(most: int, free: int) -> Plant:
    told = {"ConcurrentExecutions": most, "UnreservedConcurrentExecutions": free}
    return _answers("GetAccountSettings", AccountLimit=told)


def _open_to_all(site: Healthy) -> None:
    site.operations.integrations.add("wide", "igsp", who=WHO)


def _switched_off(site: Healthy) -> None:
    site.operations.switching.turn("bets", on=False, name="acme", who=WHO)


#: What is left out → the check that names it, and a word of what it says.
OMISSIONS: Final[dict[str, tuple[Plant, str, str]]] = {
    "tables can be deleted": (
        _answers("DescribeTable", Table={"DeletionProtectionEnabled": False}),
        "deletion protection",
        "LedgerTable",
    ),
    "no backups": (_backups("DISABLED"), "backups", "LedgerTable"),
    "nobody confirmed the alarms": (
        _answers(
            "ListSubscriptionsByTopic", Subscriptions=[{"SubscriptionArn": "PendingConfirmation"}]
        ),
        "target of the alarms",
        TOPIC,
    ),
    "alarms without a target": (_alarm(AlarmActions=[]), "alarms", "BetErrorsAlarm"),
    "alarms switched off": (_alarm(ActionsEnabled=False), "alarms", "BetErrorsAlarm"),
    "an alarm that is gone": (_answers("DescribeAlarms", MetricAlarms=[]), "alarms", "BetErrors"),
    "an alarm that rings": (_alarm(StateValue="ALARM"), "alarms that ring", "BetErrorsAlarm"),
    "a composite alarm without its parts' names": (
        lambda site: site.aws.answers["DescribeAlarms"]["CompositeAlarms"][0].update(
            AlarmRule="FALSE"
        ),
        "alarms",
        "BetHourBurnAlarm",
    ),
    "nobody confirmed the pager": (
        _answers("ListSubscriptionsByTopic", Subscriptions=[]),
        "target of the alarms",
        PAGER,
    ),
    "the quota of a new account": (_limits(10, 10), "quota of Lambda", "10"),
    "everything reserved": (_limits(1_000, 25), "quota of Lambda", "25"),
    "a throttle above the quota": (
        _left_out("ThrottlingRateLimit", "20000"),
        "quota of API Gateway",
        "20000",
    ),
    "no role for the access log": (
        _answers("GetAccount", throttleSettings={"rateLimit": 10_000.0, "burstLimit": 5_000}),
        "access log of API Gateway",
        "none",
    ),
    "concurrency taken away": (
        _answers("GetFunctionConcurrency", ReservedConcurrentExecutions=5),
        "concurrency",
        f"{NAME}-hooks has 5 of 400",
    ),
    "no concurrency of the hooks": (
        _left_out("HooksConcurrency", "0"),
        "concurrency",
        "HooksConcurrency",
    ),
    "a dashboard that is gone": (
        _answers("ListDashboards", DashboardEntries=[{"DashboardName": f"{NAME}-wallet"}]),
        "dashboards",
        f"{NAME}-providers",
    ),
    "a schedule switched off": (
        _answers("DescribeRule", State="DISABLED"),
        "schedules",
        "Schedule-1",
    ),
    "a key that signs no more": (
        _answers("DescribeKey", KeyMetadata={"KeyId": "key", "KeyState": "PendingDeletion"}),
        "key of the checkpoints",
        "PendingDeletion",
    ),
    "a customer key for ever": (
        _answers("GetKeyRotationStatus", KeyRotationEnabled=False),
        "customer key",
        "never",
    ),
    "no addresses": (_left_out("AllowedSourceCidrs"), "allow list of the firewall", ""),
    "all addresses": (
        _left_out("AllowedSourceCidrs", "192.0.2.0/24,::/0"),
        "allow list of the firewall",
        "::/0",
    ),
    "an integration from anywhere": (_open_to_all, "allow lists of integrations", "wide"),
    "nothing primed": (_left_out("PrimedIntegrations"), "primed integrations", "none"),
    "an unknown integration primed": (
        _left_out("PrimedIntegrations", "acme,nobody"),
        "primed integrations",
        "nobody (missing",
    ),
    "a disabled integration primed": (_disable("acme"), "primed integrations", "acme (missing"),
    "an old key": (lambda site: site.clock.advance(91 * DAY_S), "age of keys", "acme (91 days)"),
    "no rehearsal": (_disable("rehearsal"), "rehearsal", "rehearsal is missing"),
    "a player without money": (_left_out("RehearsalPlayer", "poor"), "rehearsal", "poor has no"),
    "bets switched off": (_switched_off, "switches", "bets of acme"),
    "a rolled forward parameter": (
        _left_out("PagesLock", "COMPLIANCE"),
        "deployed as written",
        "PagesLock",
    ),
    **{
        f"{name}={value}": (_left_out(name, value), "parameters", f"{name}={value}")
        for name, value in {
            "DeletionProtection": "false",
            "GradualDeployment": "false",
            "EmergencyReason": "the hooks were down",
            "RehearsalIntegration": "",
            "EnableWaf": "false",
            "ReturnHosts": "",
            "ArchiveLock": "",
            "PagesLock": "",
            "LogLevel": "DEBUG",
        }.items()
    },
}


#: What the preflight asks of AWS beside the items of tables → on what, as the ARN has it.
ASKED: Final = {
    "cloudformation:DescribeStacks": f"cloudformation:{PLACE}:stack/{NAME}/1",
    "cloudformation:ListStackResources": f"cloudformation:{PLACE}:stack/{NAME}/1",
    "dynamodb:DescribeTable": f"dynamodb:{PLACE}:table/{NAME}-LedgerTable-1",
    "dynamodb:DescribeContinuousBackups": f"dynamodb:{PLACE}:table/{NAME}-LedgerTable-1",
    "cloudwatch:DescribeAlarms": "",
    "cloudwatch:ListDashboards": "",
    "sns:ListSubscriptionsByTopic": f"sns:{PLACE}:{NAME}-AlarmTopic-1",
    "lambda:GetAccountSettings": "",
    "lambda:GetFunctionConcurrency": f"lambda:{PLACE}:function:{NAME}-hooks",
    "events:DescribeRule": f"events:{PLACE}:rule/{NAME}-Schedule-1",
    "apigateway:GET": "apigateway:eu-central-1::/account",
    "kms:DescribeKey": f"kms:{PLACE}:key/1",
    "kms:GetKeyRotationStatus": f"kms:{PLACE}:key/1",
}


def other_than_fine(site: Healthy) -> list[Row]:
    return [row for row in site.rows() if row.state != "fine"]


def test_o22_a_healthy_environment_passes() -> None:
    assert other_than_fine(Healthy()) == []


@pytest.mark.parametrize("name", OMISSIONS)
def test_o22_what_is_left_out_is_named_with_what_to_do(name: str) -> None:
    plant, check, word = OMISSIONS[name]
    site = Healthy()
    plant(site)
    named = [row for row in other_than_fine(site) if row.check == check and word in row.found]
    assert [row.state for row in named] == ["falls short"]
    assert named[0].todo


@pytest.mark.parametrize(
    "operation", ["DescribeTable", "DescribeAlarms", "GetAccountSettings", "DescribeRule"]
)
def test_o22_what_aws_does_not_say_is_not_fine(operation: str) -> None:
    site = Healthy()
    _refused(operation, "AccessDenied")(site)
    told = other_than_fine(site)
    assert {row.state for row in told} == {"not checked"}
    assert "AccessDenied" in told[0].found


def test_o22_a_key_that_the_audit_does_not_know_is_not_fine() -> None:
    site = Healthy()
    site.world.registry.put(
        Integration("byhand", "igsp", "secret", allowed_cidrs=("192.0.2.1/32",)), ("key",)
    )
    (row,) = other_than_fine(site)
    assert (row.check, row.state) == ("age of keys", "not checked")


def test_o22_the_launch_checklist_names_every_check() -> None:
    page = (PROJECT / "docs" / "launch-checklist.md").read_text("utf-8")
    named = set(re.findall(r"(?<!\*)\*([A-Za-z][^*|]+)\*(?!\*)", page))
    assert named == {row.check for row in Healthy().rows()}


def test_o22_what_an_emulator_does_not_know_is_not_fine() -> None:
    told = other_than_fine(Healthy(is_local=True))
    assert {row.state for row in told} == {"not checked"}
    assert {row.check for row in told} == {
        "account and region", "alarms", "quotas", "target of the alarms",
    }  # fmt: skip


def test_o22_the_read_policy_lets_somebody_ask_all_of_it() -> None:
    site = Healthy()
    site.rows()
    asked = {f"{service}:{operation}" for service, operation in site.aws.asked}
    asked.discard("sts:GetCallerIdentity")  # anybody may
    names = {"monitoring": "cloudwatch"}
    named = {f"{names.get(a, a)}:{b}" for a, _, b in (each.partition(":") for each in asked)}
    assert {name.replace("apigateway:GetAccount", "apigateway:GET") for name in named} == set(ASKED)
    account = load_account()
    for action, rest in ASKED.items():
        assert may(account, ("ReadPolicy",), action, f"arn:aws:{rest}" if rest else "*"), action


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (("preflight", "prod"), "prod' has no account"),  # samconfig.toml, as the project has it
        (("preflight", "nowhere"), "'nowhere' is none of"),
        (("--env", "dev", "preflight", "prod"), "leave the options out"),
    ],
)
def test_o22_the_verb_itself_names_its_environment(typed: tuple[str, ...], error: str) -> None:
    said = CliRunner().invoke(app, list(typed))
    assert said.exit_code == 1
    assert error in said.stderr
