"""A player's own reading of their limits: a list of what was played, summed anew at each question.

It knows nothing of how a wallet counts, and takes its calendar from the standard library.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

GAP_S: Final = 300
WAIT_S: Final = 86_400
WINDOWS: Final[dict[str, Callable[[date], object]]] = {
    "day": lambda day: day,
    "week": lambda day: day.isocalendar()[:2],
    "month": lambda day: (day.year, day.month),
}


@dataclass(frozen=True)
class Line:
    """What was moved at a moment; `plays` says that it was a bet."""

    at: int
    staked: int = 0
    returned: int = 0
    plays: bool = False


@dataclass
class Diary:
    """What was moved, and what is allowed."""

    zone: ZoneInfo
    session_since: int
    lines: list[Line] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=lambda: {"self_exclusion": 0, "cool_off": 0})
    changes: int = 0

    def later(self, now: int) -> int:
        """What comes later in the wallet counts as later, whatever a clock says."""
        return max(now, self.lines[-1].at) if self.lines else now

    def sums(self, now: int) -> dict[str, tuple[int, int]]:
        """Stakes and returns by window of a moment."""
        here, found = self._day(now), {}
        for window, of in WINDOWS.items():
            inside = [line for line in self.lines if of(self._day(line.at)) == of(here)]
            found[window] = (sum(x.staked for x in inside), sum(x.returned for x in inside))
        return found

    def active_s(self, *more: int) -> int:
        """The active time of the last bet's day; `more` are bets that are thought of."""
        bets = [*(line.at for line in self.lines if line.plays), *more]
        now = more[-1] if more else (self.lines[-1].at if self.lines else 0)
        today = self._day(now)
        midnight = int(datetime.combine(today, time(), self.zone).timestamp())
        return sum(
            at - max(before, midnight)
            for before, at in pairwise(bets)
            if at - before <= GAP_S and self._day(at) == today
        )

    def meets(self, stake: int, now: int) -> str:
        """What a bet is answered."""
        for kind, code in (("self_exclusion", "rg_self_excluded"), ("cool_off", "rg_cool_off")):
            if now < self.ends[kind]:
                return code
        at, most = self.later(now), self.limits
        session, day = most.get("time_session"), most.get("time_day")
        if session is not None and now - self.session_since >= session:
            return "rg_time_limit"
        if day is not None and self.active_s(at) >= day:
            return "rg_time_limit"
        if not stake:
            return "ok"
        if stake > most.get("stake", stake):
            return "rg_stake_limit"
        for window, (staked, returned) in self.sums(at).items():
            for kind, used in (("loss", staked - returned), ("wager", staked)):
                if used + stake > most.get(f"{kind}_{window}", used + stake):
                    return f"rg_{kind}_limit"
        return "ok"

    def note(self, now: int, staked: int = 0, returned: int = 0, *, plays: bool = False) -> None:
        self.lines.append(Line(self.later(now), staked, returned, plays))

    def set(self, name: str, value: int | None, now: int) -> None:
        """Ask for a limit: a looser one waits."""
        before = (dict(self.limits), dict(self.waiting))
        if name in self.limits and (value is None or value > self.limits[name]):
            if name not in self.waiting or self.waiting[name][0] != value:
                self.waiting[name] = (value, now + WAIT_S)
        else:
            self.waiting.pop(name, None)
            if value is not None:
                self.limits[name] = value
        self.changes += before != (self.limits, self.waiting)

    def confirm(self, now: int) -> str:
        """Take what has waited; say what is answered."""
        due = [name for name, (_, since) in self.waiting.items() if since <= now]
        if not due:
            return "too_early" if self.waiting else "nothing_to_confirm"
        for name in due:
            value, _ = self.waiting.pop(name)
            self.limits.pop(name)
            self.limits |= {} if value is None else {name: value}
        self.changes += 1
        return "ok"

    def exclude(self, kind: str, until: int) -> str:
        if until < self.ends[kind]:
            return "exclusion_stands"
        self.changes += until > self.ends[kind]
        self.ends[kind] = until
        return "ok"

    def _day(self, at: int) -> date:
        return datetime.fromtimestamp(at, self.zone).date()
