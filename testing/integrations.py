"""Integrations as tests describe them, with each term by its own name, and a registry of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from casino.audit.model import AuditRecord
from casino.base.errors import UnavailableError
from casino.integrations.credentials import KeyTakenError
from casino.integrations.model import (
    AccessTerms,
    ApiKey,
    Integration,
    Off,
    PartnerTerms,
    ProviderTerms,
    RotationTerms,
    WalletTerms,
)
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.switches import in_force
from testing.clock import FakeClock

_PARTS: Final = {
    "wallet": WalletTerms,
    "provider": ProviderTerms,
    "rotation": RotationTerms,
    "access": AccessTerms,
    "partner": PartnerTerms,
}
_PART_OF: Final = {field.name: part for part, cls in _PARTS.items() for field in fields(cls)}


def with_terms(integration: Integration, **changes: Any) -> Integration:
    """Return the integration with terms changed, such as `bets_off` or the provider's `url`."""
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


class FakeRegistry:
    """`Registry` in memory: it counts readings of `keys` and integrations, can be unreachable."""

    def __init__(self, integration: Integration | None = None, *api_keys: str) -> None:
        self.integrations: dict[str, Integration] = {}
        self.keys: dict[str, tuple[str, int]] = {}
        self.audit: list[AuditRecord] = []
        self.reads: Counter[str] = Counter()
        self.reachable = True
        self.offs: dict[str, Off] = {}
        if integration is not None:
            self.put(integration, api_keys)

    def by_api_key(self, api_key: str) -> Integration | None:
        return CachedRegistry(self, FakeClock()).by_api_key(api_key)

    def every_key(self) -> Iterator[tuple[str, ApiKey]]:
        self._read("keys")
        return ((key, ApiKey(*whose)) for key, whose in self.keys.items())

    def get(self, name: str) -> Integration | None:
        return self.integrations.get(name)

    def names(self) -> Iterator[str]:
        return iter(self.integrations)

    def in_force(self, name: str) -> Integration | None:
        self._read(name)
        own = self.integrations.get(name)
        if own is None:
            return None
        return in_force(own, self.offs)

    def put(
        self,
        integration: Integration,
        api_keys: tuple[str, ...] = (),
        audit: AuditRecord | None = None,
    ) -> None:
        if self._taken(integration.name, api_keys):
            raise ValueError("an api_key belongs to another integration")
        self.integrations[integration.name] = integration
        self.keys |= dict.fromkeys(api_keys, (integration.name, 0))
        self.audit += [audit] if audit is not None else []

    def change_shared(
        self, update: Callable[[Mapping[str, Off]], Mapping[str, Off]], audit: AuditRecord
    ) -> bool:
        before, self.offs = self.offs, dict(update(self.offs))
        if self.offs == before:
            return False
        self.audit.append(audit)
        return True

    def shared(self) -> dict[str, Off]:
        return dict(self.offs)

    def change(
        self,
        name: str,
        update: Callable[[Integration], Integration],
        audit: AuditRecord | None,
        keys: Mapping[str, int] | None = None,
    ) -> bool:
        if name not in self.integrations:
            raise LookupError(f"integration {name} does not exist")
        if self._taken(name, keys or ()):
            raise KeyTakenError("the api_key belongs to another integration")
        before, after = self.integrations[name], update(self.integrations[name])
        if before == after and not keys:
            return False
        self.integrations[name] = after
        self.keys |= {key: (name, until) for key, until in (keys or {}).items()}
        self.audit += [audit] if audit is not None else []
        return True

    def _read(self, what: str) -> None:
        self.reads[what] += 1
        if not self.reachable:
            raise UnavailableError

    def _taken(self, name: str, api_keys: Mapping[str, int] | tuple[str, ...]) -> bool:
        return any(self.keys.get(key, (name, 0))[0] != name for key in api_keys)
