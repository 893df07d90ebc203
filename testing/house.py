"""Copies of the project that a test may change, and the linter's verdict on their imports."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from testing.template import PROJECT

_PARTS: Final = (
    "layers",
    "functions",
    "builder",
    "certify",
    "ops",
    "sandbox",
    "benchmarks",
    "testing",
    "tests",
)
_FILES: Final = ("pyproject.toml", "template.yaml")
_HEADING: Final = re.compile(r"\n([^\n]+)\n-{3,}\n")


def copy_project(to: Path) -> Path:
    """Copy code and template into `to`, which must not exist; return `to`."""
    for part in _PARTS:
        shutil.copytree(PROJECT / part, to / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in _FILES:
        shutil.copy(PROJECT / file, to / file)
    return to


def changed_files(copy: Path) -> set[str]:
    """Return the paths of a copy whose content is not the project's, relative to both."""
    files = (file for file in copy.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    names = {str(file.relative_to(copy)) for file in files}
    return {name for name in names if _content(PROJECT / name) != _content(copy / name)}


def broken_contracts(copy: Path) -> dict[str, str]:
    """Return the name of each import contract that a copy breaks → what the linter says of it."""
    search = os.pathsep.join([str(copy), str(copy / "layers" / "shared")])
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--no-cache", "--no-logo"]
    said = subprocess.run(
        command, cwd=copy, env=os.environ | {"PYTHONPATH": search}, capture_output=True, text=True
    )
    assert "Contracts: " in said.stdout, said
    _, *found = _HEADING.split(said.stdout.partition("Broken contracts\n")[2])
    return dict(zip(found[::2], found[1::2], strict=True))


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None
