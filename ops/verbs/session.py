"""Opens, launches, shows and closes game sessions."""

from typing import Annotated, Any, Final

import typer

from casino.base.checks import a_currency
from casino.base.times import iso_utc
from casino.wallet.model import Session
from ops.context import Asked, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, fields

SessionArgument = Annotated[str, typer.Argument(help="The session's id.", metavar="SESSION")]


def open_session(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
    game: Annotated[str, typer.Option(help="The game's id.")],
    session_id: Annotated[str | None, typer.Option(help="Its id; without it, a new one.")] = None,
    integration: Annotated[str, typer.Option(help="The game's provider.")] = "sandbox",
    ttl_minutes: Annotated[
        int,
        typer.Option(parser=a_number(int, 1, 43_200), metavar="N", help="How long it is open."),
    ] = 720,
    *,
    who: Asked,
) -> Output:
    """Open a session; the player's wallet is created when there is none in the currency."""
    session = operations.sessions.open(
        player_id,
        currency,
        game,
        who=who,
        integration=integration,
        ttl_s=ttl_minutes * 60,
        session_id=session_id,
    )
    return _shown(session)


def launch(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    currency: Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")],
    game: Annotated[str, typer.Option(help="The game's id in the catalogue.")],
    session_id: Annotated[
        str | None, typer.Option(help="The same id is one session; without it, a new one.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="desktop|mobile")] = "desktop",
    return_url: Annotated[str | None, typer.Option(help="Where the game leads back to.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play without money.")] = False,
) -> Output:
    """Launch a game through the API, and print the URL to open."""
    if operations.api is None:
        raise OpsError("no_stack", "the stack does not say where its API answers")
    wanted = {
        "player_id": player_id,
        "currency": a_currency(currency),
        "game_id": game,
        "session_id": session_id,
        "device": device,
        "return_url": return_url,
        "language": language,
        "is_demo": demo,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    answer = operations.api.ask("POST", "/sessions", given)
    lines = fields(
        [
            ("session", answer["session_id"]),
            ("status", f"{answer['status']}, expires {answer['expires_at']}"),
            ("url", answer["url"]),
        ]
    )
    if "replaces" in answer:
        lines.append(f"The provider knew {answer['replaces']} already: this is a new id.")
    return Output(answer, lines)


def show(
    operations: Operations,
    session_id: SessionArgument,
) -> Output:
    """Show a session, its launch, and the exchange with its provider."""
    stored = operations.sessions.launched(session_id)
    session, exchange = stored.session, stored.exchange
    data: dict[str, Any] = {
        "session_id": session.session_id,
        "status": session.status,
        "player_id": session.player_id,
        "currency": session.currency,
        "integration": session.integration,
        "game_id": session.game_id,
        "is_demo": session.is_demo,
        "opened_at": session.opened_at,
        "launched_at": iso_utc(stored.ended_at) if stored.ended_at else None,
        "expires_at": iso_utc(session.expires_at),
        "error": stored.error,
        "replaces": stored.replaces,
        "replaced_by": stored.replaced_by,
        "request": exchange.request if exchange else None,
        "response": exchange.response if exchange else None,
        "provider_status": exchange.status if exchange else None,
        "correlation": dict(exchange.correlation) if exchange else {},
    }
    said: list[tuple[str, Cell]] = [
        (name.replace("_", " "), str(value))
        for name, value in data.items()
        if value not in (None, "", {}, False)
    ]
    return Output(data, fields(said))


def close(operations: Operations, session_id: SessionArgument, *, who: Asked) -> Output:
    """Close a session: no more bets; wins and refunds are still taken."""
    return _shown(operations.sessions.set_status(session_id, "closed", who=who))


def suspend(operations: Operations, session_id: SessionArgument, *, who: Asked) -> Output:
    """Suspend a session: no bets until it is resumed."""
    return _shown(operations.sessions.set_status(session_id, "suspended", who=who))


def resume(operations: Operations, session_id: SessionArgument, *, who: Asked) -> Output:
    """Resume a suspended session: bets are taken again."""
    return _shown(operations.sessions.set_status(session_id, "active", who=who))


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
