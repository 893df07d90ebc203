"""Signs in an integration's name, and makes the command that sends the request."""

import shlex
from dataclasses import replace

from casino.dialects.registry import family
from casino.integrations.credentials import InvalidPairError
from casino.signing.pair import CURRENT
from casino.signing.scheme import Family
from ops.context import Operations
from ops.errors import OpsError
from ops.signature.report import Known


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
        return "igsp", [Known(replace(operations.sandbox, label=CURRENT), live=True)]
    provider, now = operations.integrations.in_force(integration), operations.clock.now()
    unreadable = OpsError("unavailable", f"the secret of {integration} is not readable")
    try:
        versions = operations.integrations.versions(provider)
    except InvalidPairError:
        # The cause could show a piece of the secret: it is not chained.
        raise unreadable from None
    if not versions or versions[0].label != CURRENT:
        raise unreadable
    return provider.family, [Known(pair, now < pair.until) for pair in versions]


def self_description(operations: Operations, integration: str | None) -> dict[str, str]:
    """Return the headers in which a request says whose it is, as far as its access is known."""
    if integration is None:
        return {}
    terms = operations.integrations.in_force(integration).access
    said = {
        "X-Brand-Id": terms.brand_id,
        "X-Region": terms.region,
        "X-Provider-Id": terms.provider_id,
    }
    return {name: value for name, value in said.items() if value}


def curl_command(url: str, headers: list[str], file: str) -> str:
    """Return a command for a shell that posts a file, or `-`, with these headers."""
    source = "@-" if file == "-" else f"@{file}"
    lines = ["Content-Type: application/json", *headers]
    options = " ".join(f"-H {shlex.quote(line)}" for line in lines)
    return f"curl -sS -X POST {shlex.quote(url)} {options} --data-binary {shlex.quote(source)}"
