"""A copy of the project with one counterpart more, added as docs/architecture.md says."""

import re
import shutil
from pathlib import Path
from typing import Final

from testing.house import copy_project

TOY: Final = Path(__file__).parent / "toy"
DIALECTS: Final = "layers/shared/casino/dialects"
REGISTRY: Final = f"{DIALECTS}/registry.py"
FUNCTION: Final = "functions/toy/app.py"
PATH: Final = "/webhooks/toy/v1/play"

_ROW: Final = '    "toy": ("casino.dialects.toy.signature", "ToyFamily"),\n'


def build_house(to: Path) -> Path:
    """Copy the project to `to` and add the toy; return `to`."""
    house = copy_project(to)
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TOY, house / DIALECTS / "toy", ignore=without)
    _edit(house / REGISTRY, r'    "igsp": .*\n', rf"\g<0>{_ROW}")
    function = (house / "functions/hooks/app.py").read_text(encoding="utf-8")
    (house / FUNCTION).parent.mkdir()
    (house / FUNCTION).write_text(
        function.replace("igsp", "toy").replace("Igsp", "Toy"), encoding="utf-8"
    )
    _add_to_template(house / "template.yaml")
    return house


def _add_to_template(template: Path) -> None:
    """Add function, role and alarms: those of the hooks, with the toy's name and path."""
    text = template.read_text(encoding="utf-8")
    for block in ("  HooksFunction:", "  HooksRole:", "    Hooks: {"):
        indent = " " * (len(block) - len(block.lstrip()) + 2)
        match = re.search(rf"^{re.escape(block)}.*\n(?:{indent}.*\n)+\n?", text, re.MULTILINE)
        assert match is not None, block
        text = text.replace(match[0], match[0] + _renamed(match[0]), 1)
    template.write_text(text, encoding="utf-8")
    _edit(template, r"    - \[Hooks, ", r"\g<0>Toy, ", times=4)


def _renamed(block: str) -> str:
    lines = [line for line in block.splitlines(keepends=True) if "Reserve" not in line]
    text = "".join(lines).replace("Hooks", "Toy").replace("-hooks", "-toy")
    text = text.replace("functions/hooks", "functions/toy").replace("hooks:", "toy:")
    return re.sub(r"/webhooks/\S+", PATH, text)


def _edit(file: Path, pattern: str, by: str, times: int = 1) -> None:
    text, found = re.subn(pattern, by, file.read_text(encoding="utf-8"))
    assert found == times, f"{pattern} stands {found} times in {file.name}"
    file.write_text(text, encoding="utf-8")
