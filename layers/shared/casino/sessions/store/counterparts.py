"""Integrations and providers for launches, read at most once a minute each.

So a launch on a warm function reads neither, and a switch or a change of a provider takes effect
within that minute. Games are never kept: a disabled game is refused at once.
"""

from collections.abc import Callable
from typing import Final

from casino.base.clock import Clock
from casino.base.recent import Recent
from casino.catalogue.model import Provider
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
        self._providers: Recent[tuple[str, str], Provider] = Recent(ttl_s)

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
