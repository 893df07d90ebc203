"""The `ops` command line on an emulated stack: what it prints, and how it ends."""

import io
import json
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from botocore.config import Config
from typer.testing import CliRunner

from casino.aws.clients import aws_client, secrets_client
from casino.signing.pair import Pair
from casino.wiring.stack import EventsOutputs, Stack
from ops.cli import app
from ops.context import Operations
from ops.invocation import Invocation
from testing.clock import FakeClock
from testing.hooks import API_KEY, SECRET_KEY
from testing.world import World

#: Verbs that want a reason; a test that is about something else need not give one.
_EXPLAINED = {
    ("integration", "limits"),
    ("win", "release"),
    ("delivery", "ignore"),
    *(("player", verb) for verb in ("fund", "withdraw", "reserve", "release", "block", "unblock")),
}


def _client(service: str) -> Any:
    return aws_client(service, Config())


@dataclass
class FakeLogs:
    """CloudWatch Logs: each group's lines with their times in ms, handed out one to a page."""

    lines: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    error: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def write(self, group: str, *lines: str, age_s: float = 0) -> None:
        """Add lines that were written so long ago."""
        at_ms = int((time.time() - age_s) * 1000)
        self.lines.setdefault(group, []).extend((at_ms, line) for line in lines)

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.error is not None:
            raise self.error
        word, end = request.get("filterPattern", "").strip('"'), request.get("endTime", 10**15)
        found = [
            {"timestamp": at_ms, "message": line}
            for at_ms, line in self.lines[request["logGroupName"]]
            if request["startTime"] <= at_ms <= end and word in line
        ]
        start = int(request.get("nextToken", "0"))
        page: dict[str, Any] = {"events": found[start : start + 1]}
        return page | ({"nextToken": str(start + 1)} if start + 1 < len(found) else {})


@dataclass
class FakeCloudFormation:
    """A stack's outputs, and its resources in two pages: a table, and the groups of the logs."""

    outputs: dict[str, str] = field(default_factory=dict)
    logs: FakeLogs = field(default_factory=FakeLogs)

    def describe_stacks(self, **request: str) -> dict[str, Any]:
        pairs = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"StackName": request["StackName"], "Outputs": pairs}]}

    def list_stack_resources(self, **request: str) -> dict[str, Any]:
        if "NextToken" not in request:
            table = {"ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "table"}
            return {"StackResourceSummaries": [table], "NextToken": "2"}
        groups = [
            {"ResourceType": "AWS::Logs::LogGroup", "PhysicalResourceId": name}
            for name in self.logs.lines
        ]
        return {"StackResourceSummaries": groups}


@dataclass
class LocalFunctions:
    """Lambda with one function; an exception is answered as the runtime does."""

    handler: Any
    names: list[str] = field(default_factory=list)
    printed: io.StringIO = field(default_factory=io.StringIO)

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.names.append(FunctionName)
        try:
            with redirect_stdout(self.printed):
                answer = self.handler(json.loads(Payload), None)
        except Exception as error:  # noqa: BLE001 - so does the runtime
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


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
    """Runs verbs in this process; `printed` is all that they said."""

    world: World
    logs: FakeLogs = field(default_factory=FakeLogs)
    clock: Any = field(default_factory=FakeClock)
    key_arn: str | None = None
    sandbox: Pair | None = field(default_factory=lambda: Pair(API_KEY, SECRET_KEY))
    identity: Any = None
    functions: Any = None
    layered: bool = True
    events: EventsOutputs = field(default_factory=EventsOutputs)
    objects: Any = None
    aws: Any = _client
    queues: Any = field(default_factory=lambda: _client("sqs"))
    printed: str = ""

    @property
    def operations(self) -> Operations:
        return Operations(
            stack=Stack(
                "test",
                self.world.tables,
                "test/integration/",
                self.key_arn,
                catalogue_table=self.world.environment["CATALOGUE_TABLE"],
                sync_table=self.world.environment["SYNC_TABLE"],
                sync_function="test-sync-catalogue",
                layered=self.layered,
                events=self.events,
            ),
            dynamodb=self.world.client,
            secrets=secrets_client(),
            logs=self.logs,
            cloudformation=FakeCloudFormation(logs=self.logs),
            sandbox=self.sandbox,
            identity=self.identity,
            functions=self.functions,
            queues=self.queues,
            objects=self.objects,
            aws=self.aws,
            clock=self.clock,
        )

    def __call__(self, *arguments: str, stdin: bytes | str | None = None) -> Said:
        if arguments[:2] in _EXPLAINED and "--reason" not in arguments:
            arguments = (*arguments, "--reason", "a test")
        invocation = Invocation(operations=self.operations)
        result = CliRunner().invoke(app, list(arguments), input=stdin, obj=invocation)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.printed += result.output
        return Said(result.exit_code, result.stdout, result.stderr)

    def json(self, *arguments: str, stdin: bytes | str | None = None) -> dict[str, Any]:
        """Run a verb that has to succeed."""
        said = self(*arguments, "--json", stdin=stdin)
        assert said.code == 0, said
        return said.json

    def error(self, *arguments: str, stdin: bytes | str | None = None) -> str:
        """Run a verb that has to fail; it must say so in both forms."""
        said, plain = self(*arguments, "--json", stdin=stdin), self(*arguments, stdin=stdin)
        assert (said.code, plain.code) == (1, 1), (said, plain)
        assert set(said.json) == {"error", "message"}
        assert f"({said.json['error']})" in plain.err
        assert plain.out == ""
        return str(said.json["error"])
