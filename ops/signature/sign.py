"""What signing in an integration's name needs: its family, its secret, and a command that sends."""

import shlex
from dataclasses import replace

from casino.dialects.registry import family
from casino.integrations.credentials import InvalidPairError
from casino.integrations.store.secrets import read_version, stage_of
from casino.signing.pair import CURRENT, PENDING, PREVIOUS, Pair
from casino.signing.scheme import Family
from ops.context import Operations
from ops.errors import OpsError
from ops.signature.report import Known

_LABELS = (CURRENT, PENDING, PREVIOUS)


def scheme_of(name: str) -> Family:
    """Return a signature family by its name; raises `OpsError`."""
    try:
        return family(name)
    except LookupError as error:
        raise OpsError("invalid_request", str(error)) from error


def known_versions(operations: Operations, integration: str | None) -> tuple[str, list[Known]]:
    """Return the signature family and every version of the secret, the current one first."""
    if integration is None:
        if operations.sandbox is None:
            raise OpsError("invalid_request", "say whose secret it is with --integration")
        sandbox = operations.sandbox
        return "igsp", [Known(Pair(sandbox.api_key, sandbox.secret_key, CURRENT), live=True)]
    provider = operations.integrations.in_force(integration)
    keyring = operations.keyring
    keyring.refresh(provider)
    live = {pair.label for pair in keyring.live(provider)}
    found = [_version(operations, provider.secret_name, label) for label in _LABELS]
    versions = [pair for pair in found if pair is not None]
    if not versions or versions[0].label != CURRENT:
        raise OpsError("unavailable", f"the secret of {integration} is not readable")
    known = [Known(pair, pair.label in live) for pair in versions]
    return provider.family, known


def _version(operations: Operations, secret_name: str, label: str) -> Pair | None:
    try:
        pair = read_version(operations.secrets, secret_name, VersionStage=stage_of(label))
    except InvalidPairError:
        raise OpsError("unavailable", f"{secret_name} ({label}) is not readable") from None
    return replace(pair, label=label) if pair else None


def curl_command(url: str, headers: list[str], file: str) -> str:
    """Return a command for a shell that posts a file, or `-`, with these headers."""
    source = "@-" if file == "-" else f"@{file}"
    lines = ["Content-Type: application/json", *headers]
    options = " ".join(f"-H {shlex.quote(line)}" for line in lines)
    return f"curl -sS -X POST {shlex.quote(url)} {options} --data-binary {shlex.quote(source)}"
