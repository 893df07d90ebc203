"""Deploys an environment of samconfig.toml, so that every change takes effect.

The functions behind the API answer through an alias, and SAM publishes the version that the alias
names only when code changes: a changed parameter alone would stay without effect. So the
deployment carries an id made of all its contents, which is part of the version's name.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from builder import BuildError, package, sam, samconfig
from builder.build import build

CONFIG: Final = sam.PROJECT / "samconfig.toml"
LOCAL: Final = "local"
"""The environment of the emulator, whose address AWS_ENDPOINT_URL gives."""
_ID: Final = "DeploymentId"


class WrongAccountError(BuildError):
    """The credentials are not of the account that the environment belongs to."""


def deploy(
    config_env: str, environment: Mapping[str, str] | None = None, *, interactive: bool = False
) -> None:
    """Build for `config_env` and deploy it; raises `BuildError`.

    Before anything is built or sent it asks AWS whose credentials these are: an environment goes to
    its own account and region only.

    `environment` stands for the process's own. With `interactive`, SAM talks to the terminal, as it
    has to where samconfig.toml wants the change set confirmed.
    """
    place = _place(config_env, os.environ if environment is None else environment)
    # All of them: one that is left out keeps the value that it had on AWS.
    values = sam.parameter_defaults() | samconfig.parameters(config_env, CONFIG)
    folder = build(samconfig.architecture(values))
    values[_ID] = deployment_id(folder, values)
    overrides = [f"{name}={_quoted(value)}" for name, value in values.items()]
    arguments = ["deploy", "--config-env", config_env, *place, "--parameter-overrides", *overrides]
    sam.run(arguments, environment, interactive=interactive)


def _place(config_env: str, environment: Mapping[str, str]) -> list[str]:
    """Return SAM's options that say where; raises `BuildError` where it must not go."""
    if config_env == LOCAL:
        if not environment.get("AWS_ENDPOINT_URL"):
            raise WrongAccountError(
                "'local' is the emulator's: make run deploys it; nothing was sent"
            )
        return []
    target = samconfig.target(config_env, CONFIG)
    account = sam.account(target.region, target.profile, environment)
    if account != target.account:
        raise WrongAccountError(
            f"the credentials are of account {account}, and {config_env!r} belongs to"
            f" {target.account} (samconfig.toml); nothing was sent"
        )
    return ["--stack-name", target.stack, "--region", target.region]


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
