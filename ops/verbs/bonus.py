"""Grants of bonus money: made, shown, taken back."""

from typing import Annotated, Any, Final, get_args

import typer

from casino.accounts.bonus_words import MOST_TIMES, terms_of
from casino.bonus.model import Order, Pays
from casino.wallet.service import Result
from ops.context import Explained, Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, fields, table
from ops.verbs.player import AmountArgument, CurrencyArgument, PlayerArgument

GrantArgument = Annotated[str, typer.Argument(help="Your id of the grant.", metavar="GRANT")]
TimesOption = Annotated[
    int, typer.Option(parser=a_number(int, 1, MOST_TIMES), metavar="N", help="How often to wager.")
]
_COLUMNS: Final = ("grant_id", "status", "ended_by", "moved", "wagered", "required", "ended_at")


def grant(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    grant_id: GrantArgument,
    value: AmountArgument,
    times: TimesOption,
    until: Annotated[str, typer.Option(help="Such as 2027-01-31T00:00:00Z.", metavar="TIME")],
    order: Annotated[
        str, typer.Option(help="Which money is staked first.", metavar="ORDER")
    ] = "cash_first",
    pays: Annotated[
        str, typer.Option(help="Where wins of free rounds go.", metavar="WHERE")
    ] = "cash",
    max_bet: Annotated[
        str | None, typer.Option(help="The largest bet meanwhile.", metavar="AMOUNT")
    ] = None,
    counts: Annotated[
        list[str] | None,
        typer.Option(help="What a category of games counts.", metavar="CATEGORY=PERCENT"),
    ] = None,
    *,
    who: Explained,
) -> Output:
    """Give bonus money, once for each id; 0 with `--pays bonus` is for wins of free rounds."""
    terms = terms_of(
        grant_id,
        currency,
        value,
        times,
        until,
        order=_one_of(order, Order, "--order"),
        pays=_one_of(pays, Pays, "--pays"),
        max_bet=max_bet,
        contributions=dict(map(_percent, counts or ())),
    )
    made = operations.bonuses.admin.grant(player_id, currency, terms, who=who)
    return _shown(operations, player_id, currency, made)


def show(operations: Operations, player_id: PlayerArgument, currency: CurrencyArgument) -> Output:
    """Show the grant that stands, how far it is wagered, and how the latest ones ended."""
    data = operations.bonuses.page(player_id, currency)
    active: dict[str, Any] | None = data["active"]
    rows: list[list[Cell]] = [[each[name] for name in _COLUMNS] for each in data["ended"]]
    lines = ["no grant stands"]
    if active is not None:
        rates = ", ".join(
            f"{name} {percent} %" for name, percent in active["contributions"].items()
        )
        lines = fields((active | {"contributions": rates or "all 100 %"}).items())
    return Output(data, [*lines, "", *table(_COLUMNS, rows)] if rows else lines)


def forfeit(
    operations: Operations,
    player_id: PlayerArgument,
    currency: CurrencyArgument,
    grant_id: GrantArgument,
    *,
    who: Explained,
) -> Output:
    """Take a grant back: what it still holds goes to the house, once."""
    ended = operations.bonuses.admin.forfeit(player_id, currency, grant_id, who=who)
    return _shown(operations, player_id, currency, ended)


def _shown(operations: Operations, player_id: str, currency: str, result: Result) -> Output:
    found = show(operations, player_id, currency)
    again = ["This was recorded before; nothing moved now."] if result.replay else []
    assert isinstance(found.data, dict)  # noqa: S101 - `show` says so
    return Output(found.data | {"replay": result.replay}, [*found.lines, *again])


def _one_of(said: str, words: Any, option: str) -> Any:
    known = get_args(words.__value__)
    if said not in known:
        raise OpsError("invalid_request", f"{option} is one of {', '.join(known)}")
    return said


def _percent(said: str) -> tuple[str, int]:
    category, _, percent = said.rpartition("=")
    if not category or not (percent.isascii() and percent.isdecimal() and len(percent) <= 3):
        raise OpsError("invalid_request", "--counts is a category and a percentage: live=10")
    return category, int(percent)


VERBS: Final = {"grant": grant, "show": show, "forfeit": forfeit}
