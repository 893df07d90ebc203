"""Makes the history of a failing seed short: it takes away what the failure does not need.

Whatever the seed decided other than calmly is taken back to calm, and rounds are left out, as long
as the same check still fails.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.run import MOST_ROUNDS, Run, simulate

type Play = Callable[[int, frozenset[str], Mapping[str, Any]], Run]

#: The most histories that are tried.
MOST_TRIES: Final = 400


class Shrinking:
    """The shortest run so far in which the check fails, and how it is made."""

    def __init__(self, run: Run, check: str, play: Play = simulate) -> None:
        self.run = run
        self._check, self._play = check, play
        self._calm: frozenset[str] = frozenset()
        self._forced: dict[str, Any] = {}
        self._tries = 0

    def shrink(self) -> Run:
        """Return the shortest run that was found."""
        before = None
        while before != (self._calm, self._forced):
            before = (self._calm, dict(self._forced))
            for number in range(1, MOST_ROUNDS + 1):
                self._take(self._calm, self._forced | {f"round {number}": False})
            self._calm_down()
        return self.run

    def _calm_down(self) -> None:
        """Take back what the seed decided, in ever smaller parts."""
        size = len(self.run.drawn)
        while size:
            places = self._open_places()
            for start in range(0, len(places), size):
                self._take(self._calm | {*places[start : start + size]}, self._forced)
            size //= 2

    def _open_places(self) -> list[str]:
        return [place for place in self.run.drawn if place not in self._forced]

    def _take(self, calm: frozenset[str], forced: dict[str, Any]) -> None:
        """Play another run, and take it if the check fails in it, too, and it is no longer."""
        if self._tries >= MOST_TRIES:
            return
        self._tries += 1
        run = self._play(self.run.seed, calm, forced)
        fails = any(each.check == self._check for each in run.violations)
        if fails and len(run.history) <= len(self.run.history):
            self.run, self._calm, self._forced = run, calm, forced


def shrink(run: Run, check: str, play: Play = simulate) -> Run:
    """Return a short run of the same seed in which the same check fails."""
    return Shrinking(run, check, play).shrink()
