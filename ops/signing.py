"""Sign a body as a provider does, to try a hook by hand."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from casino.signing import family
from ops.checks import existing_integration
from ops.context import Credentials, Operations
from ops.errors import OpsError
from ops.output import Output


def sign(
    operations: Operations,
    file: Annotated[str, typer.Argument(help="The body, byte for byte; - reads it from stdin.")],
    integration: Annotated[
        str | None,
        typer.Option(help="Whose secret signs; without it, the local stack's own."),
    ] = None,
    curl: Annotated[
        str | None, typer.Option(help="Print a command that posts it there.", metavar="URL")
    ] = None,
) -> Output:
    """Print the headers that make a body a valid request for the next five minutes."""
    body = _read(file)
    name, credentials = _credentials(operations, integration)
    headers = family(name).sign(
        body, credentials.api_key, credentials.secret_key, operations.clock.now()
    )
    lines = [f"{header}: {value}" for header, value in headers.items()]
    if curl is None:
        return Output({"headers": headers}, lines)
    command = _command(curl, lines, file)
    return Output({"headers": headers, "curl": command}, [command])


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be read") from error


def _credentials(operations: Operations, integration: str | None) -> tuple[str, Credentials]:
    """Return the signature family and what signs in it."""
    if integration is None:
        if operations.sandbox is None:
            raise OpsError("invalid_request", "say whose secret signs with --integration")
        return "igsp", operations.sandbox
    provider = existing_integration(operations, integration)
    answer = operations.secrets.get_secret_value(SecretId=provider.secret_name)
    try:
        secret = json.loads(answer["SecretString"])
        return provider.family, Credentials(secret["api_key"], secret["secret_key"])
    except (ValueError, KeyError, TypeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("unavailable", f"the secret of {integration} is not readable") from None


def _command(url: str, headers: list[str], file: str) -> str:
    source = "@-" if file == "-" else f"@{file}"
    lines = ["Content-Type: application/json", *headers]
    options = " ".join(f"-H {shlex.quote(line)}" for line in lines)
    return f"curl -sS -X POST {shlex.quote(url)} {options} --data-binary {shlex.quote(source)}"
