"""What ships compiled ahead, and how Python takes it."""

import importlib.util
import sys
from pathlib import Path

import pytest

from builder.precompile import PrecompileError, compile_tree, stale_or_missing


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "app.py").write_text("def where(): return where.__code__.co_filename\n")
    (tmp_path / "inner" / "more.py").write_text("X = 1\n")
    return tmp_path


def test_every_source_is_compiled_and_names_its_path_at_run_time(tree: Path) -> None:
    assert len(stale_or_missing(tree)) == 2
    compile_tree(tree, "/var/task")
    assert stale_or_missing(tree) == []
    code = importlib.util.cache_from_source(str(tree / "app.py"))
    assert b"/var/task/app.py" in Path(code).read_bytes()
    assert str(tree).encode() not in Path(code).read_bytes()


def test_python_loads_the_compiled_file_without_a_look_at_the_source(tree: Path) -> None:
    compile_tree(tree, "/var/task")
    (tree / "inner" / "more.py").write_text("X = 2\n")
    spec = importlib.util.spec_from_file_location("more", tree / "inner" / "more.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.X == 1
    assert stale_or_missing(tree) == [tree / "inner" / "more.py"]


def test_compiled_files_are_the_same_on_every_machine(tree: Path, tmp_path: Path) -> None:
    compile_tree(tree, "/var/task")
    first = [file.read_bytes() for file in sorted(tree.rglob("*.pyc"))]
    compile_tree(tree, "/var/task")
    assert [file.read_bytes() for file in sorted(tree.rglob("*.pyc"))] == first


def test_file_that_checks_its_source_counts_as_not_compiled(tree: Path) -> None:
    compile_tree(tree, "/var/task")
    compiled = Path(importlib.util.cache_from_source(str(tree / "app.py")))
    content = compiled.read_bytes()
    compiled.write_bytes(content[:4] + bytes(4) + content[8:])  # of the kind with a time stamp
    assert stale_or_missing(tree) == [tree / "app.py"]


def test_only_the_python_of_the_runtime_compiles(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    with pytest.raises(PrecompileError, match="3, 13"):
        compile_tree(tree, "/var/task")


def test_source_that_does_not_compile_stops_the_build(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "broken.py").write_text("def")
    with pytest.raises(PrecompileError):
        compile_tree(tree, "/var/task")
    capsys.readouterr()
