"""Open holds, as the people who look for forgotten ones list and release them."""

from typing import Annotated, Final

import typer

from casino.base.money import amount
from ops.context import Explained, Operations
from ops.mistyped import an_age
from ops.output import Output, fields, table

AgeOption = Annotated[
    float, typer.Option(parser=an_age, metavar="AGE", help="Hours, or such as 90m, 24h or 7d.")
]


def list_(
    operations: Operations,
    older_than: AgeOption = 0,
) -> Output:
    """List stakes that wait for their settlement, the oldest first."""
    found = operations.holds.older_than(older_than * 3600)
    data = [
        {
            "integration": hold.entry.integration,
            "bet_id": hold.entry.bet_transaction_id,
            "player_id": hold.entry.player_id,
            "currency": hold.entry.currency,
            "amount": amount(hold.entry.amount_minor, hold.entry.currency),
            "held_at": hold.entry.at,
            "age_s": int(hold.age_s),
        }
        for hold in found
    ]
    rows = [
        (
            str(each["held_at"]),
            f"{each['amount']:f} {each['currency']}",
            str(each["player_id"]),
            f"{each['bet_id']} of {each['integration']}",
        )
        for each in data
    ]
    lines = table(("held at", "amount", "player", "bet"), rows) if rows else ["nothing is held"]
    return Output({"holds": data}, lines)


def release(
    operations: Operations,
    integration: Annotated[str, typer.Argument(help="Whose bet it is.")],
    bet_id: Annotated[str, typer.Argument(help="The provider's id of the bet.")],
    *,
    who: Explained,
) -> Output:
    """Give a held stake back; the bet can never be settled then. Ask the provider first."""
    hold = operations.hold_releases.release(integration, bet_id, who=who)
    value = amount(hold.amount_minor, hold.wallet.currency)
    data = {
        "integration": integration,
        "bet_id": bet_id,
        "player_id": hold.wallet.player_id,
        "currency": hold.wallet.currency,
        "amount": value,
        "held_at": hold.at,
    }
    lines = fields(
        [
            ("released", f"{value:f} {hold.wallet.currency}"),
            ("player", hold.wallet.player_id),
            ("bet", f"{bet_id} of {integration}, held since {hold.at}"),
        ]
    )
    return Output(data, lines)


VERBS: Final = {"list": list_, "release": release}
