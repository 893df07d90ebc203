"""What signing in an integration's name needs: its family, its secret, and a command that sends."""

import json
import shlex

from botocore.exceptions import ClientError

from casino.dialects.registry import family
from casino.integrations.model import Secret
from casino.signing.scheme import Scheme
from ops.context import Operations
from ops.errors import OpsError
from ops.signature.report import Known

_LABELS = ("current", "pending", "previous")


def scheme_of(name: str) -> Scheme:
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
        secret = Secret("current", sandbox.api_key, sandbox.secret_key)
        return "igsp", [Known(secret, secret.api_key, live=True)]
    provider = operations.integrations.in_force(integration)
    keyring = operations.keyring
    keyring.refresh(provider)
    live = {secret.label for secret in keyring.live(provider)}
    found = [_version(operations, provider.secret_name, label) for label in _LABELS]
    versions = [secret for secret in found if secret is not None]
    if not versions or versions[0].label != "current":
        raise OpsError("unavailable", f"the secret of {integration} is not readable")
    known = [Known(secret, secret.api_key, secret.label in live) for secret in versions]
    return provider.family, known


def _version(operations: Operations, secret_name: str, label: str) -> Secret | None:
    stage = f"AWS{label.upper()}"
    try:
        answer = operations.secrets.get_secret_value(SecretId=secret_name, VersionStage=stage)
        given = json.loads(answer["SecretString"])
        return Secret(label, given["api_key"], given["secret_key"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    except (ValueError, KeyError, TypeError):
        # The cause could show a piece of the secret: it is not chained.
        raise OpsError("unavailable", f"{secret_name} ({label}) is not readable") from None


def curl_command(url: str, headers: list[str], file: str) -> str:
    """Return a command for a shell that posts a file, or `-`, with these headers."""
    source = "@-" if file == "-" else f"@{file}"
    lines = ["Content-Type: application/json", *headers]
    options = " ".join(f"-H {shlex.quote(line)}" for line in lines)
    return f"curl -sS -X POST {shlex.quote(url)} {options} --data-binary {shlex.quote(source)}"
