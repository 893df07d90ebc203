"""Ends sessions, and tells the provider where its integration says so: at least once, in the end.

A session is closed here first, so that it takes no more bets, and stays watched until its provider
knows. After a crash, or while a provider fails, the schedule tells it later.
"""

from dataclasses import replace
from typing import Final, Literal

from casino.base.clock import Clock
from casino.base.errors import UnavailableError
from casino.providers.ports import ProviderClient, ProviderError
from casino.sessions.model import LEASE_S, Launch
from casino.sessions.ports import Counterparts, Launches, WatchedSession, WatchedSessions
from casino.sessions.refusals import LaunchRefusedError

#: How long a call to the provider may take before another run makes it again, in seconds.
CLAIM_S: Final = 120
#: How often the provider is called in vain before the session is left alone.
MOST_TELLS: Final = 6
_FIRST_PAUSE_S: Final = 60

type Told = Literal["told", "not_wanted", "later", "given_up", "claimed_elsewhere"]


class ClosingService:
    """The use cases of `GET` and `DELETE /sessions/{id}`, and the end of every session."""

    def __init__(
        self,
        launches: Launches,
        watch: WatchedSessions,
        counterparts: Counterparts,
        provider: ProviderClient,
        clock: Clock,
    ) -> None:
        self._launches = launches
        self._watch = watch
        self._counterparts = counterparts
        self._provider = provider
        self._clock = clock

    def get(self, session_id: str) -> Launch:
        """Return a session; raises `LaunchRefusedError` when there is none."""
        launch = self._launches.get(session_id)
        if launch is None:
            raise LaunchRefusedError("unknown_session")
        return launch

    def end(self, session_id: str) -> Launch:
        """Close a session, and tell its provider; ending one that is over changes nothing.

        Raises `LaunchRefusedError` when there is none, or when it is being changed right now.
        """
        launch = self.get(session_id)
        if launch.session.status in ("closed", "failed"):
            return launch
        now = int(self._clock.now())
        launching = launch.session.status == "launching" and now < launch.started_at + LEASE_S
        if launching or not self._watch.close(launch, now):
            raise LaunchRefusedError("launch_in_progress", session_id=session_id)
        self.tell(WatchedSession(launch, now))
        return replace(launch, session=replace(launch.session, status="closed"))

    def tell(self, watched: WatchedSession) -> Told:
        """Tell the provider of a session that is over, unless another run is just doing it."""
        session = watched.launch.session
        integration = self._counterparts.integration(session.integration)
        if integration is None or not integration.provider.close_sessions:
            self._watch.forget(session.session_id)
            return "not_wanted"
        now, tells = int(self._clock.now()), watched.tells + 1
        pause_s = CLAIM_S + _FIRST_PAUSE_S * 2**watched.tells
        if not self._watch.look_again(watched, now + pause_s, tells):
            return "claimed_elsewhere"
        try:
            self._provider.close_session(integration, session.session_id)
        except (ProviderError, UnavailableError):
            if tells < MOST_TELLS:
                return "later"
            self._watch.forget(session.session_id)
            return "given_up"
        self._watch.forget(session.session_id)
        return "told"
