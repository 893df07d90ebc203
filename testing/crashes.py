"""AWS clients that die in the middle of a call, as a function does that is cut off."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any


class CrashError(Exception):
    """The process ended here; nothing after this line ran."""


@dataclass
class Crashes:
    """Decides at which call the process dies, counted over all clients of one run."""

    at: int | None = None
    """Which call, from 0; `None` for none."""
    after: bool = False
    """Whether the call is still made."""
    calls: int = 0
    happened: int = 0

    def run(self, step: Callable[[], object], at: int | None, after: bool = False) -> bool:
        """Run `step` and die at call `at`; false when it died."""
        self.at, self.after, self.calls = at, after, 0
        try:
            step()
        except CrashError:
            self.happened += 1
            return False
        finally:
            self.at = None
        return True

    def run_to_the_end(self, step: Callable[[], object], random: Random) -> None:
        """Run `step`, dying somewhere again and again, until it comes through."""
        for _ in range(4):
            if self.run(step, random.randrange(9), random.random() < 0.5):
                return
        assert self.run(step, None)

    def call(self, made: Callable[..., Any], *given: Any, **request: Any) -> Any:
        at, self.calls = self.calls, self.calls + 1
        if self.at is None or at < self.at:
            return made(*given, **request)
        if at == self.at and self.after:
            made(*given, **request)
        # Whoever catches this cannot act either: a process that died makes no further call.
        raise CrashError


@dataclass(frozen=True)
class CrashingClient:
    """A client, or a port, whose calls go through `Crashes`."""

    client: Any = field(repr=False)
    crashes: Crashes

    def __getattr__(self, name: str) -> Callable[..., Any]:
        made = getattr(self.client, name)
        return lambda *given, **request: self.crashes.call(made, *given, **request)
