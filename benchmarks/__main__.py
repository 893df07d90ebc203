"""`python -m benchmarks [--quick]`: measure everything in one run, print it, keep a full one.

A part that fails takes no other with it: what is finished is printed and judged, and stands in
`.local/benchmark.json` from the moment that it is there. A full run without a failure also writes
`results/` and the documents that are made from it; a quick one does not. The exit code is 1 when a
part failed, or when a full run misses a budget. `make bench` and `make bench-quick` bring what is
needed.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.aws.delays import MEDIANS_MS
from benchmarks.figures import page, results
from benchmarks.figures.budgets import judged
from benchmarks.figures.results import PROJECT, Run
from benchmarks.functions import variants as compared
from benchmarks.measures import contention, correctness, growth, local_stack, speed
from sandbox import docs

PLOTTER: Final = PROJECT / ".tools" / "bench" / "bin" / "python"
UNFINISHED: Final = PROJECT / ".local" / "benchmark.json"

_LIBRARIES: Final = ("aws-lambda-powertools", "boto3", "botocore", "msgspec", "pydantic")

type Part = Callable[[], Run]
"""Measures, and returns what is to be merged into the run."""


def parts(*, quick: bool) -> Iterator[tuple[str, Part]]:
    """Yield each part of a run by its name; the variants are built on the way to the first."""
    built = compared.build()

    yield "packages", lambda: {"variants": {each.name: each.told() for each in built}}
    yield "correctness", lambda: correctness.check(built)
    # How much is measured stands here: of a quick run, then of a full one.
    cold, warm, latency = ((5, 20), (3, 100), (1, 30)) if quick else ((15, 100), (9, 120), (4, 40))
    yield "cold", lambda: {"variants": speed.cold(built, *cold)}
    yield "dialects", lambda: {"dialects": speed.dialects(compared.dialects(), cold[0])}
    yield "warm", lambda: {"variants": speed.warm(built, *warm)}
    yield "latency", lambda: {"variants": speed.latency(built, *latency)}
    ledgers = (1_000, 20_000, 5, 50) if quick else (1_000, 1_000_000, 20, 100)
    yield "growth", lambda: {"growth": growth.measure(*ledgers)}
    few, many = ((1, 8, 16), 48, 3, (16,), 2), ((1, 2, 4, 8, 16, 32, 64), 256, 4, (40, 64), 5)
    yield "contention", lambda: contention.measure(*(few if quick else many))
    bets = 240 if quick else 800
    yield "local stack", lambda: {"local_stack": local_stack.measure(8, bets)}


def measure(found: Iterator[tuple[str, Part]], unfinished: Path = UNFINISHED) -> Run:
    """Return the figures of every part that succeeds, and under `failed` why another did not."""
    where = {"cpus": os.cpu_count() or 1, "architecture": platform.machine()}
    run: Run = {
        "schema": results.SCHEMA,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"python": platform.python_version(), **where},
        "versions": {name: version(name) for name in _LIBRARIES},
        "delays_ms": dict(MEDIANS_MS),
    }
    for name, part in found:
        started = time.perf_counter()
        try:
            _merge(run, part())
        except Exception as error:  # noqa: BLE001 - it is shown, and the other parts go on
            traceback.print_exc()
            run.setdefault("failed", {})[name] = f"{type(error).__name__}: {error}".splitlines()[0]
        results.write(run, unfinished)
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return run


def keep(run: Run) -> None:
    """Write a full run, and everything that is made from the latest one."""
    results.write(run)
    subprocess.run([PLOTTER, "-m", "benchmarks.figures.plots"], cwd=PROJECT, check=True)
    docs.main()


def finish(measured: Run, *, quick: bool) -> int:
    """Judge, print and keep a run; return 1 when a part failed or a full run misses a budget."""
    run = judged(measured, complete=not quick)
    print(page.page(run))
    failed = "failed" in run
    if not quick and not failed:
        keep(run)
    return int(failed or (not quick and not all(budget["ok"] for budget in run["budgets"])))


def _merge(run: Run, more: Run) -> None:
    """Add to a run; what it knows of a variant is added to."""
    for name, figures in more.pop("variants", {}).items():
        run.setdefault("variants", {}).setdefault(name, {}).update(figures)
    run.update(more)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--quick", action="store_true", help="few samples; keeps nothing")
    parser.add_argument("--only", metavar="PART", help="measure it anew, into the latest full run")
    options = parser.parse_args()
    found = parts(quick=options.quick)
    if options.only is None:
        return finish(measure(found), quick=options.quick)
    run, part = results.read(), dict(found)[options.only]
    _merge(run, part())
    return finish(run, quick=options.quick)


if __name__ == "__main__":
    sys.exit(main())
