"""The operators' use cases for game sessions; `launch` opens one at its provider.

Every use case raises `AdminError` for what cannot be done; `who` asks for a change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from casino.audit.model import Who, of_player, of_session
from casino.base.checks import a_currency, an_id
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.integrations.model import Integration, stopped
from casino.sessions.model import Launch
from casino.sessions.ports import Sessions
from casino.wallet.explain import existing_player
from casino.wallet.model import Session, SessionStatus
from casino.wallet.ports import Accounts


@dataclass(frozen=True, slots=True)
class SessionAdmin:
    """The use cases.

    `integration` returns one with the switches in force or raises `AdminError`; `launch` returns a
    session with what was said to and by its provider.
    """

    sessions: Sessions
    launch: Callable[[str], Launch | None]
    accounts: Accounts
    integration: Callable[[str], Integration]
    clock: Clock

    def open(
        self,
        player_id: str,
        currency: str,
        game_id: str,
        *,
        who: Who,
        integration: str,
        ttl_s: int,
        session_id: str | None = None,
    ) -> Session:
        """Open a session without asking its provider; the wallet is created if there is none."""
        existing_player(self.accounts, player_id)
        now = self.clock.now()
        _may_open(self.integration(integration), currency, now)
        wallet = who.record(of_player(player_id), "add wallet", now, new=currency)
        self.accounts.add_wallet(player_id, currency, wallet)
        session = Session(
            session_id=an_id(session_id or f"sess-{uuid4()}", "session id"),
            player_id=player_id,
            currency=currency,
            integration=integration,
            game_id=an_id(game_id, "game"),
            status="active",
            opened_at=iso_utc(now),
            expires_at=int(now) + ttl_s,
        )
        detail = f"player {player_id}, {currency}, game {game_id} of {integration}"
        subject = of_session(session.session_id)
        audit = who.record(subject, "open session", now, new="active", detail=detail)
        if not self.sessions.add(session, audit):
            raise AdminError("session_exists", f"session {session.session_id} exists already")
        return session

    def set_status(self, session_id: str, status: SessionStatus, *, who: Who) -> Session:
        """Make a session `active`, `suspended` or, for good, `closed`."""
        self._existing(session_id)
        audit = who.record(of_session(session_id), "set session", self.clock.now())
        if not self.sessions.set_status(session_id, status, audit):
            if self._existing(session_id).status == "closed":
                raise AdminError("session_closed", f"session {session_id} is closed for good")
            raise AdminError("session_not_active", f"session {session_id} was never open")
        return self._existing(session_id)

    def launched(self, session_id: str) -> Launch:
        """Return a session, how it was launched, and what was said to and by its provider."""
        launch = self.launch(session_id)
        if launch is None:
            raise _missing(session_id)
        return launch

    def _existing(self, session_id: str) -> Session:
        session = self.sessions.get(session_id)
        if session is None:
            raise _missing(session_id)
        return session


def _may_open(integration: Integration, currency: str, now: float) -> None:
    name = integration.name
    if not integration.enabled:
        raise AdminError("integration_disabled", f"integration {name} is disabled")
    if stopped(integration.provider.launches_off, now):
        raise AdminError("sessions_disabled", f"new sessions of {name} are switched off")
    if not integration.wallet.supports(a_currency(currency)):
        raise AdminError("unsupported_currency", f"{name} does not use {currency}")


def _missing(session_id: str) -> AdminError:
    return AdminError("session_not_found", f"session {session_id} does not exist")
