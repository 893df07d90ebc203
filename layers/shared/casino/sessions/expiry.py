"""Ends sessions that nobody ends: dormant ones, expired ones, launches without an answer.

The ledger holds the times of play, so the hooks write nothing for this. Each session holds the time
of its next check, and then the ledger says whether it was played. A run may be cut short or
repeated anywhere: its finished work stays, and the rest is still due. The provider of an
integration gets only so much time of a run to be told: a slow one keeps no other waiting.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from casino.base.clock import Clock
from casino.base.times import epoch
from casino.sessions.closing import ClosingService
from casino.sessions.model import LEASE_S, RETRY_WINDOW_S, Exchange, Launch, fail
from casino.sessions.ports import Activity, Launches, WatchedSession, WatchedSessions

#: How many sessions one query asks for.
BATCH: Final = 100
#: With less time than this left a run hands over, in seconds: longer than one session may take.
_RESERVE_S: Final = 30.0
#: When a session is due again whose provider had used up its time, in seconds.
_POSTPONED_S: Final = 60


@dataclass(slots=True)
class ExpiryRun:
    """What one run did: the number of sessions by what became of each."""

    counts: Counter[str] = field(default_factory=Counter)
    handed_over: bool = False
    told_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How many seconds went into telling the provider of each integration."""


class ExpiryService:
    """The use case of the schedule."""

    def __init__(
        self,
        launches: Launches,
        watch: WatchedSessions,
        activity: Activity,
        closing: ClosingService,
        clock: Clock,
        idle_s: int,
        tell_budget_s: float,
    ) -> None:
        self._launches = launches
        self._watch = watch
        self._activity = activity
        self._closing = closing
        self._clock = clock
        self._idle_s = idle_s
        self._tell_budget_s = tell_budget_s

    def run(self, time_left_s: Callable[[], float], hand_over: Callable[[], None]) -> ExpiryRun:
        """Look at every session that is due; `hand_over` starts the next run for what is left."""
        run = ExpiryRun()
        now = int(self._clock.now())
        while True:
            due = list(self._watch.due(now, BATCH))
            overtaken = 0
            for watched in due:
                if time_left_s() < _RESERVE_S:
                    hand_over()
                    run.handed_over = True
                    return run
                became = self._look(watched, run)
                run.counts[became] += 1
                overtaken += became == "overtaken"
            # What was overtaken may be due still, and must not be looked at in a circle.
            if len(due) < BATCH or overtaken == len(due):
                return run

    def _look(self, watched: WatchedSession, run: ExpiryRun) -> str:
        launch = watched.launch
        match launch.session.status:
            case "launching":
                return self._launching(watched)
            case "failed" | "closed":
                return self._over(watched, run)
            case "suspended":
                return self._until(watched, launch.session.expires_at, run)
            case "active":
                return self._active(watched, run)

    def _launching(self, watched: WatchedSession) -> str:
        """Fail a launch that ended without a word; its provider may hold the session."""
        launch, now = watched.launch, int(self._clock.now())
        if now < launch.started_at + LEASE_S:
            return self._later(watched, launch.started_at + LEASE_S)
        failed = fail(launch, "outcome_unknown", Exchange(), now)
        return "failed" if self._launches.end(failed, now + RETRY_WINDOW_S) else "overtaken"

    def _over(self, watched: WatchedSession, run: ExpiryRun) -> str:
        launch, now = watched.launch, int(self._clock.now())
        if launch.session.status == "failed" and not launch.final:
            # From here on the launch cannot be tried again: its provider hears that it is over.
            if not self._watch.close(launch, now):
                return "overtaken"
            watched = WatchedSession(replace(launch, final=True), now)
        return self._tell(watched, run)

    def _active(self, watched: WatchedSession, run: ExpiryRun) -> str:
        session, now = watched.launch.session, self._clock.now()
        if now >= session.expires_at or session.is_demo:
            # A demo is played without hooks: nothing tells when, so it lasts its whole time.
            return self._until(watched, session.expires_at, run)
        since = now - self._idle_s
        opened = _opened_at(watched.launch)
        last = opened if opened > since else self._activity.last(session, since, now)
        if last is not None and last > since:
            return self._later(watched, min(int(last) + self._idle_s, session.expires_at))
        return self._close(watched, "dormant", run)

    def _until(self, watched: WatchedSession, end: int, run: ExpiryRun) -> str:
        if self._clock.now() < end:
            return self._later(watched, end)
        return self._close(watched, "expired", run)

    def _close(self, watched: WatchedSession, reason: str, run: ExpiryRun) -> str:
        now = int(self._clock.now())
        if not self._watch.close(watched.launch, now):
            return "overtaken"
        told = self._tell(WatchedSession(watched.launch, now), run)
        return reason if told in ("told", "not_wanted") else f"{reason}_{told}"

    def _tell(self, watched: WatchedSession, run: ExpiryRun) -> str:
        """Tell the provider, unless telling its integration's took all its time of this run."""
        integration = watched.launch.session.integration
        if run.told_s[integration] >= self._tell_budget_s:
            at = int(self._clock.now()) + _POSTPONED_S
            postponed = self._watch.look_again(watched, at, watched.tells)
            return "postponed" if postponed else "claimed_elsewhere"
        began = self._clock.monotonic()
        told = self._closing.tell(watched)
        run.told_s[integration] += self._clock.monotonic() - began
        return told

    def _later(self, watched: WatchedSession, check_at: int) -> str:
        """Look again at `check_at`, and never in this run."""
        at = max(check_at, int(self._clock.now()) + 1)
        return "in_play" if self._watch.look_again(watched, at) else "overtaken"


def _opened_at(launch: Launch) -> float:
    return launch.ended_at or epoch(launch.session.opened_at)
