"""Changes what a caller of an integration must show beside its signature."""

import re
from dataclasses import replace
from typing import Final

from casino.audit.model import Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.integrations.admin_ports import AdminRegistry
from casino.integrations.model import AccessTerms

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def give_access(
    registry: AdminRegistry, clock: Clock, name: str, terms: AccessTerms, *, who: Who
) -> None:
    """Give an integration new terms of access, with the audit record; raises `AdminError`."""
    if terms.certificate_sha256 and not _SHA256.fullmatch(terms.certificate_sha256):
        raise AdminError("invalid_request", "a certificate is named by 64 hex digits")
    if not all((terms.brand_id, terms.region, terms.provider_id, terms.client_id)):
        raise AdminError("invalid_request", "brand, region, provider and client must be named")
    integration = registry.get(name)
    if integration is None:
        raise AdminError("integration_not_found", f"integration {name} does not exist")
    old, new = map(_told, (integration.access, terms))
    audit = who.record(name, "access", clock.now(), old, new)
    registry.change(name, lambda latest: replace(latest, access=terms), audit)


def _told(terms: AccessTerms) -> str:
    """Return the terms for the audit: every one of them can let somebody in."""
    certificate = terms.certificate_sha256 or "any"
    opens = ", opens sessions" if terms.opens_sessions else ""
    whose = f"{terms.provider_id} of {terms.brand_id} in {terms.region}"
    return f"{whose}, client {terms.client_id or 'none'}, certificate {certificate}{opens}"
