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
    integration = registry.get(name)
    if integration is None:
        raise AdminError("integration_not_found", f"integration {name} does not exist")
    old, new = (
        f"{each.provider_id} of {each.brand_id} in {each.region}"
        for each in (integration.access, terms)
    )
    audit = who.record(name, "access", clock.now(), old, new)
    registry.change(name, lambda latest: replace(latest, access=terms), audit)
