"""`make test` leaves no test out and runs none twice, on however many workers."""

import re
from typing import Final

from testing.template import PROJECT

MAKEFILE: Final = (PROJECT / "Makefile").read_text("utf-8")
#: They say how it runs, not what.
HOW: Final = (r"-n auto", r"--maxprocesses \d+", r"--dist \w+", r"--no-loadscope-reorder")


def recipe(target: str) -> list[str]:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1].splitlines()


def selection(command: str) -> str:
    """Return what a call of pytest selects, without how it runs."""
    for option in HOW:
        command = re.sub(f" {option}", "", command)
    return command


def test_the_calls_of_pytest_are_all_the_tests_and_share_none() -> None:
    assert [selection(line) for line in recipe("test")] == [
        "\t$(BIN)/pytest --ignore=tests/integration",
        '\t$(BIN)/pytest -m "not alone" tests/integration',
        "\t$(BIN)/pytest -m alone tests/integration",
    ]


def test_check_runs_all_that_it_says() -> None:
    text = "\n".join(recipe("check"))
    assert re.findall(r"[a-z]+$", text, re.MULTILINE) == ["build", "test"]
    assert "--jobs=2 lint validate build\n" in text
