"""The way of a run of the schedule: yesterday's ledger is counted against the archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.events.count import DayCount
from casino.events.ports import Observer

_DAY_S: Final = 24 * 3600
#: A log line names so many of what a wallet lacks; `ops events count` names all.
_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class CountEndpoint:
    """Answers the events of the schedule."""

    count: DayCount
    clock: Clock
    observer: Observer

    def handle(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Count the day before, or the one that `day` names, and write how much is missing.

        An error is raised, so that the invocation counts as failed.
        """
        day = event.get("day") or iso_utc(self.clock.now() - _DAY_S)[:10]
        wallets = self.count.count(day)
        for name, wallet in wallets.items():
            if wallet.faults:
                facts = {"missing": wallet.missing[:_NAMED], "gaps": wallet.gaps[:_NAMED]}
                self.observer.event("events missing", error=True, day=day, wallet=name, **facts)
        missing = sum(wallet.faults for wallet in wallets.values())
        items = sum(wallet.ledger for wallet in wallets.values())
        self.observer.event("events counted", day=day, items=items, missing=missing)
        self.observer.count("EventsMissing", missing, day=day)
        return {"day": day, "items": items, "missing": missing}
