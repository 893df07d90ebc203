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
from importlib import import_module
from pathlib import Path
from typing import Final

from testing.template import created_tables
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
A row is of the run that wrote it: seeds move as the world grows.

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
    """Look for many faults, each in a process of its own, in the order of their ends."""
    created_tables()  # What every process needs, and nothing of the product.
    for each in ("boto3", "botocore.auth", "urllib3", "greenlet"):
        import_module(each)
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(partial(look_for, seeds=seeds), wanted, chunksize=1)


def page_with(found: Found, page: str) -> str:
    """Return the page with a new row; those of the other faults stay."""
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines()}
    rows[found.fault] = f"| {found.fault} | {found.check} | {found.seed:,} | {found.steps} |"
    kept = [rows[each.fault] for each in every_plant() if each.fault in rows]
    short = sum(1 for row in kept if int(row.split(" | ")[-1].removesuffix(" |")) <= SHORT)
    count = f"{len(kept)} faults; {short} of them show in a history of at most {SHORT} steps."
    return "\n".join([_HEAD + kept[0], *kept[1:], "", count, ""])


def tell(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Look for the faults; return 1 when one is not found."""
    parser = argparse.ArgumentParser(prog="planted", description=__doc__)
    parser.add_argument(
        "--only", nargs="*", default=("",), help="faults whose words hold one of these"
    )
    parser.add_argument("--seeds", type=int, default=MOST_SEEDS, help="the most seeds for each")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part", type=int, nargs=2, default=(1, 1), metavar=("K", "N"))
    parser.add_argument("--write", action="store_true", help="write the rows of planted.md")
    parser.add_argument("--histories", action="store_true", help="print each history")
    given = parser.parse_args(arguments)
    part, parts = given.part
    wanted = [e for e in every_plant() if any(text in e.fault for text in given.only)][
        part - 1 :: parts
    ]
    found = []
    for each in look_for_all(wanted, given.seeds, given.processes):
        found.append(each)
        told = f"{each.check} (seed {each.seed}, {each.steps} steps)"
        tell(f"{each.fault}: {told if each.check else f'NOT FOUND {each.words}'}")
        if given.write and each.check:
            page = TABLE.read_text("utf-8") if TABLE.exists() else ""
            TABLE.write_text(page_with(each, page), "utf-8")
        if given.histories:
            tell(*(f"    {line}" for line in (*each.history, each.words)))
    missed = [each.fault for each in found if not each.check]
    tell(f"{len(found) - len(missed)} of {len(found)} found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
