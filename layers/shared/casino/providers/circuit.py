"""A circuit for each provider: a provider that keeps failing gets no calls for a while.

The circuit counts failed tries in a row. While it is open, calls fail at once; in each `open_s` one
call may try, and its outcome closes the circuit or keeps it open. Each execution environment has a
circuit of its own, so no call waits for a shared state.
"""

import threading
from dataclasses import dataclass

from casino.base.clock import Clock
from casino.providers.ports import ProviderObserver


@dataclass(slots=True)
class _State:
    failures: int = 0
    opened_at: float | None = None


class Circuits:
    """The state of every provider's circuit; safe to use from several threads."""

    def __init__(
        self, clock: Clock, observer: ProviderObserver, threshold: int = 5, open_s: float = 30.0
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._threshold = threshold
        self._open_s = open_s
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def admits(self, integration: str) -> bool:
        """Tell whether a try may be made now."""
        with self._lock:
            state = self._states.setdefault(integration, _State())
            if state.opened_at is None:
                return True
            now = self._clock.monotonic()
            if now - state.opened_at < self._open_s:
                return False
            state.opened_at = now
            return True

    def succeeded(self, integration: str) -> None:
        """Take note of an answer: the provider is there."""
        with self._lock:
            was_open = self._states.pop(integration, _State()).opened_at is not None
        if was_open:
            self._observer.circuit_closed(integration)

    def failed(self, integration: str) -> None:
        """Take note of a failed try."""
        with self._lock:
            state = self._states.setdefault(integration, _State())
            state.failures += 1
            if state.failures < self._threshold:
                return
            was_open = state.opened_at is not None
            state.opened_at = self._clock.monotonic()
        if not was_open:
            self._observer.circuit_opened(integration, self._open_s)
