"""Lists who changed what, and when, from records that nobody can edit."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from ops.context import Operations
from ops.output import Cell, Output, table


def audit(
    operations: Operations,
    integration: Annotated[
        str | None,
        typer.Option(help="Only of this one; `all` for the switches for all.", metavar="NAME"),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 50,
) -> Output:
    """List the changes to integrations and switches, the latest last."""
    records = operations.audit.records(integration)[-limit:]
    head = ["at", "integration", "what", "old", "new", "detail", "who"]
    rows: list[list[Cell]] = [
        [each.at, each.subject, each.what, each.old, each.new, each.detail, each.who]
        for each in records
    ]
    return Output({"records": [asdict(each) for each in records]}, table(head, rows))


VERBS: Final = {"audit": audit}
