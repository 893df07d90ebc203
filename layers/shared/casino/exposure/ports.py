"""The port of the counts."""

from collections.abc import Sequence
from typing import Protocol

from casino.exposure.model import Movement, Totals


class Counts(Protocol):
    """The sums by integration, currency, hour and day: an entry counts once, however often told."""

    def add(self, movements: Sequence[Movement]) -> tuple[Totals, Totals]:
        """Count movements of one integration, currency and hour; return the hour's and the day's.

        Raises `RetryableError`: then some may be counted, and all of them can be told again.
        """
