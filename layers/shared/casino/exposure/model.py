"""The words of the exposure: what entries moved, their sums by hour and day, and what exceeds."""

from dataclasses import dataclass
from typing import Final

from casino.integrations.model import WinLimits

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Movement:
    """What one applied entry moved between a player's cash and bonus money and an integration.

    `at` is in seconds since the epoch. A refund or rollback takes from what was staked.
    """

    entry_id: str
    integration: str
    currency: str
    at: int
    staked_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an hour or a day."""

    staked_minor: int = 0
    paid_minor: int = 0

    @property
    def exposure_minor(self) -> int:
        """What was paid out beyond what was taken."""
        return self.paid_minor - self.staked_minor


def exceeded_until(limits: WinLimits, hour: Totals, day: Totals, at: int) -> int:
    """Return when the hour or day of `at` ends whose limit is exceeded; 0 when none is."""
    windows = ((limits.hour_minor, hour, HOUR_S), (limits.day_minor, day, DAY_S))
    ends = [
        (at // length_s + 1) * length_s
        for limit, totals, length_s in windows
        if limit is not None and totals.exposure_minor > limit
    ]
    return max(ends, default=0)
