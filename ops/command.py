"""What all verbs share: the options that choose the stack and the form, and one way to fail.

A verb is a plain function of (operations, its own arguments) that returns an `Output`; `verb`
turns it into a command. So scripts and tests can call it without a command line.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import CasinoError, RequestRefusedError, RetryableError
from casino.integrations.credentials import RotationError
from casino.wallet.refusals import REFUSALS
from ops.context import Operations, connect
from ops.errors import OpsError
from ops.output import Output, to_json

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack-name", help="A stack on AWS; without it, the local stack.", metavar="NAME"
    ),
]
RegionOption = Annotated[str | None, typer.Option("--region", help="The stack's region.")]

_SHARED: Final = {"as_json": JsonOption, "stack_name": StackOption, "region": RegionOption}


@dataclass(frozen=True)
class Invocation:
    """What was said before the verb; `operations` are given by whoever has them already."""

    as_json: bool = False
    stack_name: str | None = None
    region: str | None = None
    operations: Operations | None = None


def verb(run: Callable[..., Output]) -> Callable[..., None]:
    """Return the command that connects, runs the verb, and prints its answer or its error."""

    def command(
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
            output = run(operations, **arguments)
        except (OpsError, CasinoError, ClientError, BotoCoreError) as error:
            _fail(error, as_json)
        typer.echo(output.as_json() if as_json else output.as_text())
        if output.exit_code:
            raise typer.Exit(output.exit_code)

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
    parameters = [
        context,
        *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own),
        *shared,
    ]
    command.__name__, command.__doc__ = run.__name__, run.__doc__
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _fail(error: Exception, as_json: bool) -> None:
    code, message = _described(error)
    if as_json:
        typer.echo(to_json({"error": code, "message": message}))
    else:
        typer.echo(f"ops: {message} ({code})", err=True)
    raise typer.Exit(1)


def _described(error: Exception) -> tuple[str, str]:
    match error:
        case OpsError() | RotationError():
            return error.code, str(error)
        case RequestRefusedError():
            return error.code, error.detail or REFUSALS[error.code].message
        case RetryableError():
            return error.code, str(error) or REFUSALS[error.code].message
        case _:
            return "aws_error", str(error)
