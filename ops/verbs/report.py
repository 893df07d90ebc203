"""Reports what was earned and played, from the lake alone: no table of the wallet is read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, NamedTuple, cast

import typer

from casino.base.checks import a_moment
from casino.base.money import EXPONENTS, amount
from casino.base.times import epoch, iso_utc
from ops.context import Operations
from ops.errors import OpsError
from ops.output import Cell, Output, comma_separated, table
from ops.report import figures
from ops.report.lake import fetched, in_folder
from ops.report.plot import bars

_BY: Final = ("game", "provider", "currency")
#: A plot with more days shows no bars.
_MOST_DAYS: Final = 400
#: Nothing in its currency is counted of an event that names none.
_NO_CURRENCY: Final = "-"


def _by(text: str) -> str:
    if text not in _BY:
        raise typer.BadParameter(f"must be one of {', '.join(_BY)}")
    return text


FromOption = Annotated[
    str, typer.Option("--from", metavar="TIME", help="Such as 2025-10-17, or 2025-10-17T12:00Z.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Before this time; now without it.")
]
ByOption = Annotated[
    str, typer.Option(parser=_by, metavar="WHAT", help="By game, provider or currency.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Answer as CSV.")]
PlotOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw the days into an SVG file.")
]
LakeOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="A copy of the lake's bucket, instead of the bucket."),
]


def revenue(
    operations: Operations,
    since: FromOption,
    until: ToOption = None,
    by: ByOption = "currency",
    as_csv: CsvOption = False,
    plot: PlotOption = None,
    lake: LakeOption = None,
) -> Output:
    """Show stakes, refunds, wins and what is left of the stakes (GGR), each currency on its own."""
    with _opened(operations, figures.REVENUE_TYPES, since, until, lake) as (files, times):
        found = figures.revenue(files, *times, cast("figures.By", by))
        daily = figures.revenue_by_day(files, *times) if plot else []
    cells = [(row, _money(row)) for row in found]
    if plot:
        series: dict[str, dict[str, Decimal]] = {}
        for row in daily:
            series.setdefault(row.currency, {})[row.name] = amount(row.ggr_minor, row.currency)
        _draw(plot, "Gross gaming revenue by day", times, series)
    head = ("bets", "stakes", "refunds", "wins", "ggr")
    return _output(by, head, cells, as_csv)


def activity(
    operations: Operations,
    since: FromOption,
    until: ToOption = None,
    by: ByOption = "currency",
    as_csv: CsvOption = False,
    plot: PlotOption = None,
    lake: LakeOption = None,
) -> Output:
    """Show who played: players, sessions, rounds, and bets that were accepted and refused."""
    with _opened(operations, figures.ACTIVITY_TYPES, since, until, lake) as (files, times):
        found = figures.activity(files, *times, cast("figures.By", by))
        daily = figures.activity_by_day(files, *times) if plot else []
    if plot:
        series: dict[str, dict[str, Decimal]] = {}
        for row in daily:
            series.setdefault(f"bets in {row.currency}", {})[row.name] = Decimal(row.bets)
        _draw(plot, "Bets by day", times, series)
    head = ("players", "sessions", "rounds", "bets", "refused")
    return _output(by, head, [(row, row[2:]) for row in found], as_csv)


def limits(
    operations: Operations,
    since: FromOption,
    until: ToOption = None,
    as_csv: CsvOption = False,
    lake: LakeOption = None,
) -> Output:
    """Show who met which limit or exclusion, how often, and when last."""
    with _opened(operations, figures.LIMIT_TYPES, since, until, lake) as (files, times):
        rows: list[list[Cell]] = [[*row] for row in figures.limits(files, *times)]
    columns = ("player", "currency", "code", "times", "last")
    data = {"rows": [dict(zip(columns, row, strict=True)) for row in rows]}
    if as_csv:
        return Output(data, comma_separated(columns, rows))
    return Output(data, table(columns, rows) if rows else ["nobody met a limit in this time"])


class _Times(NamedTuple):
    """From when to when, as the events have times."""

    since: str
    until: str


@contextmanager
def _opened(
    operations: Operations,
    types: frozenset[str],
    since: str,
    until: str | None,
    lake: Path | None,
) -> Iterator[tuple[list[Path], _Times]]:
    """Yield the files of the lake that hold a time; fetched ones are gone afterwards."""
    end = iso_utc(operations.clock.now()) if until is None else a_moment(until)
    times = _Times(a_moment(since), end)
    span = figures.span(types, *times)
    if lake is not None:
        yield in_folder(lake, span), times
        return
    if not operations.stack.lake_bucket:
        raise OpsError("no_lake", f"stack {operations.stack.name} has no lake")
    with TemporaryDirectory() as folder:
        files = fetched(operations.objects, operations.stack.lake_bucket, span, Path(folder))
        yield files, times


def _money(row: figures.Revenue) -> list[Cell]:
    if row.currency not in EXPONENTS:
        raise OpsError("unreadable_lake", f"{row.currency} is no currency that the wallet knows")
    return [row.bets, *(amount(minor, row.currency) for minor in row[3:])]


def _output(
    by: str,
    head: Sequence[str],
    found: Sequence[tuple[figures.Revenue | figures.Activity, Sequence[Cell]]],
    as_csv: bool,
) -> Output:
    """Return a line for each name and currency, with its cells."""
    own = by != "currency"
    columns = (*([by] if own else []), "currency", *head)
    rows: list[list[Cell]] = [
        [*([row.name or None] if own else []), row.currency or _NO_CURRENCY, *cells]
        for row, cells in found
    ]
    data = {"rows": [dict(zip(columns, row, strict=True)) for row in rows]}
    if as_csv:
        return Output(data, comma_separated(columns, rows))
    return Output(data, table(columns, rows) if rows else ["nothing was played in this time"])


def _draw(
    file: Path, title: str, times: _Times, series: Mapping[str, Mapping[str, Decimal]]
) -> None:
    last_moment = iso_utc(epoch(times.until) - 0.001)
    first, last = (date.fromisoformat(each[:10]) for each in (times.since, last_moment))
    length = (last - first).days + 1
    if length > _MOST_DAYS:
        raise OpsError("invalid_request", f"a plot shows {_MOST_DAYS} days at most")
    days = [(first + timedelta(days=number)).isoformat() for number in range(length)]
    try:
        file.write_text(bars(title, days, series), "utf-8")
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be written: {error.strerror}") from None


VERBS: Final = {"revenue": revenue, "activity": activity, "limits": limits}
