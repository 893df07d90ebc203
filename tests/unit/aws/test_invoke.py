"""A run starts another invocation, of its own function or of another, and does not wait for it."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casino.aws.invoke import Invoker
from casino.base.errors import UnavailableError

ARN = "arn:aws:lambda:function:expire"


@dataclass
class FakeLambda:
    refuses: bool = False
    invoked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **request: Any) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")
        self.invoked.append(request)


def test_the_next_run_is_started_and_not_waited_for() -> None:
    client = FakeLambda()
    Invoker(lambda: client)(ARN, {"mode": "delta"})
    (request,) = client.invoked
    assert request["FunctionName"] == ARN
    assert request["InvocationType"] == "Event"
    assert json.loads(request["Payload"]) == {"mode": "delta"}


def test_what_cannot_be_started_now_may_be_started_later() -> None:
    with pytest.raises(UnavailableError):
        Invoker(lambda: FakeLambda(refuses=True))(ARN, {})


def test_no_client_is_made_as_long_as_nothing_is_started() -> None:
    def never() -> Any:
        raise AssertionError

    Invoker(never)
