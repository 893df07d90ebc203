"""Integrations and providers for launches, read at most once a minute each.

So a launch on a warm function reads neither, and a switch or a change of a provider takes effect
within that minute. Games are never kept: one that is disabled is refused at once.
"""

from collections.abc import Callable
from typing import Final

from casino.base.clock import Clock
from casino.catalogue.model import Provider
from casino.integrations.model import Integration

TTL_S: Final = 60.0
#: How many of either kind are kept; beyond that all are forgotten.
_MOST: Final = 1_024


class CachedDirectory:
    """`Directory` in front of the registry and the catalogue."""

    def __init__(
        self,
        integration: Callable[[str], Integration | None],
        provider: Callable[[str, str], Provider | None],
        clock: Clock,
        ttl_s: float = TTL_S,
    ) -> None:
        self._integrations = _Kept(integration, clock, ttl_s)
        self._providers = _Kept(provider, clock, ttl_s)

    def integration(self, name: str) -> Integration | None:
        """Return an integration with the switches in force."""
        return self._integrations(name)

    def provider(self, integration: str, provider_id: str) -> Provider | None:
        """Return a provider."""
        return self._providers(integration, provider_id)


class _Kept[**Key, T]:
    """Calls `read` for what is not known; what does not exist is asked for each time."""

    def __init__(self, read: Callable[Key, T | None], clock: Clock, ttl_s: float) -> None:
        self._read = read
        self._clock = clock
        self._ttl_s = ttl_s
        self._values: dict[object, tuple[T, float]] = {}

    def __call__(self, *key: Key.args, **more: Key.kwargs) -> T | None:
        now = self._clock.monotonic()
        known = self._values.get(key)
        if known is not None and now - known[1] < self._ttl_s:
            return known[0]
        value = self._read(*key, **more)
        if value is None:
            self._values.pop(key, None)
            return None
        if len(self._values) >= _MOST:
            self._values.clear()
        self._values[key] = (value, now)
        return value
