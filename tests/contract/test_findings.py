"""Each row of docs/findings.md and docs/operations.md names tests that there are."""

import re

from testing.template import PROJECT

PAGES = (PROJECT / "docs" / "findings.md", PROJECT / "docs" / "operations.md")
ROW = re.compile(r"^\| ([MANCO]\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"\b(test_([manco]\d+)_\w+)\b")


def test_every_row_names_its_own_tests_and_every_such_test_has_its_row() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    rows = {found[0]: NAMED.findall(found[2]) for found in ROW.findall(text)}
    assert all(rows.values()), "a row without a test"
    for row, tests in rows.items():
        assert {finding.upper() for _, finding in tests} == {row}
    named = {name for tests in rows.values() for name, _ in tests}
    written = {
        name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_[manco]\d+_\w+)\(", path.read_text("utf-8"), re.M)
    }
    assert named <= written
    assert {name.split("_")[1].upper() for name in written} <= rows.keys(), "a row is missing"
