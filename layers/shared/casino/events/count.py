"""Counts a day of the ledger against the archive, by wallet, and names what is missing.

The ledger is proven by itself: the applied entries of a wallet have sequence numbers without a gap,
so one that the ledger has lost shows here, too.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from casino.base.errors import AdminError
from casino.base.times import epoch, iso_utc
from casino.events.ports import Archive, Items
from casino.events.record import LEDGER

#: What belongs to no wallet that anything proves: refusals of strangers, marks of refunds.
NO_WALLET: Final = ""
_DAY_S: Final = 24 * 3600
#: The clocks of two functions differ by less: an entry of another day may have a number between.
_MARGIN_S: Final = 300


@dataclass(slots=True)
class WalletCount:
    """A wallet's day.

    `ledger` is how many items it has there. `missing` are keys of those that the archive lacks, or
    has without events since nobody could read them. `numbers` are those of the day's applied
    entries, `near` those of some minutes before and after.
    """

    ledger: int = 0
    missing: list[str] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)

    @property
    def gaps(self) -> list[int]:
        """Return the numbers between the day's first and last that no entry of the ledger has."""
        of_day = range(min(self.numbers, default=0), max(self.numbers, default=0))
        return sorted({*of_day} - self.numbers - self.near)

    @property
    def faults(self) -> int:
        """Return how many items the archive or the ledger lacks."""
        return len(self.missing) + len(self.gaps)


@dataclass(frozen=True, slots=True)
class DayCount:
    """The use case."""

    items: Items
    archive: Archive

    def count(self, day: str) -> dict[str, WalletCount]:
        """Return `<currency>#<player_id>` of each wallet that moved on a day, with its count.

        The day is `YYYY-MM-DD` in UTC; raises `AdminError` for anything else.
        """
        try:
            start = epoch(f"{day}T00:00:00Z")
        except ValueError:
            raise AdminError("invalid_request", f"no day: {day}") from None
        since, until = iso_utc(start), iso_utc(start + _DAY_S)
        archived = {kept.key for kept in self.archive.of_day(LEDGER, day) if not kept.unreadable}
        wallets: dict[str, WalletCount] = defaultdict(WalletCount)
        margin = (iso_utc(start - _MARGIN_S), iso_utc(start + _DAY_S + _MARGIN_S))
        for image in self.items.counted(*margin):
            applied = image.get("record", {}).get("S") == "applied"
            owner = image.get("wallet") or (image.get("claimed") if applied else None)
            wallet = wallets[owner["S"] if owner else NO_WALLET]
            numbers = wallet.near
            if since <= image["at"]["S"] < until:
                numbers = wallet.numbers
                wallet.ledger += 1
                if image["id"]["S"] not in archived:
                    wallet.missing.append(image["id"]["S"])
            if applied:
                numbers.add(int(image["seq"]["N"]))
        return {name: wallet for name, wallet in sorted(wallets.items()) if wallet.ledger}
