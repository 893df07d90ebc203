"""Makes the history of a failing seed short: everything is calm that need not be otherwise.

Delta debugging over what the seed decided: ever smaller parts of it are taken back to calm, as long
as the same check still fails.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.run import Run, simulate

type Play = Callable[[int, frozenset[str], Mapping[str, Any]], Run]

#: The most histories that are tried.
MOST_TRIES: Final = 300
#: How the places end that decide most: whether a round is played at all, and how hostile a seed is.
_COARSE: Final = ("is played", "acts", "storm")


def shrink(run: Run, check: str, play: Play = simulate) -> Run:
    """Return a short run of the same seed in which the same check fails."""
    shrinking = _Shrinking(run, check, play)
    for place in run.drawn:
        if place.endswith(_COARSE):
            shrinking.take_back([place])
    size = len(shrinking.run.drawn)
    while size and shrinking.tries < MOST_TRIES:
        places, found = list(shrinking.run.drawn), False
        for start in range(0, len(places), size):
            found |= shrinking.take_back(places[start : start + size])
        size = min(size, len(shrinking.run.drawn)) if found else size // 2
    return shrinking.run


class _Shrinking:
    """The shortest run so far, and where it is calm."""

    def __init__(self, run: Run, check: str, play: Play) -> None:
        self.run, self.tries = run, 0
        self._check, self._play = check, play
        self._calm = frozenset[str]()

    def take_back(self, places: list[str]) -> bool:
        """Play it with these places calm, and take that if it is shorter and still fails."""
        self.tries += 1
        calm = self._calm | {*places}
        shorter = self._play(self.run.seed, calm, {})
        if self._check not in shorter.checks or _length(shorter) >= _length(self.run):
            return False
        self.run, self._calm = shorter, calm
        return True


def _length(run: Run) -> tuple[int, int]:
    return run.steps, len(run.drawn)


def told(run: Run) -> str:
    """Return a history in words, with what it violates."""
    lines = [f"seed {run.seed}, {run.steps} steps", *run.history]
    return "\n".join([*lines, *(f"VIOLATED {each.check}: {each.words}" for each in run.violations)])
