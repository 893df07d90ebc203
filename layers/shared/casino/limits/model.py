"""The words of responsible gaming: the limits of a wallet, and what is counted against them.

Amounts are in minor units of the wallet's currency, durations in seconds, moments in seconds since
the epoch.
"""

from dataclasses import dataclass
from typing import Final

#: A moment that never comes: the end of an exclusion for good, 9999-12-31T23:59:59Z.
FOR_GOOD: Final = 253_402_300_799

WINDOWS: Final = ("day", "week", "month")
AMOUNT_LIMITS: Final = (
    "stake",
    *(f"{kind}_{window}" for kind in ("loss", "wager") for window in WINDOWS),
)
TIME_LIMITS: Final = ("time_session", "time_day")
#: After how much active play the player is shown where they stand; it refuses nothing.
REALITY_CHECK: Final = "reality_check"
#: Every limit that a wallet may have, by name.
LIMITS: Final = (*AMOUNT_LIMITS, *TIME_LIMITS, REALITY_CHECK)

type PerWindow = tuple[int, int, int]
"""Sums of a day, an ISO week and a calendar month."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for a wallet now; `values` holds the limits that are set, by name.

    Days, weeks and months begin at midnight in the time zone `zone` (IANA). An exclusion is over
    at its moment; 0 is none.
    """

    values: tuple[tuple[str, int], ...] = ()
    zone: str = "UTC"
    self_excluded_until: int = 0
    cool_off_until: int = 0

    def of(self, name: str) -> int | None:
        """Return a limit; `None` is none."""
        return dict(self.values).get(name)


@dataclass(frozen=True, slots=True)
class Pending:
    """A looser limit that waits: it may be confirmed from `since` on; a value of `None` is none."""

    name: str
    value: int | None
    since: int


@dataclass(frozen=True, slots=True)
class Play:
    """What was staked, won back and played in the windows of `at`, and since the last check.

    `at` is the latest moment that was counted, `played_at` the latest bet. `active_s` is the day's
    active time: gaps of more than five minutes between bets do not count. `bonus` is the part of
    the stakes that was bonus money; returns are cash, but what a check shows is all of both.
    """

    at: int = 0
    played_at: int = 0
    staked: PerWindow = (0, 0, 0)
    returned: PerWindow = (0, 0, 0)
    active_s: int = 0
    check_active_s: int = 0
    check_staked: int = 0
    check_returned: int = 0
    bonus: PerWindow = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Movement:
    """What a transaction of a game moves: a stake taken or given back, or a win.

    `plays` says that it is a bet, whatever it stakes: only bets are active play. Of the stake,
    `bonus_minor` is bonus money; `bonus_returned_minor` is won or given back beside the cash.
    """

    staked_minor: int = 0
    returned_minor: int = 0
    plays: bool = False
    bonus_minor: int = 0
    bonus_returned_minor: int = 0


@dataclass(frozen=True, slots=True)
class Met:
    """The limit that a bet meets: `code` is the refusal, `limit` its name in `LIMITS`.

    `left` is what the window would still take, in the unit of the limit; for an exclusion `until`
    is when it ends.
    """

    code: str
    limit: str
    value: int = 0
    left: int = 0
    until: int = 0
