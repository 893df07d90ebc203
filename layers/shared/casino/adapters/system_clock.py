"""The machine's clocks behind the `Clock` port."""

import time


class SystemClock:
    """Wall clock, monotonic clock and sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds of the monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
