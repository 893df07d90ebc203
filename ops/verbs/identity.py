"""How partners name a player: what the deliveries of Invo and its like are matched with."""

from typing import Annotated, Final

import typer

from casino.accounts.model import Identity
from ops.context import Explained, Operations
from ops.output import Cell, Output, table
from ops.verbs.player import PlayerArgument


def set_identity(
    operations: Operations,
    player_id: PlayerArgument,
    integration: Annotated[str, typer.Option(help="The partner's integration.", metavar="NAME")],
    email: Annotated[
        str | None, typer.Option(help="The player's e-mail there; only a hash is kept.")
    ] = None,
    identity_id: Annotated[
        str | None, typer.Option(help="The partner's own id of the player.", metavar="ID")
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Say how a partner names a player; an empty text forgets a name."""
    identity = operations.identities.set(
        player_id, integration, who=who, email=email, identity_id=identity_id
    )
    said = _described(identity)
    rest = ", ".join(
        word
        for word in (identity.identity_id, "an e-mail" if identity.email_hash else None)
        if word is not None
    )
    return Output(
        {"player_id": player_id, **said},
        [f"{integration} knows {player_id} by {rest or 'nothing'}"],
    )


def show_identities(operations: Operations, player_id: PlayerArgument) -> Output:
    """Show how partners name a player; an e-mail was never kept, so none can be shown."""
    found = [_described(each) for each in operations.identities.of(player_id)]
    rows = [list(each.values()) for each in found]
    head = ["integration", "identity id", "e-mail known", "since"]
    return Output({"player_id": player_id, "identities": found}, table(head, rows))


def _described(identity: Identity) -> dict[str, Cell]:
    return {
        "integration": identity.integration,
        "identity_id": identity.identity_id,
        "email_known": identity.email_hash is not None,
        "since": identity.changed_at,
    }


VERBS: Final = {"set": set_identity, "show": show_identities}
