"""Invocations of functions: started without waiting, or asked for their answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import FunctionFailedError, UnavailableError


@dataclass(frozen=True, slots=True)
class Invoker:
    """Starts functions by name or ARN; `client` makes the Lambda client when one is needed."""

    client: Callable[[], Any]

    def __call__(self, function: str, payload: Mapping[str, Any]) -> None:
        """Start `function`; raises `UnavailableError` when it cannot be started now."""
        try:
            self.client().invoke(
                FunctionName=function,
                InvocationType="Event",
                Payload=json.dumps(payload).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the function cannot be started") from error


def ask(client: Any, function: str, payload: Mapping[str, Any]) -> Any:
    """Return what `function` answers; raises `FunctionFailedError` in the function's own words."""
    answer = client.invoke(
        FunctionName=function,
        InvocationType="RequestResponse",
        Payload=json.dumps(payload).encode(),
    )
    told = json.loads(answer["Payload"].read() or b"{}")
    if answer.get("FunctionError"):
        raise FunctionFailedError(str(told.get("errorMessage", "")))
    return told
