"""Start an invocation of a function, and do not wait for it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import UnavailableError


def invoker(client: Any, function: str) -> Callable[[Mapping[str, Any]], None]:
    """Return what starts `function` with a payload; it raises `UnavailableError`."""

    def invoke(payload: Mapping[str, Any]) -> None:
        try:
            client.invoke(
                FunctionName=function,
                InvocationType="Event",
                Payload=json.dumps(payload).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the function cannot be started") from error

    return invoke
