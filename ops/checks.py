"""What an operator types is checked as strictly as what a provider sends."""

import re
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit

from casino.integrations.model import Integration
from casino.wallet.model import PLATFORM
from ops.context import Operations
from ops.errors import OpsError

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


def a_name(value: str) -> str:
    """Return the name of an integration."""
    if not _NAME.fullmatch(value) or value == PLATFORM:
        message = "a name is 1 to 32 lower-case letters, digits and hyphens, and not 'platform'"
        raise OpsError("invalid_request", message)
    return value


def a_network(value: str) -> str:
    """Return an address range in its usual form; one address is a range, too."""
    try:
        return str(ip_network(value))
    except ValueError as error:
        raise OpsError("invalid_request", f"{value} is not a CIDR range") from error


def a_provider_url(value: str) -> str:
    """Return where a provider's API begins: https, or the machine itself for the local stack."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    local = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if not host or not plain or port == 0 or not (parts.scheme == "https" or local):
        message = "a provider URL is https://host/path, without query and credentials"
        raise OpsError("invalid_request", message)
    return value.rstrip("/")


def a_host(value: str) -> str:
    """Return a host, with its port where that is not the usual one."""
    if not _HOST.fullmatch(value):
        raise OpsError("invalid_request", f"{value} is not a host")
    return value.lower()


def existing_integration(operations: Operations, name: str) -> Integration:
    """Return an integration as the hooks see it, or say that there is none."""
    integration = operations.registry.in_force(name)
    if integration is None:
        raise OpsError("integration_not_found", f"integration {name} does not exist")
    return integration
