"""Plays many seeds on one store, or plants faults into the log and looks for each.

python -m tests.simulation.experiment.campaign --store claims --seeds 2000 [--strangers]
python -m tests.simulation.experiment.campaign --planted
"""

import argparse
import multiprocessing
import sys
import time
import tomllib
from dataclasses import dataclass
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Final

from testing.template import PROJECT, created_tables
from tests.simulation.plants import Plant, plant

STORES: Final = ("today", "log", "claims")
MOST_SEEDS: Final = 500
_PLANTS: Final = Path(__file__).with_name("planted.toml")


class LogPlant(Plant):
    """A fault of the prototype."""

    @property
    def path(self) -> Path:
        """Return the source of the module."""
        return (PROJECT / self.module.replace(".", "/")).with_suffix(".py")


@dataclass(frozen=True)
class Found:
    """What a piece of a campaign came to: failing seeds with their checks."""

    seeds: int
    requests: int
    faults: int
    failing: tuple[tuple[int, tuple[str, ...]], ...]


def play(seeds: tuple[int, ...], store: str, strangers: bool) -> Found:
    """Play seeds one after the other."""
    from tests.simulation.experiment.world import played

    runs = [played(seed, store, strangers=strangers) for seed in seeds]
    failing = tuple((run.seed, tuple(sorted(run.checks))) for run in runs if run.violations)
    return Found(
        len(runs), sum(run.requests for run in runs), sum(run.faults for run in runs), failing
    )


def look_for(wanted: LogPlant, store: str, strangers: bool) -> str:
    """Plant a fault in this process, and play seeds until a check fails."""
    plant(wanted)
    from tests.simulation.experiment.world import played

    for seed in range(MOST_SEEDS):
        run = played(seed, store, strangers=strangers)
        if run.violations:
            return f"{wanted.fault}: {run.violations[0].check} (seed {seed})"
    return f"{wanted.fault}: NOT FOUND"


def main(arguments: list[str]) -> int:
    """Play, or plant, as the command line says; return 1 when something failed, or was missed."""
    parser = argparse.ArgumentParser(prog="campaign", description=__doc__)
    parser.add_argument("--store", choices=STORES, default="claims")
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--strangers", action="store_true", help="ids of other players come, too")
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    created_tables()
    context = multiprocessing.get_context("fork")
    began = time.monotonic()
    with context.Pool(given.processes, maxtasksperchild=1 if given.planted else None) as pool:
        if given.planted:
            plants = [
                LogPlant(**each) for each in tomllib.loads(_PLANTS.read_text("utf-8"))["plant"]
            ]
            look = partial(look_for, store=given.store, strangers=given.strangers)
            found = list(pool.imap_unordered(look, plants, chunksize=1))
            sys.stdout.write("\n".join([*found, ""]))
            return int(any("NOT FOUND" in each for each in found))
        seeds = range(given.first, given.first + given.seeds)
        pieces = list(batched(seeds, 50, strict=False))
        parts = pool.map(partial(play, store=given.store, strangers=given.strangers), pieces, 1)
    failing = [seed for part in parts for seed, _ in part.failing]
    checks: dict[str, list[int]] = {}
    for seed, broken in (each for part in parts for each in part.failing):
        for check in broken:
            checks.setdefault(check, []).append(seed)
    told = {check: (len(seeds), seeds[:3]) for check, seeds in checks.items()}
    sys.stdout.write(
        f"{given.store}{' with strangers' if given.strangers else ''}: {given.seeds} seeds from "
        f"{given.first}, {sum(part.requests for part in parts)} requests, "
        f"{sum(part.faults for part in parts)} faults, {len(failing)} seeds violate something "
        f"{told}, {time.monotonic() - began:.0f} s\n"
    )
    return int(bool(failing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
