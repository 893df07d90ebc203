"""Checks the URLs that a player's browser is sent to: the provider's launch URL, and the way back.

A URL is taken whole or refused: nothing is repaired, since the player is sent to the exact text. A
text that two parsers could read in two ways (a backslash, a user part, a control character) is
refused before it is parsed.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from casino.integrations.model import Integration

#: Longer ones do not work in every browser, and make the session's item large.
MAX_URL: Final = 2_000

#: The characters of RFC 3986; all else has to be percent-encoded.
_TEXT: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where a player may be sent over https: any host, or those named, each with its port if
    that is not 443. `loopback` lets the machine itself answer over http, for the local stack."""

    names: tuple[str, ...] | None = None
    loopback: bool = False


def launch_url_fault(url: object, integration: Integration) -> str | None:
    """Say why a launch URL is refused, or `None`; never quotes the URL, which lets a player in."""
    local = _is_local(integration.provider.url)
    return url_fault(url, Hosts(allowed_hosts(integration), local))


def url_fault(url: object, hosts: Hosts) -> str | None:
    """Say why no player is sent to a URL, or `None`; never quotes the URL."""
    if not isinstance(url, str) or not url:
        return "not a text"
    if len(url) > MAX_URL:
        return f"longer than {MAX_URL} characters"
    if not _TEXT.fullmatch(url):
        return "characters that a URL does not have"
    parts = _split(url)
    if parts is None:
        return "not a URL"
    if "@" in parts.netloc:
        return "a user part"
    host = parts.hostname or ""
    if hosts.loopback and parts.scheme == "http" and _is_loopback(host):
        return None
    if parts.scheme != "https":
        return "not https"
    if not host:
        return "no host"
    return None if _named(parts, host, hosts.names) else "a host that is not allowed"


def _named(parts: SplitResult, host: str, names: tuple[str, ...] | None) -> bool:
    """Tell whether the host stands on the list; a port has to be named there, too."""
    if names is None:
        return True
    allowed = {name.lower() for name in names}
    if parts.port not in (None, _HTTPS_PORT):
        return f"{host}:{parts.port}" in allowed
    return host in allowed or f"{host}:{_HTTPS_PORT}" in allowed


def allowed_hosts(integration: Integration) -> tuple[str, ...]:
    """Return the hosts that a game may be opened on: by default the one of the provider's API."""
    if integration.provider.launch_hosts:
        return integration.provider.launch_hosts
    parts = _split(integration.provider.url)
    return (parts.netloc.rpartition("@")[2],) if parts is not None and parts.netloc else ()


def _is_local(provider_url: str) -> bool:
    parts = _split(provider_url)
    return parts is not None and parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts
