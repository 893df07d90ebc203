"""A run that has no time left starts the next one by an asynchronous invocation of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class _Invocation:
    client: Callable[[], Any]
    function: str

    def again(self) -> None:
        """Start another run, and do not wait for it."""
        self.client().invoke(FunctionName=self.function, InvocationType="Event", Payload=b"{}")


@dataclass(frozen=True, slots=True)
class LambdaHandover:
    """Makes `Handover`s; the client is made when it is needed, which is seldom."""

    client: Callable[[], Any]

    def __call__(self, function: str) -> _Invocation:
        """Return the handover to `function`."""
        return _Invocation(self.client, function)
