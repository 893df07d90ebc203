"""Checks of an operator's input for a connection: names, addresses and hosts in their stored form.

Each function returns the stored form, and raises `AdminError` for bad input.
"""

import re
from ipaddress import ip_network
from typing import Final
from urllib.parse import urlsplit

from casino.base.checks import is_public
from casino.base.errors import AdminError

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


def a_name(value: str, reserved: str) -> str:
    """Return the name of an integration; `reserved` is the one that is taken."""
    if not _NAME.fullmatch(value) or value == reserved:
        message = f"a name is 1 to 32 lower-case letters, digits and hyphens, and not '{reserved}'"
        raise AdminError("invalid_request", message)
    return value


def a_network(value: str) -> str:
    """Return an address range in its usual form; one address is a range, too."""
    try:
        return str(ip_network(value))
    except ValueError as error:
        raise AdminError("invalid_request", f"{value} is not a CIDR range") from error


def a_provider_url(value: str, *, local: bool) -> str:
    """Return where a provider's API begins: https, and a public host.

    `local` is the local stack: there it may be this machine, over plain http.
    """
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    own = local and parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    reachable = own or (parts.scheme == "https" and (local or _is_public_host(host)))
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if not host or not plain or port == 0 or not reachable:
        message = "a provider URL is https://host/path of a public host, without credentials"
        raise AdminError("invalid_request", message)
    return value.rstrip("/")


def _is_public_host(host: str) -> bool:
    """Tell whether a host may be a public one; where a name leads, each connection checks."""
    try:
        return is_public(host)
    except ValueError:
        return "." in host


def a_host(value: str) -> str:
    """Return a host, with its port where that is not the usual one."""
    found = _HOST.fullmatch(value)
    if found is None or not 0 < int((found[1] or ":443")[1:]) < 65_536:
        raise AdminError("invalid_request", f"{value} is not a host")
    return value.lower()
