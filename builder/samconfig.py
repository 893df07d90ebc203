"""Reads an environment of samconfig.toml, so that build and deployment use the same parameters."""

import tomllib
from pathlib import Path
from typing import Final

from builder import BuildError

ARCHITECTURE: Final = "Architecture"
_DEFAULT_ARCHITECTURE: Final = "x86_64"
"""What template.yaml takes when nothing is said."""


class UnknownEnvironmentError(BuildError):
    """samconfig.toml has no such environment; the message names those that it has."""


class InvalidOverridesError(BuildError):
    """The parameters of an environment are not a list of `Name=value`."""


def parameters(environment: str, file: Path) -> dict[str, str]:
    """Return the template's parameters that an environment sets."""
    config = tomllib.loads(file.read_text())
    known = [name for name, part in config.items() if isinstance(part, dict) and "deploy" in part]
    if environment not in known:
        raise UnknownEnvironmentError(f"{environment!r} is none of {', '.join(known)}")
    overrides = config[environment]["deploy"]["parameters"].get("parameter_overrides", [])
    if not isinstance(overrides, list) or not all("=" in str(override) for override in overrides):
        raise InvalidOverridesError(
            f"parameter_overrides of {environment!r} must be a list of Name=value"
        )
    pairs = (str(override).split("=", 1) for override in overrides)
    return {name: _unquoted(value) for name, value in pairs}


def architecture(values: dict[str, str]) -> str:
    """Return the architecture that is deployed with these parameters."""
    return values.get(ARCHITECTURE, _DEFAULT_ARCHITECTURE)


def _unquoted(value: str) -> str:
    """Return a value as CloudFormation gets it: SAM takes values with spaces in quotes."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value
