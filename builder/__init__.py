"""Builds the deployed functions: `sam build`, then every step that makes them start fast.

    python -m builder [--architecture arm64 | --deploy prod]

The builder needs only the standard library, so a deployment needs no development environment.
"""


class BuildError(Exception):
    """There is no build that may be deployed; the message says why."""
