"""The SAM command line of this project, in the environment that it needs."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from builder import BuildError

PROJECT: Final = Path(__file__).resolve().parent.parent
_SAM: Final = PROJECT / ".tools" / "sam" / "bin" / "sam"
_PRINTED: Final = 4000
_READ_DEFAULTS: Final = """
import json, sys
from samtranslator.yaml_helper import yaml_parse
found = yaml_parse(open(sys.argv[1]).read())["Parameters"]
defaults = {name: str(one["Default"]) for name, one in found.items() if "Default" in one}
json.dump(defaults, sys.stdout)
"""
_ASK_ACCOUNT: Final = """
import sys, boto3
session = boto3.Session(profile_name=sys.argv[2] or None, region_name=sys.argv[1])
sys.stdout.write(session.client("sts").get_caller_identity()["Account"])
"""


class SamError(BuildError):
    """A SAM command failed."""


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    interactive: bool = False,
) -> None:
    """Run `sam …` in the project's folder; raises `SamError`.

    `environment` stands for the process's own. With `interactive` the command talks to the
    terminal; else it is silent, and the error ends with what it printed.
    """
    # SAM leaves a folder behind for each artifact that it packs.
    with TemporaryDirectory() as scratch:
        done = subprocess.run(
            [_SAM, *arguments],
            cwd=PROJECT,
            env=_complete(os.environ if environment is None else environment, scratch),
            stdin=None if interactive else subprocess.DEVNULL,
            capture_output=not interactive,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        output = "" if interactive else f":\n{(done.stdout + done.stderr)[-_PRINTED:]}"
        raise SamError(f"sam {arguments[0]} failed with {done.returncode}{output}")


def account(region: str, profile: str | None, environment: Mapping[str, str] | None = None) -> str:
    """Return the id of the AWS account that SAM would deploy to; raises `SamError`."""
    done = subprocess.run(
        [_SAM.with_name("python"), "-c", _ASK_ACCOUNT, region, profile or ""],
        env=dict(os.environ if environment is None else environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise SamError(f"AWS does not say whose credentials these are: {reason[-_PRINTED:]}")
    return done.stdout


def parameter_defaults() -> dict[str, str]:
    """Return the default of each parameter of template.yaml, read by the YAML parser of SAM."""
    done = subprocess.run(
        [_SAM.with_name("python"), "-c", _READ_DEFAULTS, PROJECT / "template.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SamError(f"template.yaml cannot be read:\n{done.stderr[-_PRINTED:]}")
    defaults: dict[str, str] = json.loads(done.stdout)
    return defaults


def _complete(environment: Mapping[str, str], scratch: str) -> dict[str, str]:
    # SAM builds with the python3.13 that stands first on PATH, and needs pip beside it.
    tools = PROJECT / ".tools" / "uv" / "bin"
    path = f"{tools}{os.pathsep}{environment.get('PATH', '')}"
    own = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1"}
    own["TMPDIR"] = scratch
    return {**environment, "PATH": path, **own}
