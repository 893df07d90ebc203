"""Deploys an environment of samconfig.toml, so that every change takes effect.

The functions behind the API answer through an alias, and SAM publishes the version that the alias
names only when code changes: a changed parameter alone would stay without effect. So the
deployment carries an id made of all its contents, which is part of the version's name.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from builder import package, sam, samconfig
from builder.build import build

CONFIG: Final = sam.PROJECT / "samconfig.toml"
_ID: Final = "DeploymentId"


def deploy(
    config_env: str, environment: Mapping[str, str] | None = None, *, interactive: bool = False
) -> None:
    """Build for `config_env` and deploy it; raises `BuildError`.

    `environment` stands for the process's own. With `interactive`, SAM talks to the terminal, as it
    has to where samconfig.toml wants the change set confirmed.
    """
    # All of them: one that is left out keeps the value that it had on AWS.
    values = sam.parameter_defaults() | samconfig.parameters(config_env, CONFIG)
    folder = build(samconfig.architecture(values))
    values[_ID] = deployment_id(folder, values)
    overrides = [f"{name}={_quoted(value)}" for name, value in values.items()]
    arguments = ["deploy", "--config-env", config_env, "--parameter-overrides", *overrides]
    sam.run(arguments, environment, interactive=interactive)


def deployment_id(folder: Path, parameters: Mapping[str, str]) -> str:
    """Return a digest of a build and the parameters it is deployed with: 64 hex digits."""
    digest = hashlib.sha256(repr(sorted(parameters.items())).encode())
    digest.update((folder / "template.yaml").read_bytes())
    for part in (*package.layer_folders(folder), *package.function_folders(folder)):
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(folder)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _quoted(value: str) -> str:
    escaped = value.replace('"', '\\"')
    return f'"{escaped}"'
