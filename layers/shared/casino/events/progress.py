"""How far the daily proof of the wallets has come."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """The day that is under proof, or that was proven last; no day before the first run.

    Of a day under proof, the wallets up to `after` are done, in the order of their names. `trying`
    is the one that a run has begun, and `tries` how many runs have.
    """

    day: str = ""
    done: bool = True
    after: str = ""
    trying: str = ""
    tries: int = 0
    wallets: int = 0
    """How many wallets were proven of the day."""
    faulty: int = 0
    """How many of them have faults, or could not be proven."""
    objects: int = 0
    """How many objects the archive had of the day when its proof began."""
    version: int = 0


class ProgressStore(Protocol):
    """Where the progress is kept."""

    def load(self) -> Progress:
        """Return what was kept last; raises `UnavailableError`."""

    def save(self, progress: Progress) -> Progress | None:
        """Keep it in place of its version, and return it with the next one.

        `None` says that somebody else was faster. Raises `RetryableError`.
        """
