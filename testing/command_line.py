"""The verbs of `ops`, as the command line itself names them."""

from collections.abc import Iterator
from typing import Any, Final

import typer

from ops.cli import app


def _verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = command.make_context("ops", [], resilient_parsing=True)
    loaded = context.command
    if not hasattr(loaded, "list_commands"):
        yield path
        return
    for name in loaded.list_commands(context):
        yield from _verbs(loaded.get_command(context, name), (*path, name))


#: The words of every verb: `("player", "fund")`, `("sign",)`.
EVERY_VERB: Final = frozenset(_verbs(typer.main.get_command(app)))
