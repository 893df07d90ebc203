"""A cache of values read a short time ago, by key: bounded in age and in number."""

from collections import OrderedDict
from collections.abc import Hashable


class Recent[K: Hashable, T]:
    """Keeps each value for `ttl_s` from when it was read; the one used least recently goes first.

    `now` is in seconds of a clock that never goes back.
    """

    def __init__(self, ttl_s: float, most: int = 1_024) -> None:
        self._ttl_s = ttl_s
        self._most = most
        self._values: OrderedDict[K, tuple[T, float]] = OrderedDict()

    def __getitem__(self, key: K) -> T:
        self._values.move_to_end(key)
        return self._values[key][0]

    def __contains__(self, key: K) -> bool:
        """Tell whether `key` is remembered, too old or not."""
        return key in self._values

    def holds(self, key: K, now: float) -> bool:
        """Tell whether `key` is remembered and not too old."""
        return key in self._values and now - self._values[key][1] < self._ttl_s

    def keep(self, key: K, value: T, now: float) -> None:
        """Remember a value that was read at `now`."""
        self._values[key] = (value, now)
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a value, if it is remembered."""
        self._values.pop(key, None)
