"""The page of the deliveries names, for each promise, tests that exist; iGV's for each case."""

import re
from functools import cache

import pytest

from testing.template import PROJECT

PAGE = (PROJECT / "docs" / "deliveries.md").read_text("utf-8").partition("## What shows it")[2]
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "shown by" not in line]
CASES = (PROJECT / "docs" / "igv.md").read_text("utf-8").partition("## Cases\n")[2]
ROWS_OF_IGV = [line for line in CASES.partition("\n## ")[0].splitlines() if line.startswith("| ")][
    1:
]


@cache
def existing() -> frozenset[str]:
    """Return the name of every test."""
    files = (PROJECT / "tests").rglob("test_*.py")
    return frozenset(
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    )


@pytest.mark.parametrize("row", ROWS + ROWS_OF_IGV, ids=lambda row: row.split("|")[-3].strip()[:60])
def test_a_promise_names_tests_that_exist(row: str) -> None:
    named = re.findall(r"`(test_\w+)`", row)
    assert named
    assert set(named) <= existing()


def test_every_line_of_the_checklist_and_of_both_partners_has_its_row() -> None:
    assert len(ROWS) >= 31 + 25
    assert len(ROWS_OF_IGV) >= 15
