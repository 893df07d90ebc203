"""The `ops` command line on an emulated stack: what it prints, and how it ends."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from typer.testing import CliRunner

from casino.aws.clients import secrets_client
from casino.wiring.stack import Stack
from ops.cli import Invocation, app
from ops.context import Credentials, Operations
from testing.clock import FakeClock
from testing.hooks import API_KEY, SECRET_KEY
from testing.world import World


class FakeLogs:
    """CloudWatch Logs with a few lines in each group, handed out one to a page."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {}
        self.error: Exception | None = None
        self.asked: list[dict[str, Any]] = []

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        lines = self.lines[request["logGroupName"]]
        start = int(request.get("nextToken", "0"))
        page: dict[str, Any] = {"events": [{"message": line} for line in lines[start : start + 1]]}
        return page | ({"nextToken": str(start + 1)} if start + 1 < len(lines) else {})


class FakeCloudFormation:
    """A stack's outputs and resources, the latter in two pages."""

    def __init__(self, outputs: dict[str, str], log_groups: tuple[str, ...] = ()) -> None:
        self.outputs = outputs
        self.log_groups = log_groups

    def describe_stacks(self, **request: str) -> dict[str, Any]:
        pairs = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"StackName": request["StackName"], "Outputs": pairs}]}

    def list_stack_resources(self, **request: str) -> dict[str, Any]:
        if "NextToken" not in request:
            table = {"ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "table"}
            return {"StackResourceSummaries": [table], "NextToken": "2"}
        groups = [
            {"ResourceType": "AWS::Logs::LogGroup", "PhysicalResourceId": name}
            for name in self.log_groups
        ]
        return {"StackResourceSummaries": groups}


@dataclass(frozen=True)
class Said:
    """What a verb printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.out, parse_float=Decimal)
        return data


@dataclass
class Console:
    """Runs verbs in this process."""

    world: World
    logs: FakeLogs = field(default_factory=FakeLogs)
    cloudformation: FakeCloudFormation = field(default_factory=lambda: FakeCloudFormation({}))
    clock: FakeClock = field(default_factory=FakeClock)
    key_arn: str | None = None
    sandbox: Credentials | None = field(default_factory=lambda: Credentials(API_KEY, SECRET_KEY))

    @property
    def operations(self) -> Operations:
        return Operations(
            stack=Stack("test", self.world.tables, "test/integration/", self.key_arn),
            dynamodb=self.world.client,
            secrets=secrets_client(),
            logs=self.logs,
            cloudformation=self.cloudformation,
            sandbox=self.sandbox,
            clock=self.clock,
        )

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Said:
        invocation = Invocation(operations=self.operations)
        result = CliRunner().invoke(app, list(arguments), input=stdin, obj=invocation)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a verb that has to succeed."""
        said = self(*arguments, "--json")
        assert said.code == 0, said
        return said.json

    def error(self, *arguments: str) -> str:
        """Run a verb that has to fail; it must say so in both forms."""
        said, plain = self(*arguments, "--json"), self(*arguments)
        assert (said.code, plain.code) == (1, 1), (said, plain)
        assert set(said.json) == {"error", "message"}
        assert f"({said.json['error']})" in plain.err
        assert plain.out == ""
        return str(said.json["error"])
