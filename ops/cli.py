"""`ops`: the command line of the people who run the wallet.

This module makes each verb a command: with the options that choose the stack and the form of the
answer, and with one way to fail.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import AdminError, CasinoError, RequestRefusedError, RetryableError
from casino.integrations.credentials import RotationError
from casino.wallet.refusals import REFUSALS
from ops.context import Asked, Explained, Operations, connect
from ops.errors import OpsError
from ops.output import Output, to_json
from ops.verbs import audit, catalogue, integration, ledger, player, session, signature, switch

_NOUNS: Final = {
    "catalogue": (catalogue, "The catalogue of games."),
    "integration": (integration, "Providers' connections."),
    "player": (player, "Players and their money."),
    "session": (session, "Game sessions."),
    "ledger": (ledger, "The ledger."),
}
#: Modules whose verbs need no noun.
_PLAIN: Final = (signature, switch, audit)

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack-name", help="A stack on AWS; without it, the local stack.", metavar="NAME"
    ),
]
RegionOption = Annotated[str | None, typer.Option("--region", help="The stack's region.")]

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; the audit keeps it.", metavar="TEXT")
]

_SHARED: Final = {"as_json": JsonOption, "stack_name": StackOption, "region": RegionOption}


@dataclass(frozen=True)
class Invocation:
    """What was said before the verb; `operations` are given by whoever has them already."""

    as_json: bool = False
    stack_name: str | None = None
    region: str | None = None
    operations: Operations | None = None


def command(run: Callable[..., Output]) -> Callable[..., None]:
    """Return the command that connects, runs the verb, and prints its answer or its error."""

    def run_verb(
        ctx: typer.Context,
        as_json: bool,
        stack_name: str | None,
        region: str | None,
        **arguments: Any,
    ) -> None:
        said: Invocation = ctx.obj
        as_json = as_json or said.as_json
        try:
            operations = said.operations or connect(
                stack_name or said.stack_name, region or said.region
            )
            if "reason" in arguments:
                arguments["who"] = operations.who(arguments.pop("reason"))
            output = run(operations, **arguments)
        except (OpsError, CasinoError, ClientError, BotoCoreError) as error:
            _fail(error, as_json)
        typer.echo(output.as_json() if as_json else output.as_text())
        if output.exit_code:
            raise typer.Exit(output.exit_code)

    parameters = _parameters(run)
    run_verb.__name__, run_verb.__doc__ = run.__name__, run.__doc__
    run_verb.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run_verb.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run_verb


def _parameters(run: Callable[..., Output]) -> list[inspect.Parameter]:
    """Return the verb's own parameters after the context, and those that all verbs share."""
    own = list(inspect.signature(run, eval_str=True).parameters.values())[1:]
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    shared = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=annotation,
            default=False if annotation is JsonOption else None,
        )
        for name, annotation in _SHARED.items()
    ]
    return [
        context,
        *(_own(parameter).replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own),
        *shared,
    ]


def _own(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a verb's parameter as an option or an argument: who asks is asked for the reason."""
    if parameter.annotation not in (Asked, Explained):
        return parameter
    default = "" if parameter.annotation == Asked else inspect.Parameter.empty
    return parameter.replace(name="reason", annotation=ReasonOption, default=default)


def _fail(error: Exception, as_json: bool) -> None:
    code, message = _described(error)
    if as_json:
        typer.echo(to_json({"error": code, "message": message}))
    else:
        typer.echo(f"ops: {message} ({code})", err=True)
    raise typer.Exit(1)


def _described(error: Exception) -> tuple[str, str]:
    match error:
        case OpsError() | AdminError() | RotationError():
            return error.code, str(error)
        case RequestRefusedError():
            return error.code, error.detail or REFUSALS[error.code].message
        case RetryableError():
            return error.code, str(error) or REFUSALS[error.code].message
        case _:
            return "aws_error", str(error)


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


def _add(group: typer.Typer, module: ModuleType) -> None:
    for name, run in module.VERBS.items():
        group.command(name)(command(run))


for noun, (module, said) in _NOUNS.items():
    group = typer.Typer(no_args_is_help=True, help=said)
    _add(group, module)
    app.add_typer(group, name=noun)
for module in _PLAIN:
    _add(app, module)
