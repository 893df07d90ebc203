"""What may be said with every verb: which stack it is for, and in which form to answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from ops.context import Operations

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack-name", help="A stack on AWS; without it, the local stack.", metavar="NAME"
    ),
]
RegionOption = Annotated[str | None, typer.Option("--region", help="The stack's region.")]

EnvOption = Annotated[
    str | None,
    typer.Option("--env", help="An environment of samconfig.toml, on AWS.", metavar="ENV"),
]

SHARED: Final = {
    "as_json": JsonOption,
    "env": EnvOption,
    "stack_name": StackOption,
    "region": RegionOption,
}


@dataclass(frozen=True)
class Invocation:
    """What was said before the verb; `operations` are given by whoever has them already."""

    as_json: bool = False
    env: str | None = None
    stack_name: str | None = None
    region: str | None = None
    operations: "Operations | None" = None
