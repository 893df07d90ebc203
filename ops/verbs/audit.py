"""Lists who changed what, when and why, from records that nobody can edit."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from casino.audit.model import EVERYONE, of_player, of_session
from casino.dialects.invo.buying import subject_of
from casino.dialects.invo.client import ACCOUNT
from ops.context import Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, table


def audit(
    operations: Operations,
    integration: Annotated[
        str | None,
        typer.Option(help="Only this integration; `all`: the switches for all.", metavar="NAME"),
    ] = None,
    player: Annotated[
        str | None, typer.Option(help="Changes to a player and their money.", metavar="PLAYER")
    ] = None,
    session: Annotated[
        str | None, typer.Option(help="Changes to a session by operators.", metavar="SESSION")
    ] = None,
    purchase: Annotated[
        str | None,
        typer.Option(
            help="What became of an item's purchase at Invo, by --integration.",
            metavar="REQUEST",
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(parser=a_number(int, 1), metavar="N", help="How many records: the latest."),
    ] = 50,
) -> Output:
    """List the changes to integrations and switches, to a player or a session, the latest last."""
    if purchase is None:
        subjects = _subjects(operations, integration, player, session)
    else:
        subjects = [subject_of(integration or ACCOUNT, purchase)]
    records = operations.audit.records(*subjects)[-limit:]
    if purchase is not None and not records:
        raise OpsError("purchase_not_found", f"nobody asked for the purchase {purchase}")
    head = ["at", "subject", "what", "old", "new", "detail", "who", "reason"]
    rows: list[list[Cell]] = [
        [e.at, e.subject, e.what, e.old, e.new, e.detail, e.who, e.reason] for e in records
    ]
    return Output({"records": [asdict(each) for each in records]}, table(head, rows))


def _subjects(
    operations: Operations, integration: str | None, player: str | None, session: str | None
) -> list[str]:
    """Return whose records are wanted; what does not exist is an error and no empty list."""
    if [integration, player, session].count(None) < 2:
        raise OpsError("invalid_request", "name an integration, a player or a session")
    if player is not None:
        return [of_player(operations.players.player(player).player_id)]
    if session is not None:
        return [of_session(operations.sessions.launched(session).session.session_id)]
    if integration is None:
        return [EVERYONE, *operations.registry.names()]
    if integration != EVERYONE:
        operations.integrations.named(integration)
    return [integration]


VERBS: Final = {"audit": audit}
