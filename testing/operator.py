"""An operator at the `ops` command line of an emulated stack, with the rotation in this process."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import boto3
from typer.testing import CliRunner

from casino.aws.clients import secrets_client
from casino.wiring.rotation import rotation_handler
from casino.wiring.stack import Stack
from ops.cli import Invocation, app
from ops.context import Operations
from testing.credentials import FakePairProvider
from testing.world import World

CACHE_S = 30.0


class LogLines:
    """CloudWatch Logs of one group, as far as `ops` asks."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        word = request["filterPattern"].strip('"')
        start, end = request["startTime"], request["endTime"]
        return {
            "events": [
                event
                for event in self.events
                if start <= event["timestamp"] <= end and word in event["message"]
            ]
        }

    def list_stack_resources(self, **request: Any) -> dict[str, Any]:
        """Answer as CloudFormation: the stack has one log group."""
        group = {"ResourceType": "AWS::Logs::LogGroup", "PhysicalResourceId": "logs"}
        return {"StackResourceSummaries": [group]}


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
                self.handler(json.loads(Payload), None)
        except Exception as error:  # noqa: BLE001 - so does the runtime
            told = {"errorMessage": str(error), "errorType": type(error).__name__}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}
        return {"Payload": io.BytesIO(b"null")}


@dataclass(frozen=True)
class Said:
    """What a verb printed, and how it ended."""

    code: int
    text: str

    @property
    def json(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.text)
        return data


class Operator:
    """Runs verbs in this process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.provider = FakePairProvider()
        self.logs: Any = LogLines()
        self.functions = LocalFunctions(rotation_handler(world.environment, provider=self.provider))
        self.said: list[str] = []

    @property
    def operations(self) -> Operations:
        return Operations(
            stack=Stack("test", self.world.tables, "test/integration/", cache_s=CACHE_S),
            dynamodb=self.world.client,
            secrets=secrets_client(),
            logs=self.logs,
            cloudformation=self.logs,
            identity=boto3.client("sts"),
            functions=self.functions,
        )

    def __call__(self, *arguments: str, stdin: str | None = None) -> Said:
        invocation = Invocation(operations=self.operations)
        result = CliRunner().invoke(app, list(arguments), input=stdin, obj=invocation)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.said.append(result.output)
        return Said(result.exit_code, result.output)

    def json(self, *arguments: str, stdin: str | None = None) -> dict[str, Any]:
        """Run a verb that has to succeed."""
        said = self(*arguments, "--json", stdin=stdin)
        assert said.code == 0, said
        return said.json

    def error(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a verb that has to fail; return the code of its error."""
        said = self(*arguments, "--json", stdin=stdin)
        assert said.code == 1, said
        return str(said.json["error"])
