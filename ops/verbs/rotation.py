"""Rotate an integration's credentials: stage the pair that the provider issued, rotate, retire.

A pair is only ever read from a file or from standard input: an argument would stand in the shell's
history and in the list of processes.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer

from casino.base.times import iso_utc
from casino.integrations.credentials import (
    CURRENT,
    PENDING,
    InvalidPairError,
    NothingStagedError,
    Pair,
    read_pair,
)
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, fields

NameArgument = Annotated[str, typer.Argument(help="The integration's name.", metavar="NAME")]

STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")


def stage(
    operations: Operations,
    name: NameArgument,
    file: Annotated[
        str, typer.Option(help="JSON with the new api_key and secret_key; - reads it from stdin.")
    ],
) -> Output:
    """Store the new pair that the provider issued: it verifies beside the current one."""
    pair = _read(file)
    version = operations.rotation.stage(name, pair, str(uuid4()))
    return _done(operations, name, "staged; the provider may use it", version, pair.fingerprint)


def rotate(operations: Operations, name: NameArgument) -> Output:
    """Try the staged pair at the provider, and make it the current one."""
    secret = operations.rotation.named(name).secret_name
    stored = operations.rotation.store.describe(secret)
    version = stored.version(PENDING)
    if version is None or version == stored.version(CURRENT):
        version = str(uuid4())  # the function asks the provider for a pair, and stages it so
    for step in STEPS:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": version}
        _invoke(operations, event)
    pair = operations.rotation.store.read(secret, version)
    if pair is None:
        raise NothingStagedError(f"no new pair is staged for {name}")
    return _done(operations, name, "rotated; it is the current one", version, pair.fingerprint)


def rollback(operations: Operations, name: NameArgument) -> Output:
    """Make the previous pair the current one again, while it still verifies."""
    until = operations.rotation.rollback(name)
    line = f"{name} is back at its previous pair; the other one verifies until {iso_utc(until)}"
    return Output({"integration": name, "other_until": iso_utc(until)}, [line])


def retire_previous(operations: Operations, name: NameArgument) -> Output:
    """End the grace of the previous pair; see first with `show` when it was last used."""
    operations.rotation.retire_previous(name)
    at = everywhere_at(operations)
    line = f"the previous pair of {name} is refused everywhere from {at}"
    return Output({"integration": name, "effective_at": at}, [line])


def everywhere_at(operations: Operations) -> str:
    """Return when what was changed now holds in every function, whatever it has in memory."""
    return iso_utc(operations.clock.now() + operations.stack.cache_s)


def _done(operations: Operations, name: str, what: str, version: str, mark: str) -> Output:
    at = everywhere_at(operations)
    data = {"integration": name, "version": version, "fingerprint": mark, "effective_at": at}
    lines = fields(
        [
            ("integration", f"{name}: {what}"),
            ("version", version),
            ("fingerprint", mark),
            ("everywhere", f"from {at}"),
        ]
    )
    return Output(data, lines)


def _read(file: str) -> Pair:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        return read_pair(text)
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be read") from error
    except (InvalidPairError, UnicodeDecodeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("invalid_request", f"{file} has no api_key and secret_key") from None


def _invoke(operations: Operations, event: dict[str, str]) -> None:
    """Call the rotation as Secrets Manager does; it runs where the provider lets calls come from.

    Raises `OpsError` with the function's own words, which show no secret.
    """
    answer = operations.functions.invoke(
        FunctionName=f"{operations.stack.name}-rotate-secret",
        InvocationType="RequestResponse",
        Payload=json.dumps(event).encode(),
    )
    if answer.get("FunctionError"):
        told = json.loads(answer["Payload"].read() or b"{}")
        message = f"{event['Step']}: {told.get('errorMessage', 'the function failed')}"
        raise OpsError("rotation_failed", message)


VERBS: Final = {
    "stage": stage,
    "rotate": rotate,
    "rollback": rollback,
    "retire-previous": retire_previous,
}
