"""Where the figures come from: CloudWatch's metrics, or the lines that it takes them from.

The local emulator makes no metrics of the functions' lines, so there the lines themselves are read.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

from casino.observability.logs import RequestLogs
from ops.scorecard.figures import NAMESPACE, Series

#: When, in seconds since the epoch, and what.
type Point = tuple[float, float]
type Points = Mapping[Series, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, in seconds since the epoch, in periods of so many seconds."""

    since: float
    until: float
    period_s: int


class Source(Protocol):
    """Reads what was counted of an integration."""

    def points(self, wanted: Sequence[Series], integration: str, span: Span) -> Points:
        """Return the values of each series; one that nothing counted has none."""


@dataclass(frozen=True)
class CloudWatchSource:
    """The metrics, each as one value for a period."""

    client: Any

    def points(self, wanted: Sequence[Series], integration: str, span: Span) -> Points:
        queries = [
            {"Id": f"s{number}", "Expression": series.expression(integration, span.period_s)}
            for number, series in enumerate(wanted)
        ]
        request: dict[str, Any] = {
            "MetricDataQueries": queries,
            "StartTime": span.since,
            "EndTime": span.until,
        }
        found: dict[Series, list[Point]] = defaultdict(list)
        while True:
            page = self.client.get_metric_data(**request)
            for result in page["MetricDataResults"]:
                at = [moment.timestamp() for moment in result["Timestamps"]]
                pairs = zip(at, result["Values"], strict=True)
                found[wanted[int(result["Id"][1:])]] += pairs
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]


#: What every line has that CloudWatch makes metrics of.
_COUNTED: Final = '"CloudWatchMetrics"'


@dataclass(frozen=True)
class LoggedSource:
    """The functions' lines, each value for itself; it reads them once, from `since`."""

    logs: RequestLogs
    since: float

    def points(self, wanted: Sequence[Series], integration: str, span: Span) -> Points:
        found: dict[Series, list[Point]] = defaultdict(list)
        for at, line in self._lines:
            if line.get("integration") == integration and span.since <= at < span.until:
                for series in wanted:
                    found[series] += [(at, value) for value in _values(line, series)]
        return found

    @cached_property
    def _lines(self) -> list[tuple[float, dict[str, Any]]]:
        return [
            (event["timestamp"] / 1000, json.loads(event["message"]))
            for event in self.logs.lines(_COUNTED, int(self.since * 1000))
        ]


def _values(line: dict[str, Any], series: Series) -> Iterator[float]:
    """Yield what a line adds to a series, as CloudWatch's Embedded Metric Format says."""
    if series.actions and line.get("action") not in series.actions:
        return
    if series.outcome and line.get("outcome") != series.outcome:
        return
    dimensions = set(series.dimensions.split(","))
    for told in line["_aws"]["CloudWatchMetrics"]:
        named = any(metric["Name"] == series.metric for metric in told["Metrics"])
        schemas = (set(each) for each in told["Dimensions"])
        if told["Namespace"] == NAMESPACE and named and dimensions in schemas:
            value = line[series.metric]
            yield from value if isinstance(value, list) else [value]
