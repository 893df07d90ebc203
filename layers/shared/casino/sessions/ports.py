"""The ports of launching and closing sessions, beside those of `casino.providers.ports`.

The money path loads none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from casino.audit.model import AuditRecord
from casino.catalogue.model import Game, Provider
from casino.integrations.model import Integration
from casino.sessions.model import Launch, LaunchOrder
from casino.wallet.model import Player, Session, SessionStatus, Wallet


@dataclass(frozen=True, slots=True)
class Found:
    """What one read finds for a launch; `None` does not exist."""

    game: Game | None
    player: Player | None
    wallet: Wallet | None
    launch: Launch | None


class Launches(Protocol):
    """Sessions as they are launched; every write is conditional, and false means overtaken.

    `check_at` is when the session is looked at again by the schedule, in seconds since the epoch;
    `None` is never.
    """

    def load(self, order: LaunchOrder) -> Found:
        """Read all that judging a launch needs, consistently, in one round trip."""

    def get(self, session_id: str) -> Launch | None:
        """Return a session with its launch, or `None`."""

    def begin(self, launch: Launch, over: Launch | None, check_at: int) -> bool:
        """Write a session before its provider is called, or take `over` as it was read."""

    def replace(
        self, failed: Launch, failed_check_at: int | None, fresh: Launch, check_at: int
    ) -> bool:
        """Write a launch's failure and its second session, both or neither."""

    def end(self, launch: Launch, check_at: int | None) -> bool:
        """Write how a try ended, if it still owns the session."""


@dataclass(frozen=True, slots=True)
class WatchedSession:
    """A session that the schedule looks at; `tells` counts the vain calls to its provider."""

    launch: Launch
    check_at: int
    tells: int = 0


class WatchedSessions(Protocol):
    """The sessions that somebody still has to end; every write is conditional on what was read."""

    def due(self, now: int, limit: int) -> Iterator[WatchedSession]:
        """Yield up to `limit` sessions whose time to be looked at has come."""

    def of_player(self, player_id: str) -> Iterator[str]:
        """Yield the ids of a player's sessions; one of the last second may be missing."""

    def close(self, launch: Launch, check_at: int) -> bool:
        """Close the session (a failed launch becomes final), and watch on until `forget`."""

    def look_again(self, watched: WatchedSession, check_at: int, tells: int = 0) -> bool:
        """Look at it again later; this also claims it, since only one of two runs succeeds."""

    def forget(self, session_id: str) -> None:
        """Look at it no more."""


class Activity(Protocol):
    """When a session was played, by the ledger."""

    def last(self, session: Session, since: float, now: float) -> float | None:
        """Return when its last bet, win or refund was; `None` when it was before `since`."""


class Counterparts(Protocol):
    """Integrations and providers, at most a minute old."""

    def integration(self, name: str) -> Integration | None:
        """Return an integration with the switches in force."""

    def provider(self, integration: str, provider_id: str) -> Provider | None:
        """Return a provider."""


class Sessions(Protocol):
    """Game sessions, as operators change them: each change together with its audit record."""

    def get(self, session_id: str) -> Session | None:
        """Return a session, or `None`."""

    def add(self, session: Session, audit: AuditRecord) -> bool:
        """Create the session; false when its id is taken."""

    def set_status(self, session_id: str, status: SessionStatus, audit: AuditRecord) -> bool:
        """Change a session's status, and tell `audit` the old and the new one.

        False when the session does not exist, was never open, or is closed for good. One that has
        the status already is left alone, and leaves no record.
        """
