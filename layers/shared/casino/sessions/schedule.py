"""The way of a run of the schedule: one use case, one log line, the counts for the alarms.

The same function ends the sessions of players who were excluded, as the audit's stream tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from casino.base.invocation import Context
from casino.observability.telemetry import Telemetry
from casino.sessions.exclusion import ExclusionStream
from casino.sessions.expiry import ExpiryService


@dataclass(frozen=True, slots=True)
class ExpiryEndpoint:
    """Answers the events of the schedule; `invoke` starts a function, here the next run."""

    service: ExpiryService
    excluded: ExclusionStream
    invoke: Callable[[str, Mapping[str, Any]], None]
    observer: Telemetry

    def handle(self, event: object, context: Context) -> dict[str, object]:
        """Run once; an error is raised, so that the invocation counts as failed.

        An event of the audit's stream tells who was excluded, and that is all that it asks for.
        """
        if isinstance(event, Mapping) and "Records" in event:
            self.excluded.handle(event["Records"])
            return {}
        run = self.service.run(
            lambda: context.get_remaining_time_in_millis() / 1000,
            lambda: self.invoke(context.invoked_function_arn, {}),
        )
        counts: dict[str, object] = dict(sorted(run.counts.items()))
        self.observer.event("sessions looked at", became=counts, handed_over=run.handed_over)
        not_told = sum(n for became, n in run.counts.items() if became.endswith("given_up"))
        if not_told:
            self.observer.count("SessionsNotTold", not_told)
        postponed = sum(n for became, n in run.counts.items() if became.endswith("postponed"))
        if postponed:
            self.observer.count("SessionsPostponed", postponed)
        return counts | {"handed_over": run.handed_over}
