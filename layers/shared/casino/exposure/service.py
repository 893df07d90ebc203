"""Measures the exposure of each integration, and has wins held while it exceeds the limits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.money import to_major
from casino.base.times import iso_utc
from casino.exposure.model import HOUR_S, Movement, Totals, exceeded_until
from casino.exposure.ports import Counts
from casino.integrations.admin_ports import RotationRegistry
from casino.integrations.model import Integration, WinLimits


@dataclass(frozen=True, slots=True)
class Measured:
    """The sums of one integration and currency; `exceeded` when wins are held from now on."""

    integration: str
    currency: str
    day: Totals
    exceeded: bool


@dataclass(frozen=True, slots=True)
class ExposureService:
    """The use case."""

    registry: RotationRegistry
    counts: Counts
    clock: Clock

    def measure(self, movements: Iterable[Movement]) -> Iterator[Measured]:
        """Count what integrations with limits by hour or day moved; yield what came of it."""
        groups: dict[tuple[str, str, int], list[Movement]] = defaultdict(list)
        for each in movements:
            groups[each.integration, each.currency, each.at // HOUR_S].append(each)
        for (name, currency, hour), group in sorted(groups.items()):
            integration = self.registry.get(name)
            limits = integration.wallet.limits(currency) if integration else WinLimits()
            if integration is None or limits.hour_minor is limits.day_minor is None:
                continue
            totals = self.counts.add(group)
            until = exceeded_until(limits, *totals, hour * HOUR_S)
            exceeded = until > self.clock.now() and self._hold(integration, currency, until, totals)
            yield Measured(name, currency, totals[1], exceeded)

    def _hold(
        self, integration: Integration, currency: str, until: int, totals: tuple[Totals, Totals]
    ) -> bool:
        """Have every win held until then; false when it is so already."""
        if until <= integration.wallet.wins_held_until(currency):
            return False
        in_hour, in_day = (to_major(each.exposure_minor, currency) for each in totals)
        detail = f"{currency}: {in_hour} in the hour, {in_day} in the day"
        who = Who("measure-exposure", "the exposure exceeds its limit")
        new = f"until {iso_utc(until)}"
        audit = who.record(integration.name, "hold wins", self.clock.now(), "", new, detail)

        def held(latest: Integration) -> Integration:
            terms = latest.wallet
            ends = {**dict(terms.exceeded_until)}
            ends[currency] = max(until, ends.get(currency, 0))
            return replace(
                latest, wallet=replace(terms, exceeded_until=tuple(sorted(ends.items())))
            )

        return self.registry.change(integration.name, held, audit)
