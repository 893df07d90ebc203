"""Plays many seeds on two processes: `make simulate SEEDS=100000`, or one of them: `SEED=17`.

The same seeds give the same histories, on however many processes. A seed that violates something
is printed with its shortest history, and the campaign fails.
"""

import argparse
import hashlib
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from multiprocessing import get_context
from typing import Final

from tests.simulation.run import Run, simulate
from tests.simulation.shrink import shrink, told

PIECE: Final = 100
PROCESSES: Final = 2
#: How many of the seeds that violate something are shrunk.
SHRUNK: Final = 5


@dataclass
class Played:
    """What a number of seeds came to; `digest` stands for all their histories, word for word."""

    seeds: int = 0
    requests: int = 0
    faults: int = 0
    digest: str = ""
    failing: tuple[int, ...] = ()

    def add(self, other: "Played") -> None:
        """Take in the seeds that come next."""
        self.seeds += other.seeds
        self.requests += other.requests
        self.faults += other.faults
        self.digest = digest_of([self.digest, other.digest])
        self.failing += other.failing


def digest_of(words: Iterator[str] | list[str]) -> str:
    """Return a digest of lines."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def play(seeds: tuple[int, ...]) -> Played:
    """Play seeds one after the other."""
    runs = [simulate(seed) for seed in seeds]
    return Played(
        len(runs),
        sum(run.requests for run in runs),
        sum(run.faults for run in runs),
        digest_of([line for run in runs for line in run.history]),
        tuple(run.seed for run in runs if run.violations),
    )


def main() -> int:
    """Play what the command line says; return 1 when something was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no more then")
    parser.add_argument("--seed", type=int, help="tell the history of this one")
    given = parser.parse_args()
    if given.seed is not None:
        return _tell(simulate(given.seed))
    started, all_played, ahead = time.monotonic(), Played(), deque[Future[Played]]()
    pieces = batched(range(given.first, given.first + given.seeds), PIECE, strict=False)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for piece in pieces:
            if time.monotonic() - started > 60 * given.minutes:
                break
            ahead.append(pool.submit(play, piece))
            if len(ahead) > 2 * PROCESSES:
                all_played.add(ahead.popleft().result())
        for played in ahead:
            all_played.add(played.result())
    _say(summary(all_played, time.monotonic() - started))
    for seed in all_played.failing[:SHRUNK]:
        _tell(simulate(seed))
    return 1 if all_played.failing else 0


def summary(played: Played, spent_s: float) -> str:
    """Return the line that docs/simulation.md keeps of a campaign."""
    found = len(played.failing)
    return (
        f"| {datetime.now(UTC):%Y-%m-%d} | {_commit()} | {played.seeds:,} | {played.requests:,} "
        f"| {played.faults:,} | {played.seeds / spent_s:.0f} | {found} | `{played.digest}` |"
    )


def _tell(run: Run) -> int:
    """Print a history, the shortest one of a seed that violates something."""
    if not run.violations:
        _say(told(run))
        return 0
    _say(told(shrink(run, run.violations[0].check)))
    _say(f"make simulate SEED={run.seed}")
    return 1


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
