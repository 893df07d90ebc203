"""Ends sessions that nobody ends: dormant ones, expired ones, launches without an answer.

The ledger holds the times of play, so the hooks write nothing for this. Each session holds the time
of its next check, and then the ledger says whether it was played. A run may be cut short or
repeated anywhere: its finished work stays, and the rest is still due.
"""

from collections import Counter
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


@dataclass(slots=True)
class ExpiryRun:
    """What one run did: the number of sessions by what became of each."""

    counts: Counter[str] = field(default_factory=Counter)
    handed_over: bool = False


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
    ) -> None:
        self._launches = launches
        self._watch = watch
        self._activity = activity
        self._closing = closing
        self._clock = clock
        self._idle_s = idle_s

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
                became = self._look(watched)
                run.counts[became] += 1
                overtaken += became == "overtaken"
            # What was overtaken may be due still, and must not be looked at in a circle.
            if len(due) < BATCH or overtaken == len(due):
                return run

    def _look(self, watched: WatchedSession) -> str:
        launch = watched.launch
        match launch.session.status:
            case "launching":
                return self._launching(watched)
            case "failed" | "closed":
                return self._over(watched)
            case "suspended":
                return self._until(watched, launch.session.expires_at)
            case "active":
                return self._active(watched)

    def _launching(self, watched: WatchedSession) -> str:
        """Fail a launch that ended without a word; its provider may hold the session."""
        launch, now = watched.launch, int(self._clock.now())
        if now < launch.started_at + LEASE_S:
            return self._later(watched, launch.started_at + LEASE_S)
        failed = fail(launch, "outcome_unknown", Exchange(), now)
        return "failed" if self._launches.end(failed, now + RETRY_WINDOW_S) else "overtaken"

    def _over(self, watched: WatchedSession) -> str:
        launch, now = watched.launch, int(self._clock.now())
        if launch.session.status == "failed" and not launch.final:
            # From here on the launch cannot be tried again: its provider hears that it is over.
            if not self._watch.close(launch, now):
                return "overtaken"
            watched = WatchedSession(replace(launch, final=True), now)
        return self._closing.tell(watched)

    def _active(self, watched: WatchedSession) -> str:
        session, now = watched.launch.session, self._clock.now()
        if now >= session.expires_at or session.is_demo:
            # A demo is played without hooks: nothing tells when, so it lasts its whole time.
            return self._until(watched, session.expires_at)
        since = now - self._idle_s
        opened = _opened_at(watched.launch)
        last = opened if opened > since else self._activity.last(session, since, now)
        if last is not None and last > since:
            return self._later(watched, min(int(last) + self._idle_s, session.expires_at))
        return self._close(watched, "dormant")

    def _until(self, watched: WatchedSession, end: int) -> str:
        if self._clock.now() < end:
            return self._later(watched, end)
        return self._close(watched, "expired")

    def _close(self, watched: WatchedSession, reason: str) -> str:
        now = int(self._clock.now())
        if not self._watch.close(watched.launch, now):
            return "overtaken"
        told = self._closing.tell(WatchedSession(watched.launch, now))
        return reason if told in ("told", "not_wanted") else f"{reason}_{told}"

    def _later(self, watched: WatchedSession, check_at: int) -> str:
        """Look again at `check_at`, and never in this run."""
        at = max(check_at, int(self._clock.now()) + 1)
        return "in_play" if self._watch.look_again(watched, at) else "overtaken"


def _opened_at(launch: Launch) -> float:
    return launch.ended_at or epoch(launch.session.opened_at)
