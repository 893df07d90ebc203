"""What the platform knows of a player beside the wallet: a launch is checked against it."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

import typer

from casino.catalogue.model import KYC_ORDER
from casino.wallet.model import Player
from casino.wallet.store.items import PROFILE
from ops.checks import an_id, existing_player
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, fields

_LEVELS: Final = (*KYC_ORDER, "restricted")


def change_profile(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    name: Annotated[str | None, typer.Option(help="The nickname that games show.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, such as DE.")] = None,
    birth_date: Annotated[str | None, typer.Option(help="Such as 1990-12-31.")] = None,
    kyc_level: Annotated[str | None, typer.Option(help=", ".join(_LEVELS))] = None,
) -> Output:
    """Set what is known of a player; an empty text forgets it."""
    given = {"name": name, "country": country, "birth_date": birth_date, "kyc_level": kyc_level}
    said = {field: value for field, value in given.items() if value is not None}
    if not said:
        raise OpsError("invalid_request", "name at least one field to set")
    existing_player(operations, player_id)
    changes = {field: _CHECKS[field](value) if value else None for field, value in said.items()}
    operations.profiles.change(player_id, changes)
    profile = known(existing_player(operations, player_id))
    lines = fields([("player", player_id), *profile.items()])
    return Output({"player_id": player_id, **profile}, lines)


def known(player: Player) -> dict[str, str | None]:
    """Return what is known of a player, by field."""
    return {field: getattr(player, field) for field in PROFILE}


def _country(value: str) -> str:
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise OpsError("invalid_request", "country must be two letters, such as DE")
    return value.upper()


def _birth_date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise OpsError("invalid_request", "birth-date must be like 1990-12-31") from None


def _kyc_level(value: str) -> str:
    if value not in _LEVELS:
        raise OpsError("invalid_request", f"kyc-level must be one of {', '.join(_LEVELS)}")
    return value


_CHECKS: Final[dict[str, Callable[[str], str]]] = {
    "name": lambda value: an_id(value, "name"),
    "country": _country,
    "birth_date": _birth_date,
    "kyc_level": _kyc_level,
}
