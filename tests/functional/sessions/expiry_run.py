"""The schedule over the real tables, one invocation after another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casino.observability.telemetry import Telemetry
from casino.sessions.exclusion import ExclusionStream
from casino.sessions.expiry import ExpiryService
from casino.sessions.schedule import ExpiryEndpoint
from casino.sessions.store.activity import MOST_ENTRIES, DynamoDbActivity
from testing.launching import Desk

IDLE_S = 30 * 60
TELL_BUDGET_S = 30.0


@dataclass
class Run:
    """One invocation after another, each with as much time as a test says."""

    desk: Desk
    time_left_s: Callable[[], float] = lambda: 300.0
    most: int = MOST_ENTRIES
    handovers: list[str] = field(default_factory=list)
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:expire"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.time_left_s() * 1000)

    def invoke(self, function: str, payload: Mapping[str, Any]) -> None:
        self.handovers.append(function)

    def __call__(self, event: Mapping[str, Any] | None = None) -> dict[str, object]:
        desk = self.desk
        service = ExpiryService(
            desk.launches,
            desk.watch,
            DynamoDbActivity(desk.world.client, desk.world.tables, self.most),
            desk.endpoint.closing,
            desk.clock,
            IDLE_S,
            TELL_BUDGET_S,
        )
        excluded = ExclusionStream(desk.watch, desk.endpoint.closing, Telemetry("test"))
        endpoint = ExpiryEndpoint(service, excluded, self.invoke, Telemetry("test"))
        return endpoint.handle(event or {}, self)

    def status(self, session_id: str) -> str:
        return self.desk.stored(session_id).session.status
