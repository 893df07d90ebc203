"""Rotates an integration's credentials: stage the provider's new pair, rotate, retire.

A pair comes from a file or from standard input only: an argument would stand in the shell's history
and in the list of processes.
"""

import sys
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer

from casino.base.times import iso_utc
from casino.integrations.credentials import InvalidPairError, read_pair
from casino.signing.pair import Pair
from ops.context import Asked, Operations
from ops.errors import OpsError
from ops.output import Output, fields

NameArgument = Annotated[str, typer.Argument(help="The integration's name.", metavar="NAME")]


def stage(
    operations: Operations,
    name: NameArgument,
    file: Annotated[
        str, typer.Option(help="JSON with the new api_key and secret_key; - reads it from stdin.")
    ],
    *,
    who: Asked,
) -> Output:
    """Store the new pair that the provider issued: it verifies beside the current one."""
    pair = read_file(file)
    version = operations.rotation(who).stage(name, pair, str(uuid4()))
    return _done(operations, name, "staged; the provider may use it", version, pair.fingerprint)


def unstage(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """Refuse the staged pair, such as one that leaked; the current one stays."""
    operations.rotation(who).unstage(name)
    at = operations.integrations.everywhere_at(name)
    line = f"the staged pair of {name} is refused everywhere from {at}"
    return Output({"integration": name, "effective_at": at}, [line])


def rotate(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """Try the staged pair at the provider, and make it the current one."""
    secret = operations.integrations.named(name).secret_name
    done = operations.deployed_rotation.rotate(name, secret, who=who)
    what = "rotated; it is the current one"
    return _done(operations, name, what, done.version, done.fingerprint)


def rollback(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """Make the previous pair the current one again, while it still verifies."""
    until = iso_utc(operations.rotation(who).rollback(name))
    line = f"{name} is back at its previous pair; the other one verifies until {until}"
    return Output({"integration": name, "other_until": until}, [line])


def retire_previous(operations: Operations, name: NameArgument, *, who: Asked) -> Output:
    """End the grace of the previous pair; `show` tells when it was last used."""
    operations.rotation(who).retire_previous(name)
    at = operations.integrations.everywhere_at(name)
    line = f"the previous pair of {name} is refused everywhere from {at}"
    return Output({"integration": name, "effective_at": at}, [line])


def _done(operations: Operations, name: str, what: str, version: str, mark: str) -> Output:
    at = operations.integrations.everywhere_at(name)
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


def read_file(file: str) -> Pair:
    """Return the pair in a JSON file, or on standard input for `-`; raises `OpsError`."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        return read_pair(text)
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be read") from error
    except (InvalidPairError, UnicodeDecodeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("invalid_request", f"{file} has no api_key and secret_key") from None


VERBS: Final = {
    "stage": stage,
    "unstage": unstage,
    "rotate": rotate,
    "rollback": rollback,
    "retire-previous": retire_previous,
}
