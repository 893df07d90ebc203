"""Plants every fault in turn, and lets the simulation look for it: `make planted`.

Each fault has a process of its own. What found it, at which seed, and how long the shortest history
is that shows it, go into planted.md; a fault that is not found is an error.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from testing.template import load_template
from tests.simulation.plants import Plant, every_plant, plant

TABLE: Final = Path(__file__).with_name("planted.md")
MOST_SEEDS: Final = 500
SHORT: Final = 12
"""A history of at most so many steps is a short one: half of the faults have one."""
_HEAD: Final = """\
# Planted faults, and what found them

`make planted` writes this page: it plants each fault of [planted.toml](planted.toml) alone, and
plays seeds from 0 on until a check fails. *Steps* counts what is done to the wallet in the shortest
history in which the same check still fails.

| fault | check | seed | steps |
|---|---|---:|---:|
"""


@dataclass(frozen=True)
class Found:
    """What found a fault; without a check, nothing did."""

    fault: str
    check: str = ""
    words: str = ""
    seed: int = 0
    steps: int = 0
    history: tuple[str, ...] = ()


def look_for(wanted: Plant, seeds: int) -> Found:
    """Plant a fault in this process, and play seeds until a check fails; then shrink."""
    plant(wanted)
    from tests.simulation.run import simulate
    from tests.simulation.shrink import shrink

    try:
        for seed in range(seeds):
            run = simulate(seed)
            if run.violations:
                check = run.violations[0].check
                run = shrink(run, check)
                words = next(each.words for each in run.violations if each.check == check)
                return Found(wanted.fault, check, words, seed, run.steps, run.history)
    except Exception as error:  # noqa: BLE001 - of the simulation itself: it found nothing then
        return Found(wanted.fault, words=repr(error))
    return Found(wanted.fault)


def look_for_all(wanted: list[Plant], seeds: int, processes: int) -> Iterator[Found]:
    """Look for many faults, each in a process of its own, in order."""
    load_template()  # Every process needs it, and it holds nothing of the product.
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(partial(look_for, seeds=seeds), wanted, chunksize=1)


def table(found: list[Found]) -> str:
    """Return the page."""
    rows = [f"| {each.fault} | {each.check} | {each.seed:,} | {each.steps} |\n" for each in found]
    short = sum(1 for each in found if each.steps <= SHORT)
    return (
        f"{_HEAD}{''.join(rows)}\n{len(found)} faults; {short} of them show in a history of at most"
        f" {SHORT} steps.\n"
    )


def tell(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Look for the faults; return 1 when one is not found."""
    parser = argparse.ArgumentParser(prog="planted", description=__doc__)
    parser.add_argument("--only", default="", help="the faults whose words hold this text")
    parser.add_argument("--seeds", type=int, default=MOST_SEEDS, help="the most seeds for each")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="write planted.md")
    parser.add_argument("--histories", action="store_true", help="print each history")
    given = parser.parse_args(arguments)
    wanted = [each for each in every_plant() if given.only in each.fault]
    found = []
    for each in look_for_all(wanted, given.seeds, given.processes):
        found.append(each)
        told = f"{each.check} (seed {each.seed}, {each.steps} steps)"
        tell(f"{each.fault}: {told if each.check else f'NOT FOUND {each.words}'}")
        if given.histories:
            tell(*(f"    {line}" for line in (*each.history, each.words)))
    missed = [each.fault for each in found if not each.check]
    if given.write and not missed:
        TABLE.write_text(table(found), "utf-8")
    tell(f"{len(found) - len(missed)} of {len(found)} found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
