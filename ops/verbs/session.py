"""Game sessions: what the platform opens before a player enters a game."""

from typing import Annotated, Final
from uuid import uuid4

import typer

from casino.base.checks import a_currency, an_id
from casino.base.times import iso_utc
from casino.wallet.model import Session, SessionStatus
from ops.checks import existing_integration
from ops.context import Operations
from ops.errors import OpsError
from ops.launch import launch, show
from ops.output import Output, fields

SessionArgument = Annotated[str, typer.Argument(help="The session's id.", metavar="SESSION")]


def open_session(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
    game: Annotated[str, typer.Option(help="The game's id.")],
    session_id: Annotated[str | None, typer.Option(help="Its id; without it, a new one.")] = None,
    integration: Annotated[str, typer.Option(help="The game's provider.")] = "sandbox",
    ttl_minutes: Annotated[int, typer.Option(min=1, max=43_200, help="How long it is open.")] = 720,
) -> Output:
    """Open a session; the player's wallet is created when there is none in the currency."""
    operations.players.player(player_id)
    provider = existing_integration(operations, integration)
    if not provider.enabled:
        raise OpsError("integration_disabled", f"integration {integration} is disabled")
    if not provider.provider.sessions_enabled:
        raise OpsError("sessions_disabled", f"new sessions of {integration} are switched off")
    if not provider.wallet.supports(a_currency(currency)):
        raise OpsError("unsupported_currency", f"{integration} does not use {currency}")
    operations.accounts.add_wallet(player_id, currency)
    now = operations.clock.now()
    session = Session(
        session_id=an_id(session_id or f"sess-{uuid4()}", "session id"),
        player_id=player_id,
        currency=currency,
        integration=integration,
        game_id=an_id(game, "game"),
        status="active",
        opened_at=iso_utc(now),
        expires_at=int(now) + ttl_minutes * 60,
    )
    if not operations.sessions.add(session):
        raise OpsError("session_exists", f"session {session.session_id} exists already")
    return _shown(session)


def close(operations: Operations, session_id: SessionArgument) -> Output:
    """Close a session: no more bets; wins and refunds are still taken."""
    return _change(operations, session_id, "closed")


def suspend(operations: Operations, session_id: SessionArgument) -> Output:
    """Suspend a session: no bets until it is resumed."""
    return _change(operations, session_id, "suspended")


def resume(operations: Operations, session_id: SessionArgument) -> Output:
    """Let a suspended session go on."""
    return _change(operations, session_id, "active")


def _change(operations: Operations, session_id: str, status: SessionStatus) -> Output:
    _existing(operations, session_id)
    if not operations.sessions.set_status(session_id, status):
        if _existing(operations, session_id).status == "closed":
            raise OpsError("session_closed", f"session {session_id} is closed for good")
        raise OpsError("session_not_active", f"session {session_id} was never open")
    return _shown(_existing(operations, session_id))


def _existing(operations: Operations, session_id: str) -> Session:
    session = operations.sessions.get(session_id)
    if session is None:
        raise OpsError("session_not_found", f"session {session_id} does not exist")
    return session


def _shown(session: Session) -> Output:
    expires_at = iso_utc(session.expires_at)
    data = {
        "session_id": session.session_id,
        "player_id": session.player_id,
        "currency": session.currency,
        "integration": session.integration,
        "game_id": session.game_id,
        "status": session.status,
        "opened_at": session.opened_at,
        "expires_at": expires_at,
    }
    lines = fields(
        [
            ("session", session.session_id),
            ("player", f"{session.player_id} ({session.currency})"),
            ("game", f"{session.game_id} of {session.integration}"),
            ("status", f"{session.status}, expires {expires_at}"),
        ]
    )
    return Output(data, lines)


VERBS: Final = {
    "open": open_session,
    "launch": launch,
    "show": show,
    "close": close,
    "suspend": suspend,
    "resume": resume,
}
