"""Keeps the registry's answers for a short time, so that one hook in many reads the table.

A revoked key lives on for `ttl_s` at most. A key that is being retired never outlives its end: when
the registry cannot be read after it, the look-up fails rather than give an old answer.
Unknown keys are remembered too, fewer and shorter, so that a flood of requests with one forged key
does not become a flood of reads.

A budget that only unknown keys use up bounds a flood of many forged keys. When it is spent, a key
that was never seen here gets `busy`: "unknown" would be a guess, and a sender that has just
switched to a new key may send the same request again.
"""

from typing import Final

from casino.base.clock import Clock
from casino.base.errors import BusyError
from casino.base.recent import Recent
from casino.integrations.model import Integration
from casino.integrations.ports import Registry

UNKNOWN_TTL_S: Final = 10.0
MOST_KEYS: Final = 1_024
"""How many keys of either kind are remembered; the one used least recently is forgotten."""

UNKNOWN_READS: Final = 500
"""How many reads for keys that turn out unknown may be made at once …"""
UNKNOWN_READS_PER_S: Final = 5.0
"""… and how many of them come back every second."""


class CachedRegistry:
    """`Registry` in front of another one."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        ttl_s: float = 60.0,
        unknown_reads: int = UNKNOWN_READS,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._known: Recent[str, Integration] = Recent(ttl_s, MOST_KEYS)
        self._unknown: Recent[str, None] = Recent(min(UNKNOWN_TTL_S, ttl_s), MOST_KEYS)
        self._budget = _Budget(unknown_reads, UNKNOWN_READS_PER_S, clock)

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key, at most `ttl_s` old.

        Raises `BusyError` for a key never seen here when too many unknown ones were looked up.
        """
        integration = self._remembered(api_key)
        until = integration.key_valid_until if integration else 0
        return None if until and self._clock.now() >= until else integration

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, read now."""
        return self._registry.get(name)

    def _remembered(self, api_key: str) -> Integration | None:
        now = self._clock.monotonic()
        for recent in (self._known, self._unknown):
            if recent.holds(api_key, now):
                return recent[api_key]
        if api_key not in self._known and not self._budget.left():
            raise BusyError("too many unknown keys were looked up")
        integration = self._registry.by_api_key(api_key)
        if integration is None:
            self._known.drop(api_key)
            self._unknown.keep(api_key, None, now)
            self._budget.spend()
        else:
            self._unknown.drop(api_key)
            self._known.keep(api_key, integration, now)
        return integration


class _Budget:
    """A token bucket, filled at a steady rate."""

    def __init__(self, most: int, per_s: float, clock: Clock) -> None:
        self._most = float(most)
        self._per_s = per_s
        self._clock = clock
        self._tokens = self._most
        self._filled_at = clock.monotonic()

    def left(self) -> bool:
        now = self._clock.monotonic()
        grown = self._tokens + (now - self._filled_at) * self._per_s
        self._tokens, self._filled_at = min(self._most, grown), now
        return self._tokens >= 1

    def spend(self) -> None:
        self._tokens -= 1
