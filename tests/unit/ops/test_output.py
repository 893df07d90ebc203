"""Others choose the ids that tables and CSV show."""

import csv
import io

import pytest

from ops.output import comma_separated, fields, table

LINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
FORMULAS = ("=", "+", "-", "@", "\t=", " =", "\r\n=", "\u2028=", "\uff1d")


def written(cell: str) -> list[list[str]]:
    """Return the rows that a spreadsheet reads."""
    text = "\n".join(comma_separated(["id"], [[cell]]))
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("character", LINES, ids=ascii)
def test_a_cell_of_csv_stays_one_cell(character: str) -> None:
    assert written(f"bet{character}=1+1") == [["id"], [f"bet{character}=1+1"]]


@pytest.mark.parametrize("begin", FORMULAS, ids=ascii)
def test_a_cell_of_csv_is_no_formula(begin: str) -> None:
    assert written(f"{begin}1+1") == [["id"], [f"'{begin}1+1"]]


def test_a_table_shows_what_a_terminal_would_obey() -> None:
    _, row = table(["id"], [["a\x1b[2Jb\nc"]])
    assert row == "a\\x1b[2Jb\\nc"
    assert fields([("id", "\x9b")]) == ["id  \\x9b"]
