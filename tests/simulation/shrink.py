"""Makes the history of a failing seed short: everything is calm that need not be otherwise.

Delta debugging over what the seed decided: ever smaller parts of it are taken back to calm, as long
as the same check still fails.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.run import Run, simulate

type Play = Callable[[int, frozenset[str], Mapping[str, Any]], Run]

#: The most histories that are tried.
MOST_TRIES: Final = 600


def shrink(run: Run, check: str, play: Play = simulate) -> Run:
    """Return a short run of the same seed in which the same check fails."""
    calm, tries, size = frozenset[str](), 0, len(run.drawn)
    while size and tries < MOST_TRIES:
        places, found = list(run.drawn), False
        for start in range(0, len(places), size):
            taken_back = calm | {*places[start : start + size]}
            shorter = play(run.seed, taken_back, {})
            tries += 1
            if check in shorter.checks and _length(shorter) < _length(run):
                run, calm, found = shorter, taken_back, True
        size = min(size, len(run.drawn)) if found else size // 2
    return run


def _length(run: Run) -> tuple[int, int]:
    return run.steps, len(run.drawn)


def told(run: Run) -> str:
    """Return a history in words, with what it violates."""
    lines = [f"seed {run.seed}, {run.steps} steps", *run.history]
    return "\n".join([*lines, *(f"VIOLATED {each.check}: {each.words}" for each in run.violations)])
