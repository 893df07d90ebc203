"""Free rounds at Flexsoft: granted, cancelled and looked up by our own id for them."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from casino.audit.model import AuditRecord
from casino.base.money import AmountError, AmountPrecisionError, parse_major
from casino.dialects.flexsoft.gifts import Rounds, cancel_body, grant_body
from ops.context import Explained, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Output, table

IdArgument = Annotated[str, typer.Argument(help="Our id of this request.", metavar="ID")]
PlayerArgument = Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")]
CurrencyArgument = Annotated[str, typer.Argument(help="Such as EUR.", metavar="CURRENCY")]
IntegrationOption = Annotated[str, typer.Option(help="The integration.", metavar="NAME")]
RoundsOption = Annotated[
    int, typer.Option(parser=a_number(int, 1), metavar="N", help="How many rounds.")
]
PortalOption = Annotated[str, typer.Option(help="How Flexsoft calls this casino.", metavar="NAME")]


def grant(
    operations: Operations,
    tx: IdArgument,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    game: Annotated[str, typer.Option(help="The game's name at Flexsoft.")],
    rounds: RoundsOption,
    stake: Annotated[str, typer.Option(help="Of each round, such as 0.10.")],
    begins: Annotated[str, typer.Option("--from", help="Such as 2026-05-01T00:00:00, in UTC.")],
    ends: Annotated[str, typer.Option("--until", help="The same.")],
    portal: PortalOption = "casino",
    integration: IntegrationOption = "flexsoft",
    pays: Annotated[
        str | None, typer.Option(help="Where the wins are to go: cash or bonus.", metavar="WHERE")
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Grant free rounds; the id names the gift. The same command sends the same bytes again.

    With `--pays` it is refused unless the player's grant of bonus money says the same, and has no
    earlier deadline.
    """
    try:
        stake_minor = parse_major(stake, currency)
    except (AmountError, AmountPrecisionError, KeyError) as error:
        raise OpsError("invalid_request", f"no stake in {currency}: {stake}") from error
    gift = Rounds(game, rounds, stake_minor, begins, ends)
    body = grant_body(portal, tx, tx, player_id, currency, gift)
    if pays is not None and pays != operations.bonuses.pays(player_id, currency, gift.over()):
        raise OpsError("invalid_request", f"their wins would not all go to {pays}: ops bonus show")
    connected = operations.integrations.named(integration)
    return _shown(operations.gifts.send(connected, "grant", tx, body, who))


def cancel(
    operations: Operations,
    tx: IdArgument,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    gift: Annotated[str, typer.Option(help="The id that it was granted under.", metavar="ID")],
    portal: PortalOption = "casino",
    integration: IntegrationOption = "flexsoft",
    *,
    who: Explained,
) -> Output:
    """Take a gift back, under an id of its own."""
    body = cancel_body(portal, tx, gift, player_id, currency)
    connected = operations.integrations.named(integration)
    return _shown(operations.gifts.send(connected, "cancel", tx, body, who))


def show(
    operations: Operations, tx: IdArgument, integration: IntegrationOption = "flexsoft"
) -> Output:
    """Show what was asked of Flexsoft, in its exact bytes, and what was answered."""
    return _shown(operations.gifts.story(integration, tx))


def _shown(story: list[AuditRecord]) -> Output:
    rows = [(record.at, record.what, record.who, record.detail) for record in story]
    lines = table(("at", "what", "who", "bytes or answer"), rows)
    return Output({"story": [asdict(record) for record in story]}, lines)


VERBS: Final = {"grant": grant, "cancel": cancel, "show": show}
