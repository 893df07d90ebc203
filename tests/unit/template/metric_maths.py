"""Plays lines of the access log through the template's metric filters and an alarm's own maths.

The emulator makes no metric of a filter and judges no metric maths. Sources: the pages of
CloudWatch on filter patterns for JSON, and on metric maths.
"""

import ast
import re
from collections.abc import Iterable, Mapping
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
    for line in lines:
        for each in filters:
            (made,) = each["MetricTransformations"]
            assert each["LogGroupName"] == {"Ref": "AccessLogs"}
            sums[made["MetricName"]] += matches(each["FilterPattern"], line)
    return sums


def rings(alarm: Mapping[str, Any], sums: Mapping[str, float]) -> bool:
    """Return whether an alarm rings on one period in which the metrics came to these sums."""
    assert alarm["EvaluationPeriods"] == 1
    values, (expression,) = {}, [m for m in alarm["Metrics"] if m["ReturnData"]]
    for each in alarm["Metrics"]:
        if not each["ReturnData"]:
            stat = each["MetricStat"]
            assert stat["Stat"] == "Sum"
            values[each["Id"]] = sums[stat["Metric"]["MetricName"]]
    value = _value(ast.parse(expression["Expression"], mode="eval").body, values)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return value > float(alarm["Threshold"])


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.Compare(left=left, ops=[ast.GtE()], comparators=[right]):
            return _value(left, values) >= _value(right, values)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, values) * _value(right, values)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _value(left, values) / _value(right, values)
        case ast.Call(func=ast.Name(id="IF"), args=[condition, yes, no]):
            return _value(yes if _value(condition, values) else no, values)
    raise AssertionError(ast.dump(node))
