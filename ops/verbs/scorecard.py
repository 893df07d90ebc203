"""Shows how the providers do: the figures of their dashboard, as a table, as JSON, as a picture."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer

from casino.base.times import iso_utc
from ops.context import Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Cell, Output, table
from ops.report.plot import bars
from ops.scorecard.figures import FIGURES, Figure, Series
from ops.scorecard.sources import CloudWatchSource, LoggedSource, Point, Points, Source, Span

_HOUR: Final = 3600
_LEVELS: Final = "▁▂▃▄▅▆▇█"
#: A picture and a line of the terminal show so many parts of the time at most.
_PARTS: Final = 24
#: CloudWatch searches among the metrics of the last two weeks.
_MOST_HOURS: Final = 14 * 24
_SERIES: Final = tuple(dict.fromkeys(s for f in FIGURES for s in (f.of, f.per) if s is not None))

type Values = list[int | Decimal | None]


def scorecard(
    operations: Operations,
    integration: Annotated[str | None, typer.Argument(metavar="[INTEGRATION]")] = None,
    hours: Annotated[
        int, typer.Option(parser=a_number(int, 1), metavar="N", help="Of the last hours.")
    ] = 24,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the figures into an SVG file.")
    ] = None,
) -> Output:
    """Show how providers do: their API, their requests, their catalogue, their key."""
    if hours > _MOST_HOURS:
        raise OpsError("invalid_request", f"metrics are found for {_MOST_HOURS} hours at most")
    if plot is not None and integration is None:
        raise OpsError("invalid_request", "a picture is of one integration: name it")
    if integration is not None:
        names = [operations.integrations.named(integration).name]
    else:
        names = [each.name for each in operations.integrations.every()]
    now = operations.clock.now() // 60 * 60 + 60
    part_s = -(-hours // _PARTS) * _HOUR
    whole = Span(now - hours * _HOUR, now, hours * _HOUR)
    source = source_of(operations, whole.since)
    cards = {name: _values(source, name, whole, part_s) for name in names}
    if plot is not None:
        _draw(plot, names[0], cards[names[0]], whole, part_s)
    data = {
        "from": iso_utc(whole.since),
        "to": iso_utc(whole.until),
        "seconds_of_a_part": part_s,
        "integrations": [
            {
                "integration": name,
                "figures": {figure.name: values[0] for figure, values in card},
                "parts": {figure.name: values[1:] for figure, values in card},
            }
            for name, card in cards.items()
        ],
    }
    return Output(data, _lines(cards, hours) if cards else ["there is no integration"])


def source_of(operations: Operations, since: float) -> Source:
    """Return the metrics of a stack on AWS, and for the local one what its functions wrote."""
    if operations.identity is None:
        return LoggedSource(operations.request_logs, since)
    return CloudWatchSource(operations.aws("cloudwatch"))


def _values(
    source: Source, integration: str, whole: Span, part_s: int
) -> list[tuple[Figure, Values]]:
    """Return each figure: first over the whole time, then in its parts."""
    together = source.points(_SERIES, integration, whole)
    apart = source.points(_SERIES, integration, Span(whole.since, whole.until, part_s))
    starts = range(int(whole.since), int(whole.until), part_s)
    readers = [_reader(together, whole.since, whole.until)]
    readers += [_reader(apart, start, start + part_s) for start in starts]
    return [(f, [_shown(f, f.value(read)) for read in readers]) for f in FIGURES]


def _reader(points: Points, since: float, until: float) -> Callable[[Series], Sequence[float]]:
    nothing: Sequence[Point] = ()
    return lambda series: [v for at, v in points.get(series, nothing) if since <= at < until]


def _shown(figure: Figure, value: float | None) -> int | Decimal | None:
    """Return a sum as a whole number, anything else with two decimals."""
    if value is None:
        return None
    summed = figure.per is None and figure.of.stat == "Sum"
    return round(value) if summed else Decimal(f"{value:.2f}")


def _lines(cards: dict[str, list[tuple[Figure, Values]]], hours: int) -> list[str]:
    if len(cards) == 1:
        ((name, card),) = cards.items()
        rows: list[list[Cell]] = [[f.title, v[0], _line(v[1:])] for f, v in card]
        return table(["", name, f"the last {hours} h"], rows)
    columns = list(cards.values())
    rows = [
        [figure.title, *(card[number][1][0] for card in columns)]
        for number, figure in enumerate(FIGURES)
    ]
    return table(["", *cards], rows)


def _line(values: Values) -> str:
    """Return a character for each part of the time, from low to high; a blank for no figure."""
    known = [value for value in values if value is not None]
    lowest, highest = min(known, default=0), max(known, default=0)
    span = highest - lowest or 1
    return "".join(
        " " if value is None else _LEVELS[int((value - lowest) / span * (len(_LEVELS) - 1))]
        for value in values
    )


def _draw(
    file: Path, name: str, card: list[tuple[Figure, Values]], whole: Span, part_s: int
) -> None:
    starts = range(int(whole.since), int(whole.until), part_s)
    labels = [datetime.fromtimestamp(start, UTC).strftime("%m-%d %H:%M") for start in starts]
    series = {
        figure.name.replace("_percent", " %").replace("_", " "): {
            label: Decimal(value)
            for label, value in zip(labels, values[1:], strict=True)
            if value is not None
        }
        for figure, values in card
    }
    try:
        file.write_text(bars(f"{name}, UTC", labels, series), "utf-8")
    except OSError as error:
        raise OpsError("invalid_request", f"{file} cannot be written: {error.strerror}") from None


VERBS: Final = {"scorecard": scorecard}
