"""Keeps the registry's answers for a short time, so that one hook in many reads the table.

All keys are read together, every `ttl_s`. So an unknown key costs no read of its own: it brings the
next reading forward, to five seconds after the last one at the earliest. That is how soon a new key
works, whatever else arrives.

A revoked key lives on for `ttl_s` at most. A key that is being retired never outlives its end: when
the registry cannot be read after it, the look-up fails rather than give an old answer.
"""

from dataclasses import replace
from itertools import islice
from typing import Final

from casino.base.clock import Clock
from casino.base.errors import UnavailableError
from casino.base.recent import Recent
from casino.integrations.model import ApiKey, Integration
from casino.integrations.ports import KeyIndex

#: The shortest time between two readings of the keys that unknown ones ask for, in seconds.
EARLY_S: Final = 5.0
#: How many keys are read: about 1 MB. One beyond them is not known to be unknown.
MOST_KEYS: Final = 10_000


class CachedRegistry:
    """`Registry` in front of the stored one."""

    def __init__(self, registry: KeyIndex, clock: Clock, ttl_s: float = 60.0) -> None:
        self._registry = registry
        self._clock = clock
        self._ttl_s = ttl_s
        self._early_s = min(EARLY_S, ttl_s)
        self._keys: dict[str, ApiKey] = {}
        self._read_at = self._tried_at = float("-inf")
        self._unsure = True
        self._integrations: Recent[str, Integration | None] = Recent(ttl_s)

    def by_api_key(self, api_key: str) -> Integration | None:
        """Return the integration of a live key, at most `ttl_s` old.

        Raises `UnavailableError` when the registry cannot tell.
        """
        key = self._key(api_key)
        if key is None or (key.valid_until and self._clock.now() >= key.valid_until):
            return None
        found = self._integration(key.integration)
        if found is None or not found.enabled:
            return None
        return replace(found, key_valid_until=key.valid_until) if key.valid_until else found

    def named(self, name: str) -> Integration | None:
        """Return an enabled integration by its name, at most `ttl_s` old.

        One without a live key is unknown, and costs no reading of its own. Raises
        `UnavailableError` when the registry cannot tell.
        """
        self._keep_fresh(any(key.integration == name for key in self._keys.values()))
        now, keys = self._clock.now(), self._keys.values()
        live = (key for key in keys if not key.valid_until or now < key.valid_until)
        if not any(key.integration == name for key in live):
            if self._unsure:
                raise UnavailableError("the keys could not be read, or not all of them")
            return None
        found = self._integration(name)
        return found if found is not None and found.enabled else None

    def get(self, name: str) -> Integration | None:
        """Return an integration by its name, read now."""
        return self._registry.get(name)

    def read_keys(self) -> None:
        """Read the keys now."""
        self._tried_at, self._unsure = self._clock.monotonic(), True
        keys = dict(islice(self._registry.every_key(), MOST_KEYS + 1))
        if keys != self._keys:
            # A rotation changes key and integration: whoever sees the one has to see the other.
            self._integrations = Recent(self._ttl_s)
        self._keys, self._read_at = keys, self._tried_at
        self._unsure = len(keys) > MOST_KEYS

    def _key(self, api_key: str) -> ApiKey | None:
        self._keep_fresh(api_key in self._keys)
        if self._unsure and api_key not in self._keys:
            raise UnavailableError("the keys could not be read, or not all of them")
        return self._keys.get(api_key)

    def _keep_fresh(self, known: bool) -> None:
        """Read the keys when they are too old, or when what is looked for may be new."""
        now = self._clock.monotonic()
        early = not known and now - self._tried_at >= self._early_s
        if early or now - self._read_at >= self._ttl_s:
            self.read_keys()

    def _integration(self, name: str) -> Integration | None:
        now = self._clock.monotonic()
        if not self._integrations.holds(name, now):
            self._integrations.keep(name, self._registry.in_force(name), now)
        return self._integrations[name]
