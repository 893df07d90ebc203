"""Everything stays small enough to be read: files, functions, and what grows when nobody looks."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from testing.template import PROJECT

MOST_LINES: Final = 300
MOST_LINES_OF_A_FUNCTION: Final = 40
#: Each function brings its role, its role's statements and its share of tables, alarms and outputs.
LINES_OF_TEMPLATE_PER_FUNCTION: Final = 160
#: Each context and each counterpart brings its fakes, its builders and its share of the world.
LINES_OF_KIT_PER_CONTEXT: Final = 180
#: A whole wallet with a hundred mistakes: what shows that the certification kit can fail.
LINES_OF_BROKEN_WALLET: Final = 800
CASINO: Final = PROJECT / "layers" / "shared" / "casino"
CONTEXTS: Final = len([*CASINO.glob("*/__init__.py"), *CASINO.glob("dialects/*/__init__.py")])
FUNCTIONS: Final = len(list((PROJECT / "functions").glob("*/app.py")))
#: Path → how many lines it may hold; what is measured or locked does not count.
BUDGETS: Final = {
    "template.yaml": LINES_OF_TEMPLATE_PER_FUNCTION * FUNCTIONS,
    "testing": LINES_OF_KIT_PER_CONTEXT * CONTEXTS + LINES_OF_BROKEN_WALLET,
    "benchmarks": 3_500,
}
NOT_COUNTED: Final = ("benchmarks/results/*", "benchmarks/peers/*/requirements.txt")


@cache
def files() -> tuple[Path, ...]:
    """Return the project's files by their paths in it: what git would keep, or all without git."""
    if (PROJECT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
        names = [Path(name) for name in listed.stdout.split("\0") if name]
    else:
        names = [path.relative_to(PROJECT) for path in PROJECT.rglob("*")]
    hidden = (".venv", ".tools", ".aws-sam", ".local")
    return tuple(p for p in names if p.parts[0] not in hidden and (PROJECT / p).is_file())


def lines(path: Path) -> int:
    return len((PROJECT / path).read_text("utf-8").splitlines())


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name and the length of each function of a file, inner ones too."""
    for node in ast.walk(ast.parse((PROJECT / path).read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_of_python_has_more_lines_than_a_reader_has_patience() -> None:
    assert len(python_files()) > 300
    assert {str(path): n for path in python_files() if (n := lines(path)) > MOST_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path}: {name}": length
        for path in python_files()
        for name, length in functions(path)
        if length > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("root", BUDGETS)
def test_what_grows_by_itself_stays_within_its_budget(root: str) -> None:
    counted = [
        path
        for path in files()
        if path.is_relative_to(root) and not any(path.match(p) for p in NOT_COUNTED)
    ]
    assert 0 < sum(lines(path) for path in counted) <= BUDGETS[root]
