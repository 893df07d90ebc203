"""Reads an environment of samconfig.toml, so that build, deployment and `ops` mean the same."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from builder import BuildError

ARCHITECTURE: Final = "Architecture"
_DEFAULT_ARCHITECTURE: Final = "x86_64"
"""What template.yaml takes when nothing is said."""
_ACCOUNT_DIGITS: Final = 12


class UnknownEnvironmentError(BuildError):
    """samconfig.toml has no such environment; the message names those that it has."""


class InvalidOverridesError(BuildError):
    """The parameters of an environment are not a list of `Name=value`."""


class NoTargetError(BuildError):
    """samconfig.toml does not say where an environment belongs; the message says what to write."""


@dataclass(frozen=True)
class Target:
    """Where an environment belongs."""

    stack: str
    region: str
    account: str
    profile: str | None = None
    """The AWS profile that the environment's section names, if it names one."""


def target(environment: str, file: Path) -> Target:
    """Return where an environment belongs; raises `NoTargetError` for one that leaves it open."""
    deploy = _deploy(environment, file)
    given, account = deploy["parameters"], str(deploy.get("target", {}).get("account", ""))
    if not given.get("region"):
        raise NoTargetError(
            f"{environment!r} has no region, and the one of an AWS profile may be any: write"
            f' region = "eu-central-1" into [{environment}.deploy.parameters] of samconfig.toml'
        )
    if len(account) != _ACCOUNT_DIGITS or not account.isdigit():
        raise NoTargetError(
            f"{environment!r} has no account: write the 12 digits of its AWS account into"
            f" [{environment}.deploy.target] of samconfig.toml, as account = "
            '"111122223333"'
        )
    return Target(given["stack_name"], given["region"], account, given.get("profile"))


def parameters(environment: str, file: Path) -> dict[str, str]:
    """Return the template's parameters that an environment sets."""
    overrides = _deploy(environment, file)["parameters"].get("parameter_overrides", [])
    if not isinstance(overrides, list) or not all("=" in str(override) for override in overrides):
        raise InvalidOverridesError(
            f"parameter_overrides of {environment!r} must be a list of Name=value"
        )
    pairs = (str(override).split("=", 1) for override in overrides)
    return {name: _unquoted(value) for name, value in pairs}


def architecture(values: dict[str, str]) -> str:
    """Return the architecture that is deployed with these parameters."""
    return values.get(ARCHITECTURE, _DEFAULT_ARCHITECTURE)


def _deploy(environment: str, file: Path) -> dict[str, Any]:
    config = tomllib.loads(file.read_text())
    known = [name for name, part in config.items() if isinstance(part, dict) and "deploy" in part]
    if environment not in known:
        raise UnknownEnvironmentError(f"{environment!r} is none of {', '.join(known)}")
    deploy: dict[str, Any] = config[environment]["deploy"]
    # What SAM takes for every command, a profile above all.
    shared = config[environment].get("global", {}).get("parameters", {})
    return deploy | {"parameters": shared | deploy["parameters"]}


def _unquoted(value: str) -> str:
    """Return a value as CloudFormation gets it: SAM takes values with spaces in quotes."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value
