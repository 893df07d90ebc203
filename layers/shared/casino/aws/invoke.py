"""Starts invocations of functions, and waits for none of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError


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
