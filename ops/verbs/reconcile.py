"""Compares a provider's report with the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Annotated, Any, Final, get_args
from zoneinfo import ZoneInfo

import typer

from casino.base.checks import a_moment
from casino.base.times import epoch
from casino.wallet.model import PLATFORM, Entry
from casino.wallet.ports import Unreadable
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Output, comma_separated, count, table, to_json
from ops.reconcile.compare import TYPES, Booked, Books, Comparison, booked
from ops.reconcile.report import STATES, Column, Format, read_report

_HEAD: Final = ("difference", "line", "transaction", "ours", "theirs")
_FORMATS: Final = ("table", "json", "csv")


def _format(value: str) -> str:
    if value not in _FORMATS:
        raise typer.BadParameter(f"must be one of {', '.join(_FORMATS)}")
    return value


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, LookupError):
        raise typer.BadParameter("must be a time zone, such as Europe/Berlin") from None


NamesOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="WHAT=NAME", help="id, type, amount, time, currency, state."),
]
TypesOption = Annotated[
    list[str] | None, typer.Option("--type", metavar="WORD=KIND", help="Such as purchase=bet.")
]
StatesOption = Annotated[
    list[str] | None,
    typer.Option("--state", metavar="WORD=applied|refused", help="Such as booked=applied."),
]


def reconcile(
    operations: Operations,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a head, or JSON.")
    ],
    integration: Annotated[str, typer.Option("--integration", metavar="NAME", help="Whose it is.")],
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="UTC without an offset.")],
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="Before this time.")],
    columns: NamesOption = None,
    types: TypesOption = None,
    states: StatesOption = None,
    zone: Annotated[
        str, typer.Option("--time-zone", parser=_zone, help="Of times without an offset.")
    ] = "UTC",
    delimiter: Annotated[str, typer.Option(help="Between the fields of CSV.")] = ",",
    minor: Annotated[bool, typer.Option("--minor", help="Amounts are in minor units.")] = False,
    shape: Annotated[
        str, typer.Option("--format", parser=_format, metavar="table|json|csv", help="The answer.")
    ] = "table",
) -> Output:
    """Compare a provider's report with the ledger; list each difference, and then exit 1.

    It reads the whole ledger. A line of another time, whose id the ledger lacks, counts as outside.
    """
    form = Format(
        _named(columns, "--column", get_args(Column.__value__)),
        {**STATES, **{word: said == "applied" for word, said in _states(states).items()}},
        zone,
        delimiter,
    )
    since, until = _times(since, until)
    books = Books(
        epoch(since),
        epoch(until),
        _period(operations, integration, since, until),
        lambda ids: _by_id(operations.history.find_all((integration, name) for name in ids)),
        {**TYPES, **{word.lower(): kind for word, kind in _named(types, "--type").items()}},
        minor,
    )
    return _output(books.compare(read_report(file, form)), shape)


def _times(since: str, until: str) -> tuple[str, str]:
    since, until = a_moment(since), a_moment(until)
    if epoch(since) >= epoch(until):
        raise OpsError("invalid_request", "--to is not after --from: nothing would be compared")
    return since, until


def _period(operations: Operations, integration: str, since: str, until: str) -> dict[str, Booked]:
    if operations.registry.get(integration) is None and integration != PLATFORM:
        raise OpsError("integration_not_found", f"there is no integration {integration}")
    records = list(operations.history.sent_by(integration, since, until))
    for record in records:
        if isinstance(record, Unreadable):
            message = f"{record.what} cannot be read: ops ledger verify says more"
            raise OpsError("unreadable_item", message)
    return _by_id(records)


def _by_id(records: Iterable[Any]) -> dict[str, Booked]:
    found: dict[str, Booked] = {}
    for record in records:
        made = booked(record)
        if made is not None:
            name = record.transaction_id if isinstance(record, Entry) else record.bet_transaction_id
            found[name] = made
    return found


def _named(given: list[str] | None, option: str, known: tuple[str, ...] = ()) -> dict[str, str]:
    found = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not (name and equals and value) or (known and name not in known):
            raise OpsError("invalid_request", f"{option} {each}: say NAME=VALUE")
        found[name] = value
    return found


def _states(given: list[str] | None) -> Mapping[str, str]:
    found = {word.lower(): said for word, said in _named(given, "--state").items()}
    if not set(found.values()) <= {"applied", "refused"}:
        raise OpsError("invalid_request", "--state WORD=applied, or WORD=refused")
    return found


def _output(found: Comparison, shape: str) -> Output:
    data = {
        "ok": not found.differences,
        "lines": found.lines,
        "matched": found.matched,
        "outside": found.outside,
        "differences": [asdict(each) for each in found.differences],
    }
    rows = [tuple(astuple(each)) for each in found.differences]
    code = 1 if found.differences else 0
    if shape == "json":
        return Output(data, [to_json(data)], code)
    if shape == "csv":
        return Output(data, comma_separated(_HEAD, rows), code)
    counts = (
        count(found.lines, "line"),
        f"{found.matched} match",
        f"{found.outside} outside",
    )
    lines = [", ".join((*counts, count(len(rows), "difference")))]
    return Output(data, [*lines, "", *table(_HEAD, rows)] if rows else lines, code)


VERBS: Final = {"reconcile": reconcile}
