"""What a merchant asks of iGV; the deployed function signs it, and alone reads the private key.

`sync` is a verb of players, `merchant_list` one of orders.
"""

from typing import Annotated

import typer

from casino.audit.model import of_player
from ops.context import Explained, Operations
from ops.mistyped import a_number
from ops.output import Output, fields, table


def sync(
    operations: Operations,
    player_id: Annotated[str, typer.Argument(help="The player's id.", metavar="PLAYER")],
    integration: Annotated[
        str, typer.Option(help="The merchant's, of the family igv-merchant.", metavar="NAME")
    ],
    email: Annotated[str, typer.Option(help="The player's e-mail; it goes to the partner.")],
    first_name: Annotated[str, typer.Option(help="It goes there, too, if it is given.")] = "",
    last_name: Annotated[str, typer.Option(help="The same.")] = "",
    with_code: Annotated[
        bool, typer.Option("--with-code", help="Print the code that opens iGV as the player, once.")
    ] = False,
    *,
    who: Explained,
) -> Output:
    """Make a player known to iGV, or known better; the same command again is safe."""
    name = operations.integrations.named(integration).name
    subject = of_player(operations.players.player(player_id).player_id)
    record = who.explained().record(subject, "sync", operations.clock.now(), new=name)
    operations.intents.append(record)  # what leaves the casino is on the record before it leaves
    names = {"first_name": first_name, "last_name": last_name}
    event = {"action": "sync_user", "integration": name, "number": player_id, "email": email}
    answer = operations.ask_merchant(event | names)
    shown = ("user_id", "authorization_code") if with_code else ("user_id",)
    data = {"player_id": player_id, "integration": name} | {each: answer[each] for each in shown}
    return Output(data, fields([(key.replace("_", " "), value) for key, value in data.items()]))


def merchant_list(
    operations: Operations,
    integration: Annotated[
        str, typer.Argument(help="One of the family igv-merchant.", metavar="INTEGRATION")
    ],
    page: Annotated[
        int, typer.Option(parser=a_number(int, 1), metavar="N", help="Which page, from 1.")
    ] = 1,
) -> Output:
    """List a page of a merchant's orders as iGV has them now; nothing is stored here."""
    name = operations.integrations.named(integration).name
    event = {"action": "orders", "integration": name, "page": page}
    found = operations.ask_merchant(event)["orders"]
    data = [each | {"order_id": str(each["order_id"])} for each in found]
    rows = [(o["order_id"], o["number"], o["buyer_id"], str(o["status"])) for o in data]
    lines = table(("order", "number", "buyer", "status"), rows) if rows else ["no orders"]
    return Output({"orders": data, "page": page}, lines)
