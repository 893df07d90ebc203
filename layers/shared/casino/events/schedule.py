"""The ways of the schedules: the ledger is counted against the archive, and its wallets proven."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.deadline import deadline, time_for
from casino.base.times import iso_utc
from casino.events.count import DayCount
from casino.events.daily import Daily
from casino.events.ports import Observer

_DAY_S: Final = 24 * 3600
#: A run has so long at most.
_RUN_S: Final = 900.0
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


@dataclass(frozen=True, slots=True)
class DailyEndpoint:
    """Proves the wallets that moved, and signs a checkpoint of each day."""

    daily: Daily
    clock: Clock
    observer: Observer

    def handle(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Return how much was proven, and write how many wallets were not.

        An error is raised, so that the invocation counts as failed.
        """
        with deadline(self.clock, time_for(context, _RUN_S)):
            proven = self.daily.run()
        faulty = len(proven.faulty)
        facts: dict[str, Any] = {"wallets": proven.wallets, "faulty": faulty, "left": proven.left}
        self.observer.event("wallets proven", days=proven.days, **facts)
        self.observer.count("WalletsNotProven", faulty + proven.left)
        return {"days": proven.days, **facts}
