"""The way of a run of the schedule: how many holds nobody ends, and how old the oldest is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.accounts.holds import OpenHold, OpenHolds
from casino.base.invocation import Context
from casino.observability.telemetry import Telemetry

#: A younger hold belongs to a round that is being played, in seconds.
PLAYED_S: Final = 600
#: With less time than this left a run hands over, in seconds: longer than one page may take.
_RESERVE_S: Final = 120


@dataclass(frozen=True, slots=True)
class HoldsEndpoint:
    """Answers the events of the schedule; `invoke` starts a function, here the next run."""

    holds: OpenHolds
    invoke: Callable[[str, Mapping[str, Any]], None]
    observer: Telemetry

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, object]:
        """Look at every wallet once; an error is raised, so that the invocation counts as failed.

        A run that hands over tells the next one what it found: the last one writes the metrics.
        """
        place = event.get("after")
        count, oldest = int(event.get("open", 0)), dict(event.get("oldest", {}))
        for page, following in self.holds.pages(PLAYED_S, (*place,) if place else None):
            count += len(page)
            oldest = max((oldest, *map(_facts, page)), key=lambda hold: hold.get("age_s", 0))
            if following and context.get_remaining_time_in_millis() < _RESERVE_S * 1000:
                found = {"open": count, "oldest": oldest}
                self.invoke(context.invoked_function_arn, found | {"after": following})
                return found | {"handed_over": True}
        self.observer.count("OldestHoldSeconds", oldest.get("age_s", 0), **oldest)
        self.observer.count("OpenHolds", count)
        return {"open": count, "oldest": oldest, "handed_over": False}


def _facts(hold: OpenHold) -> dict[str, Any]:
    """Return what finds a hold again: `ops hold list` says the rest."""
    return {
        "age_s": int(hold.age_s),
        "integration": hold.entry.integration,
        "transaction_id": hold.entry.transaction_id,
    }
