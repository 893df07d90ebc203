"""Integrations and providers for launches, kept for a short time each.

So a launch on a warm function reads neither. A switch takes effect within a minute, a change of a
provider within a quarter of it. Games are never kept: a disabled game is refused at once.
"""

from collections.abc import Callable
from typing import Final

from casino.base.clock import Clock
from casino.base.recent import Recent
from casino.catalogue.model import PROVIDERS_TTL_S, Provider
from casino.integrations.model import Integration

TTL_S: Final = 60.0


class CachedCounterparts:
    """`Counterparts` in front of the registry and the catalogue.

    Only what exists is kept; what does not exist is asked for each time.
    """

    def __init__(
        self,
        integration: Callable[[str], Integration | None],
        provider: Callable[[str, str], Provider | None],
        clock: Clock,
        ttl_s: float = TTL_S,
    ) -> None:
        self._read_integration = integration
        self._read_provider = provider
        self._clock = clock
        self._integrations: Recent[str, Integration] = Recent(ttl_s)
        kept_s = min(ttl_s, PROVIDERS_TTL_S)
        self._providers: Recent[tuple[str, str], Provider] = Recent(kept_s)

    def integration(self, name: str) -> Integration | None:
        """Return an integration with the switches in force."""
        return self._kept(self._integrations, name, lambda: self._read_integration(name))

    def provider(self, integration: str, provider_id: str) -> Provider | None:
        """Return a provider."""
        key = (integration, provider_id)
        return self._kept(self._providers, key, lambda: self._read_provider(*key))

    def _kept[K, T](self, recent: Recent[K, T], key: K, read: Callable[[], T | None]) -> T | None:
        now = self._clock.monotonic()
        if recent.holds(key, now):
            return recent[key]
        value = read()
        if value is None:
            recent.drop(key)
        else:
            recent.keep(key, value, now)
        return value
