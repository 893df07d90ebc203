"""Each row of the tables of cases of Flexsoft and WinUpGo is played."""

import re
from typing import Any

import pytest

from testing.template import PROJECT
from tests.cases import flexsoft, winupgo


def cells(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading, without its head."""
    text = (PROJECT / "docs" / page).read_text("utf-8")
    table = re.findall(r"^\|.*\|$|^## .*$", text.partition(f"\n## {heading}\n")[2], re.MULTILINE)
    table = table[: next(i for i, line in enumerate([*table, "## "]) if line.startswith("## "))]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]


def rows_of_flexsoft() -> list[str]:
    rows, call = [], ""
    for first, case, *_ in cells("flexsoft.md", "Cases"):
        call = first or call
        rows.append(f"{call}: {case}")
    return rows


def rows_of_winupgo() -> list[str]:
    access = [what for what, *_ in cells("winupgo.md", "Access")[:4]]
    return [*access, *(case for case, _ in cells("winupgo.md", "Cases"))]


@pytest.mark.parametrize(
    ("rows", "cases"), [(rows_of_flexsoft(), flexsoft), (rows_of_winupgo(), winupgo)]
)
def test_every_row_is_played_through_the_function_and_over_http(
    rows: list[str], cases: Any
) -> None:
    assert len(rows) > 20
    assert set(cases.ROWS.plays) | set(cases.ELSEWHERE) == set(rows)
    folder = cases.__name__.rpartition(".")[2]
    for layer in ("functional", "integration"):
        assert "ROWS.once()" in (PROJECT / f"tests/{layer}/{folder}/test_rows.py").read_text()


@pytest.mark.parametrize("cases", [flexsoft, winupgo])
def test_what_is_shown_elsewhere_is_shown_there(cases: Any) -> None:
    written = "\n".join(path.read_text() for path in (PROJECT / "tests").rglob("test_*.py"))
    assert all(f"def {test}(" in written for test in cases.ELSEWHERE.values())
