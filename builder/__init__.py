"""Builds what is deployed: `sam build`, then everything that makes the functions start fast.

    python -m builder [--architecture arm64 | --deploy prod]

It needs nothing but the standard library, so that a deployment needs no development environment.
"""


class BuildError(Exception):
    """There is no build that may be deployed; the message says why."""
