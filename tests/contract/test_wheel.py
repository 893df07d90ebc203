"""The wheel of `ops` and `certify` works where there is what its lock names, and nothing else."""

import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from testing.template import PROJECT

LOCK = re.compile(r"^([a-z0-9_.-]+)==(\S+) \\$", re.MULTILINE)
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
EVERY_VERB = """
import importlib, pkgutil, ops.command, ops.verbs
from casino.dialects.registry import FAMILIES, family
for module in pkgutil.iter_modules(ops.verbs.__path__):
    importlib.import_module(f"ops.verbs.{module.name}")
for name in FAMILIES:
    family(name)
"""
CERTIFY_LOADS = """
import sys, certify.cli, certify.report.seal
from certify.protocols import PROTOCOLS
print(sorted({"casino", "ops", "boto3", "botocore", "duckdb", "msgspec"} & set(sys.modules)))
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    project, env = folder / "project", folder / "env"
    for part in ("layers", "certify", "ops", "requirements"):
        shutil.copytree(PROJECT / part, project / part, ignore=shutil.ignore_patterns("*.pyc"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / file, project / file)
    built = run(sys.executable, "-c", BUILD, folder, cwd=project)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(env, symlinks=True)
    uv, python = PROJECT / ".tools" / "uv" / "bin" / "uv", env / "bin" / "python"
    options = ("--offline", "--no-deps", "--python", python)
    installed = run(uv, "pip", "install", *options, wheel, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    link_locked(next(env.glob("lib/*/site-packages")))
    return folder


def link_locked(site: Path) -> None:
    """Put what the lock of `ops` names into an environment, from this one."""
    locked = LOCK.findall((PROJECT / "requirements" / "ops.txt").read_text("utf-8"))
    assert locked
    for name, version in locked:
        found = distribution(name)
        assert found.version == version
        for part in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            if part != "__pycache__":
                (site / part).symlink_to(Path(str(found.locate_file(part))))


def test_n7_the_wheel_runs_alone_in_an_empty_environment(folder: Path) -> None:
    ops, python = folder / "env" / "bin" / "ops", folder / "env" / "bin" / "python"
    said = run(ops, "--version", cwd=folder)
    assert (said.returncode, said.stderr) == (0, "")
    assert re.fullmatch(r"ops \d+\.\d+\.\d+\n", said.stdout)
    assert run(ops, "--help", cwd=folder).returncode == 0
    everything = run(python, "-c", EVERY_VERB, cwd=folder)
    assert (everything.returncode, everything.stderr) == (0, "")
    nothing = run(ops, "player", "show", "ann", cwd=folder)
    assert (nothing.returncode, "(no_stack)" in nothing.stderr) == (1, True)


def test_the_certification_kit_runs_from_the_wheel_and_loads_nothing_of_the_casino(
    folder: Path,
) -> None:
    certify, python = folder / "env" / "bin" / "certify", folder / "env" / "bin" / "python"
    listed = run(certify, "igsp", "--dry-run", cwd=folder)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert len(listed.stdout.splitlines()) >= 80
    nobody = ("--key", "k", "--secret", "s", "--player", "p:EUR:s", "--url", "http://127.0.0.1:9")
    unreachable = run(certify, "igsp", *nobody, cwd=folder)
    assert (unreachable.returncode, "nothing answers" in unreachable.stderr) == (2, True)
    loaded = run(python, "-c", CERTIFY_LOADS, cwd=folder)
    assert (loaded.returncode, loaded.stdout) == (0, "[]\n")


def test_n7_the_wheel_holds_the_command_line_and_the_package_alone(folder: Path) -> None:
    (site,) = (folder / "env").glob("lib/*/site-packages")
    own = {path.name for path in site.iterdir() if not path.is_symlink() and path.is_dir()}
    assert {"casino", "certify", "ops"} <= own
    assert not own & {"sandbox", "builder", "functions", "testing", "tests", "benchmarks"}
