"""`ops`: the command line of the people who run the wallet."""

import typer

from ops import catalogue, integration, ledger, player, session
from ops.audit import audit
from ops.signing import sign, verify_signature
from ops.switch import switch
from ops.verbs import Invocation, JsonOption, RegionOption, StackOption, verb

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a local may be a secret
)


@app.callback()
def main(
    ctx: typer.Context,
    as_json: JsonOption = False,
    stack_name: StackOption = None,
    region: RegionOption = None,
) -> None:
    """Run the wallet: on the local stack, or on AWS with --stack-name."""
    if ctx.obj is None:
        ctx.obj = Invocation(as_json, stack_name, region)


app.add_typer(catalogue.app, name="catalogue")
app.add_typer(integration.app, name="integration")
app.add_typer(player.app, name="player")
app.add_typer(session.app, name="session")
app.add_typer(ledger.app, name="ledger")
app.command("sign")(verb(sign))
app.command("verify-signature")(verb(verify_signature))
app.command("switch")(verb(switch))
app.command("audit")(verb(audit))
