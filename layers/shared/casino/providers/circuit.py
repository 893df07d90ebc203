"""A circuit for each provider: a provider that keeps failing gets no calls for a while.

The circuit counts failed tries in a row. A try is noted as it begins: one that never ends, because
something killed it, counts as failed when its thread begins the next. While the circuit is open,
calls fail at once; in each `open_s` one call may try, and its outcome closes the circuit or keeps
it open. Each execution environment has a circuit of its own, so no call waits for a shared state.
"""

import threading
from dataclasses import dataclass, field

from casino.base.clock import Clock
from casino.providers.ports import ProviderObserver


@dataclass(slots=True)
class _State:
    failures: int = 0
    opened_at: float | None = None
    begun: set[int] = field(default_factory=set)
    """The threads whose try is under way, or was killed."""


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
        """Tell whether a try may be made now, which then begins: say how it ended."""
        with self._lock:
            killed = threading.get_ident() in self._state(integration).begun
        if killed:
            self.failed(integration)
        with self._lock:
            state = self._state(integration)
            if state.opened_at is not None:
                now = self._clock.monotonic()
                if now - state.opened_at < self._open_s:
                    return False
                state.opened_at = now
            state.begun.add(threading.get_ident())
            return True

    def undecided(self, integration: str) -> None:
        """Take note that a try is over which says nothing about the provider being there."""
        with self._lock:
            self._state(integration).begun.discard(threading.get_ident())

    def succeeded(self, integration: str) -> None:
        """Take note of an answer: the provider is there."""
        with self._lock:
            was_open = self._states.pop(integration, _State()).opened_at is not None
        if was_open:
            self._observer.circuit_closed(integration)

    def failed(self, integration: str) -> None:
        """Take note of a failed try."""
        with self._lock:
            state = self._state(integration)
            state.begun.discard(threading.get_ident())
            state.failures += 1
            if state.failures < self._threshold:
                return
            was_open = state.opened_at is not None
            state.opened_at = self._clock.monotonic()
        if not was_open:
            self._observer.circuit_opened(integration, self._open_s)

    def _state(self, integration: str) -> _State:
        return self._states.setdefault(integration, _State())
