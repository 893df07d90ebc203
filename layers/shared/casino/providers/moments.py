"""When calls are signed: no two calls of a process with one key share a timestamp.

A family may sign neither method nor path, so that of two calls in one second the headers of either
fit the other, and a counterpart that refuses repeated signatures would refuse the second.
"""

import threading
from typing import Final

#: How far ahead of the clock a whole second may lie: iGSP takes 300 s, and clocks differ.
AHEAD_S: Final = 60


class Moments:
    """Hands out moments, each once for a key; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._second: dict[str, int] = {}
        self._millisecond: dict[str, int] = {}

    def next(self, api_key: str, now: float) -> float:
        """Return the next whole second that is free, in seconds since the epoch.

        Where that lies too far ahead, the next free millisecond. Every timestamp in whole seconds
        reads as in the standard's examples, which is safest.
        """
        with self._lock:
            second = max(int(now), self._second.get(api_key, 0) + 1)
            if second - now <= AHEAD_S:
                self._second[api_key] = second
                return float(second)
            last = self._millisecond.get(api_key, 0)
            millisecond = max(int(now * 1000), last + 1)
            if millisecond % 1000 == 0:
                millisecond += 1  # that is a whole second
            self._millisecond[api_key] = millisecond
            return millisecond / 1000
