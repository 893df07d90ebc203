"""Every alarm has a runbook, and every runbook has queries for CloudWatch Logs Insights."""

import re
from functools import cache
from pathlib import Path

import pytest

from testing.template import PROJECT, load_template, resources
from tests.unit.template.template_rules import missing_runbooks

PAGES = sorted(
    {
        found
        for alarm in resources(load_template(), "AWS::CloudWatch::Alarm").values()
        for found in re.findall(r"docs/runbooks/[a-z-]+\.md", str(alarm["AlarmDescription"]))
    }
)
COMMANDS = {"fields", "filter", "stats", "sort", "limit", "display", "dedup", "parse"}
WORDS = COMMANDS | {
    "and", "or", "not", "in", "like", "as", "by", "asc", "desc",
    "count", "sum", "max", "min", "pct", "bin",
}  # fmt: skip


def queries(page: Path) -> list[str]:
    """Return the queries of a page: its code blocks that begin with a command."""
    blocks = re.findall(r"```\n(.+?)```", page.read_text("utf-8"), re.DOTALL)
    return [block for block in blocks if block.split()[0] in COMMANDS]


def unknown_words(query: str) -> set[str]:
    """Return the names in a query that no log line of ours has."""
    bare = re.sub(r'"[^"]*"|/[^/\n]*/', " ", query)
    named = set(re.findall(r"(?<!\d)@?[A-Za-z_][A-Za-z0-9_]*", bare)) - WORDS
    named -= set(re.findall(r"\bas (\w+)", query))
    ours = sources()
    return {
        name
        for name in named
        if not name.startswith("@") and not re.search(rf'"{name}"|\b{name}=', ours)
    }


@cache
def sources() -> str:
    """Return what writes log lines: the functions' code, and the format of the access log."""
    files = [*(PROJECT / "layers/shared/casino").rglob("*.py"), PROJECT / "template.yaml"]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_n8_every_alarm_names_its_runbook() -> None:
    assert missing_runbooks(load_template()) == []


@pytest.mark.parametrize("page", PAGES)
def test_n8_a_runbook_holds_ready_log_queries(page: str) -> None:
    found = queries(PROJECT / page)
    assert found
    for query in found:
        for line in query.strip().removeprefix("| ").split("\n| "):
            assert line.split()[0] in COMMANDS, line
        assert unknown_words(query) == set()


@pytest.mark.parametrize("query", ["filter outcom = 1", "filter status >= 500 and no_such = 2"])
def test_a_query_for_what_no_line_has_is_noticed(query: str) -> None:
    assert unknown_words(query) != set()


@pytest.mark.parametrize("page", PAGES)
def test_the_index_names_the_page(page: str) -> None:
    index = (PROJECT / "docs" / "runbooks" / "README.md").read_text("utf-8")
    assert f"({Path(page).name})" in index
