"""Plays lines of the access log through the template's metric filters and an alarm's own maths.

The emulator makes no metric of a filter and judges no metric maths. Sources: the pages of
CloudWatch on filter patterns for JSON, and on metric maths.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from testing.template import Template, resources

_TERM = re.compile(r'\$\.(\w+) (!?=) "([^"]*)"')


def matches(pattern: str, line: Mapping[str, str]) -> bool:
    """Return whether a filter pattern takes a line; the pattern joins its terms by one operator."""
    inner = pattern.removeprefix("{ ").removesuffix(" }")
    joined, parts = (all, inner.split(" && ")) if "&&" in inner else (any, inner.split(" || "))
    return joined(_holds(part, line) for part in parts)


def _holds(term: str, line: Mapping[str, str]) -> bool:
    found = _TERM.fullmatch(term)
    assert found, term
    name, operator, text = found.groups()
    return fnmatchcase(line[name], text) == (operator == "=")


def counted(template: Template, lines: Iterable[Mapping[str, str]]) -> dict[str, float]:
    """Return what the filters of the access log make of lines: metric → sum."""
    filters = list(resources(template, "AWS::Logs::MetricFilter").values())
    sums = {each["MetricTransformations"][0]["MetricName"]: 0.0 for each in filters}
    for line, times in Counter(tuple(line.items()) for line in lines).items():
        for each in filters:
            (made,) = each["MetricTransformations"]
            assert each["LogGroupName"] == {"Ref": "AccessLogs"}
            sums[made["MetricName"]] += times * matches(each["FilterPattern"], dict(line))
    return sums


def period_of(alarm: Mapping[str, Any]) -> int:
    """Return the seconds that an alarm of metric maths looks at; all its metrics have the same."""
    (period,) = {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each}
    return int(period)


def rings(alarm: Mapping[str, Any], sums: Mapping[str, float]) -> bool:
    """Return whether an alarm rings on one period in which the metrics came to these sums.

    A metric that is not among them has no data.
    """
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
    assert period_of(alarm) <= 86_400
    values: dict[str, float | None] = {}
    waiting = {m["Id"]: m["Expression"] for m in alarm["Metrics"] if "Expression" in m}
    for each in alarm["Metrics"]:
        if "MetricStat" in each:
            assert each["MetricStat"]["Stat"] == "Sum"
            values[each["Id"]] = sums.get(each["MetricStat"]["Metric"]["MetricName"])
    # An expression may stand before those that it is made of.
    for name, expression in reversed(waiting.items()):
        values[name] = _value(ast.parse(expression, mode="eval").body, values)
    (watched,) = [m["Id"] for m in alarm["Metrics"] if m["ReturnData"]]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    value = values[watched]
    return value is not None and value > float(alarm["Threshold"])


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    """Return what an expression comes to; `None` (no data) where something it needs has none."""
    match node:
        case ast.Constant(value=int(number) | float(number)):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.Call(func=ast.Name(id="FILL"), args=[series, ast.Constant(value=int(filler))]):
            found = _value(series, values)
            return filler if found is None else found
        case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
            held = _value(condition, values)
            return None if held is None else _value(yes if held else no, values)
        case ast.Call(func=ast.Name(id="MAX"), args=[ast.List(elts=parts)]):
            return _joined(max, [_value(part, values) for part in parts])
        case ast.Compare(left=left, ops=[ast.GtE()], comparators=[right]):
            return _joined(lambda two: two[0] >= two[1], _both(left, right, values))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _joined(lambda two: two[0] * two[1], _both(left, right, values))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined(lambda two: two[0] / two[1], _both(left, right, values))
    raise AssertionError(ast.dump(node))


def _both(
    left: ast.expr, right: ast.expr, values: Mapping[str, float | None]
) -> list[float | None]:
    return [_value(left, values), _value(right, values)]


def _joined(join: Callable[[list[float]], float], parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return join(known) if len(known) == len(parts) else None
