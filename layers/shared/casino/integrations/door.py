"""Lets a caller in: from where it may call, and which live version of its secret signed."""

import ipaddress
from collections.abc import Callable

from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.signing.pair import Pair
from casino.signing.scheme import SignatureRefusedError


def verified(
    keyring: Keyring,
    integration: Integration,
    verify: Callable[[tuple[Pair, ...]], str],
    api_key: str | None = None,
) -> Pair:
    """Return the live version that `verify` names by its label; it raises `SignatureRefusedError`.

    Where requests name a key, only the versions of this very key count. After a mismatch the
    keyring is read anew, as far as its rate limit lets it.
    """

    def live() -> tuple[Pair, ...]:
        pairs = keyring.live(integration)
        return tuple(pair for pair in pairs if api_key in (None, pair.api_key))

    versions = live()
    try:
        label = verify(versions)
    except SignatureRefusedError as error:
        if error.reason != "invalid_signature" or not keyring.refresh(integration):
            raise
        versions = live()
        label = verify(versions)
    return next(secret for secret in versions if secret.label == label)


def allowed(address: str, cidrs: tuple[str, ...]) -> bool:
    """Tell whether an address may call; no ranges means that every one may."""
    if not cidrs:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(cidr) for cidr in cidrs)
