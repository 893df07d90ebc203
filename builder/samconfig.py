"""What samconfig.toml says of an environment, so that build and deployment cannot disagree."""

import tomllib
from pathlib import Path

from builder import BuildError

_DEFAULT = "x86_64"
"""What template.yaml takes when nothing is said."""


class UnknownEnvironmentError(BuildError):
    """samconfig.toml has no such environment; the message names those that it has."""


def architecture(environment: str, file: Path) -> str:
    """Return the `Architecture` that an environment deploys with."""
    config = tomllib.loads(file.read_text())
    known = sorted(
        name for name in config if isinstance(config[name], dict) and "deploy" in config[name]
    )
    if environment not in known:
        raise UnknownEnvironmentError(f"{environment!r} is none of {', '.join(known)}")
    overrides = config[environment]["deploy"]["parameters"].get("parameter_overrides", [])
    values = dict(override.split("=", 1) for override in overrides)
    return str(values.get("Architecture", _DEFAULT))
