"""Keep what the registry said for a short time, so that one hook in many asks it.

A revoked key lives on for `ttl_s` at most: when the registry cannot be read after that, there is
no answer rather than an old one. Unknown keys are remembered too, fewer and shorter, so that a
flood of requests with one forged key does not become a flood of reads.
"""

from collections import OrderedDict
from typing import Final

from casino.domain.model import Integration
from casino.ports import Clock, Registry

UNKNOWN_TTL_S: Final = 10.0
MOST_KEYS: Final = 1_024
"""How many keys of either kind are remembered; the one used least recently is forgotten."""


class CachedRegistry:
    """`Registry` in front of another one."""

    def __init__(self, registry: Registry, clock: Clock, ttl_s: float = 60.0) -> None:
        self._registry = registry
        self._clock = clock
        self._known: _Recent[Integration] = _Recent(ttl_s)
        self._unknown: _Recent[None] = _Recent(min(UNKNOWN_TTL_S, ttl_s))

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key, at most `ttl_s` old."""
        now = self._clock.monotonic()
        for recent in (self._known, self._unknown):
            if recent.holds(api_key, now):
                return recent[api_key]
        integration = self._registry.by_api_key(api_key)
        if integration is None:
            self._unknown.keep(api_key, None, now)
        else:
            self._known.keep(api_key, integration, now)
        return integration

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, read now."""
        return self._registry.get(name)

    def put(self, integration: Integration, api_keys: tuple[str, ...] = ()) -> None:
        """Store an integration, and forget what was remembered."""
        self._registry.put(integration, api_keys)
        self._known.clear()
        self._unknown.clear()


class _Recent[T]:
    """Values by key for `ttl_s` from when they were read; the least recently used goes first."""

    def __init__(self, ttl_s: float) -> None:
        self._ttl_s = ttl_s
        self._values: OrderedDict[str, tuple[T, float]] = OrderedDict()

    def __getitem__(self, key: str) -> T:
        self._values.move_to_end(key)
        return self._values[key][0]

    def holds(self, key: str, now: float) -> bool:
        """Tell whether `key` is remembered and not too old; what is too old is forgotten."""
        if key not in self._values:
            return False
        if now - self._values[key][1] < self._ttl_s:
            return True
        del self._values[key]
        return False

    def keep(self, key: str, value: T, now: float) -> None:
        self._values[key] = (value, now)
        self._values.move_to_end(key)
        if len(self._values) > MOST_KEYS:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()
