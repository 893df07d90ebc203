"""Makes a verb a command: it connects, runs, prints the answer, and has one way to fail."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from casino.base.errors import AdminError, CasinoError, RequestRefusedError, RetryableError
from casino.integrations.credentials import RotationError
from casino.wallet.refusals import REFUSALS
from ops.context import LOCAL, Asked, Explained, Operations, connect
from ops.errors import OpsError
from ops.invocation import SHARED, Invocation, JsonOption
from ops.output import Output, to_json

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; the audit keeps it.", metavar="TEXT")
]


def command(run: Callable[..., Output]) -> Callable[..., None]:
    """Return the command that connects, runs the verb, and prints its answer or its error."""

    def run_verb(
        ctx: typer.Context,
        as_json: bool,
        env: str | None,
        stack_name: str | None,
        region: str | None,
        **arguments: Any,
    ) -> None:
        said: Invocation = ctx.obj
        as_json = as_json or said.as_json
        try:
            given = Invocation(
                as_json, env or said.env, stack_name or said.stack_name, region or said.region
            )
            operations = said.operations or _connected(given, arguments.get("environment"))
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


def _connected(said: Invocation, environment: str | None) -> Operations:
    """Connect as the options say, or to the environment that the verb itself names."""
    if environment is None:
        return connect(said.stack_name, said.region, env=said.env)
    if said.env or said.stack_name or said.region:
        message = f"the verb names its environment, {environment}: leave the options out"
        raise OpsError("usage", message)
    return connect(None, None, env=None if environment == LOCAL else environment)


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
        for name, annotation in SHARED.items()
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
