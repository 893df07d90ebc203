"""Integrations, as tests describe them: each term by its own name."""

from dataclasses import fields, replace
from typing import Any, Final

from casino.integrations.model import Integration, ProviderTerms, RotationTerms, WalletTerms

_PARTS: Final = {"wallet": WalletTerms, "provider": ProviderTerms, "rotation": RotationTerms}
_PART_OF: Final = {field.name: part for part, cls in _PARTS.items() for field in fields(cls)}


def with_terms(integration: Integration, **changes: Any) -> Integration:
    """Return the integration with terms changed, such as `bets_enabled` or the provider's `url`."""
    for name, value in changes.items():
        part = _PART_OF.get(name)
        change = {name: value}
        if part is not None:
            change = {part: replace(getattr(integration, part), **change)}
        integration = replace(integration, **change)
    return integration


def an_integration(name: str = "sandbox", family: str = "igsp", **terms: Any) -> Integration:
    """Return an integration; its secret is named after it unless `secret_name` says otherwise."""
    secret_name = terms.pop("secret_name", f"test/integration/{name}")
    return with_terms(Integration(name, family, secret_name), **terms)
