"""An environment that may go live: AWS answers so, and each answer has the form of AWS's own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import botocore.session
from botocore.validate import ParamValidator

from casino.audit.model import Who
from casino.wiring.stack import EventsOutputs, Stack
from ops.context import Operations
from ops.preflight.site import Row, Site
from ops.verbs.preflight import rows_of
from testing.clock import FakeClock
from testing.world import World, build_tables
from tests.simulation.dynamodb_model import DynamoDbModel

NAME: Final = "seamless-wallet-prod"
REGION: Final = "eu-central-1"
TOPIC: Final = f"arn:aws:sns:{REGION}:111122223333:alarms"
PAGER: Final = f"arn:aws:sns:{REGION}:111122223333:pager"
DAY_S: Final = 86_400.0
WHO: Final = Who("arn:test", "a test")
#: What the stack is deployed with; the same stands in samconfig.toml.
PARAMETERS: Final = {
    "Stage": "prod",
    "LogLevel": "INFO",
    "DeletionProtection": "true",
    "GradualDeployment": "true",
    "EmergencyReason": "",
    "EnableWaf": "true",
    "ReturnHosts": "casino.example",
    "AllowedSourceCidrs": "192.0.2.0/24,2001:db8::/32",
    "TruststoreUri": "",
    "ArchiveLock": "GOVERNANCE",
    "PagesLock": "GOVERNANCE",
    "PrimedIntegrations": "acme",
    "RehearsalIntegration": "rehearsal",
    "RehearsalPlayer": "house",
    "RehearsalCurrency": "EUR",
    "ScheduledRotationDays": "90",
    "ThrottlingRateLimit": "1000",
    "HooksConcurrency": "400",
    "LaunchConcurrency": "75",
    "BetConcurrency": "0",
    "ProvisionedConcurrency": "0",
}
RESOURCES: Final = {
    "LedgerTable": ("AWS::DynamoDB::Table", f"{NAME}-LedgerTable-1"),
    "HooksFunction": ("AWS::Lambda::Function", f"{NAME}-hooks"),
    "LaunchSessionFunction": ("AWS::Lambda::Function", f"{NAME}-launch-session"),
    "BetErrorsAlarm": ("AWS::CloudWatch::Alarm", f"{NAME}-BetErrorsAlarm-1"),
    "BetHourBurnAlarm": ("AWS::CloudWatch::Alarm", f"{NAME}-BetHourBurnAlarm-1"),
    "MoneyPathAlarm": ("AWS::CloudWatch::CompositeAlarm", f"{NAME}-MoneyPathAlarm-1"),
    "Schedule": ("AWS::Events::Rule", f"{NAME}-Schedule-1"),
    "OnTheBus": ("AWS::Events::Rule", f"{NAME}-bus|{NAME}-OnTheBus-1"),
}


class RefusedError(Exception):
    """What AWS answers instead: the code of an error."""


@cache
def _client(service: str) -> Any:
    options: Any = {"region_name": REGION, "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return botocore.session.Session().create_client(service, **options)


@dataclass
class HealthyAws:
    """Real clients of botocore without a network; `answers` is by operation."""

    answers: dict[str, Any]
    asked: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, service: str) -> Any:
        client = _client(service)
        client.meta.events.unregister("before-call", unique_id="healthy")
        client.meta.events.register("before-call", self._answer, unique_id="healthy")
        return client

    def _answer(self, model: Any, params: Any, **more: Any) -> tuple[Any, dict[str, Any]]:
        self.asked.add((model.service_model.signing_name, model.name))
        try:
            answer = self.answers[model.name]
            parsed: dict[str, Any] = answer(params) if callable(answer) else answer
        except RefusedError as error:
            told = {"Error": {"Code": str(error), "Message": "refused"}}
            return SimpleNamespace(status_code=400), told | {"ResponseMetadata": {}}
        report = ParamValidator().validate(parsed, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        return SimpleNamespace(status_code=200), parsed | {"ResponseMetadata": {}}


def _concurrency(params: Any) -> dict[str, int]:
    function = params["url_path"].split("/")[3]
    return {"ReservedConcurrentExecutions": {f"{NAME}-hooks": 400}.get(function, 75)}


def _answers() -> dict[str, Any]:
    """Return what AWS says of it; a test changes some of it."""
    alarm = {
        "AlarmName": RESOURCES["BetErrorsAlarm"][1],
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "StateValue": "OK",
    }
    part = alarm | {"AlarmName": RESOURCES["BetHourBurnAlarm"][1], "AlarmActions": []}
    whole = alarm | {
        "AlarmName": RESOURCES["MoneyPathAlarm"][1],
        "AlarmRule": f'(ALARM("{part["AlarmName"]}"))',
        "AlarmActions": [PAGER],
    }
    recovery = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
    enabled = {"ContinuousBackupsStatus": "ENABLED"}
    return {
        "GetCallerIdentity": {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/a"},
        "DescribeTable": {"Table": {"DeletionProtectionEnabled": True}},
        "DescribeContinuousBackups": {"ContinuousBackupsDescription": enabled | recovery},
        "DescribeAlarms": {"MetricAlarms": [alarm, part], "CompositeAlarms": [whole]},
        "ListSubscriptionsByTopic": {"Subscriptions": [{"SubscriptionArn": f"{TOPIC}:1"}]},
        "GetAccountSettings": {
            "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 525}
        },
        "GetAccount": {
            "throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5_000},
            "cloudwatchRoleArn": "arn:aws:iam::111122223333:role/api-gateway-logs",
        },
        "ListDashboards": {
            "DashboardEntries": [
                {"DashboardName": f"{NAME}-{board}"} for board in ("wallet", "providers")
            ]
        },
        "DescribeRule": {"State": "ENABLED"},
        "CreateSecret": {"VersionId": "v" * 32},
        "GetFunctionConcurrency": _concurrency,
        "DescribeKey": {"KeyMetadata": {"KeyId": "key", "KeyState": "Enabled"}},
        "GetKeyRotationStatus": {"KeyRotationEnabled": True},
    }


@dataclass
class Healthy:
    """The environment; a test plants an omission in one of its parts."""

    parameters: dict[str, str] = field(default_factory=lambda: dict(PARAMETERS))
    resources: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(RESOURCES))
    clock: FakeClock = field(default_factory=FakeClock)
    is_local: bool = False

    def __post_init__(self) -> None:
        self.world: World = build_tables("test", DynamoDbModel().client())
        self.aws = HealthyAws(_answers() | {"DescribeStacks": self._stack})
        self.aws.answers["ListStackResources"] = self._listed
        admin = self.operations.integrations
        for name in ("acme", "rehearsal"):
            admin.add(name, "igsp", who=WHO, allowed_cidrs=("192.0.2.0/24",))
        admin.set_enabled("sandbox", enabled=False, who=WHO)
        self.world.player("house", amount="10.00")
        self.aws.asked.clear()

    @property
    def operations(self) -> Operations:
        """The verbs' view of it."""
        events = EventsOutputs(archive="archive", checkpoint_key="key")
        tables = self.world.tables
        stack = Stack(NAME, tables, f"{NAME}/", "key", events=events, local=self.is_local)
        clients = (self.world.client, self.aws("secretsmanager"), None, self.aws("cloudformation"))
        identity = None if self.is_local else self.aws("sts")
        return Operations(stack, *clients, aws=self.aws, clock=self.clock, identity=identity)

    def rows(self) -> list[Row]:
        """Return what the preflight finds."""
        return rows_of(Site(self.operations, PARAMETERS))

    def _stack(self, params: object) -> dict[str, Any]:
        told = {"StackName": NAME, "CreationTime": datetime.now(UTC), "StackStatus": "CREATED"}
        pairs = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in self.parameters.items()
        ]
        return {"Stacks": [told | {"Parameters": pairs}]}

    def _listed(self, params: object) -> dict[str, Any]:
        told = {"LastUpdatedTimestamp": datetime.now(UTC), "ResourceStatus": "CREATED"}
        return {
            "StackResourceSummaries": [
                told | {"LogicalResourceId": own, "ResourceType": kind, "PhysicalResourceId": name}
                for own, (kind, name) in self.resources.items()
            ]
        }
