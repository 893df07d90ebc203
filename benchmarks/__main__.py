"""`python -m benchmarks [--quick]`: measure everything in one run, print it, keep a full one.

A full run writes `results/latest.json`, the plots and the documents that are made from it, and
returns 1 when a budget is missed. A quick one writes nothing, and fails only when it cannot run or
when a variant does not do its job. `make bench` and `make bench-quick` bring what is needed.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks.aws.delays import MEDIANS_MS
from benchmarks.figures import report, results
from benchmarks.figures.budgets import judged
from benchmarks.figures.results import OURS
from benchmarks.functions import variants as compared
from benchmarks.measures import (
    contention,
    correctness,
    growth,
    items,
    local_stack,
    log_lines,
    speed,
)
from sandbox import docs

PROJECT: Final = Path(__file__).resolve().parent.parent
PLOTTER: Final = PROJECT / ".tools" / "bench" / "bin" / "python"
WIDTH: Final = 200
"""Columns where the output is no terminal: a table that is wrapped cannot be read."""

_LIBRARIES: Final = ("aws-lambda-powertools", "boto3", "botocore", "msgspec", "pydantic")


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the raw figures of a run, in the shape of `results/latest.json`.

    Raises what the parts raise when a variant does not do its job.
    """
    variants = _timed("build the variants", compared.build)
    checked = _timed("correctness", lambda: correctness.check(variants))
    timed = _timed("speed", lambda: speed.measure(variants, speed.QUICK if quick else speed.FULL))
    logged = _timed("log lines", lambda: log_lines.measure(variants))
    ours = checked[OURS]
    return {
        "schema": results.SCHEMA,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "python": platform.python_version(),
            "cpus": os.cpu_count() or 1,
            "architecture": platform.machine(),
        },
        "versions": {name: version(name) for name in _LIBRARIES},
        "delays_ms": dict(MEDIANS_MS),
        "variants": {
            name: {**timed[name], **checked[name], "log_bytes": logged[name]} for name in timed
        },
        "wallet": {
            "round_trips": ours["round_trips"],
            "capacity": ours["capacity"],
            "item_bytes": items.item_bytes(),
        },
        "growth": _timed("growth", lambda: growth.measure(growth.QUICK if quick else growth.FULL)),
        "contention": _timed(
            "contention", lambda: contention.measure(contention.QUICK if quick else contention.FULL)
        ),
        "local_stack": _timed(
            "local stack",
            lambda: local_stack.measure(local_stack.QUICK if quick else local_stack.FULL),
        ),
    }


def keep(run: dict[str, Any]) -> None:
    """Write a run, and everything that is made from the latest one."""
    results.write(run)
    subprocess.run([PLOTTER, "-m", "benchmarks.figures.plots"], cwd=PROJECT, check=True)
    docs.main()


def main() -> int:
    """Measure, print, keep a full run, and return 1 when it misses a budget."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few samples; writes nothing")
    quick = parser.parse_args().quick
    run = judged(measure(quick=quick), complete=not quick)
    found = results.parse(run)
    report.show(found, Console(width=None if sys.stdout.isatty() else WIDTH))
    if quick:
        return 0
    keep(run)
    return int(not all(budget.ok for budget in found.budgets))


def _timed[T](what: str, part: Callable[[], T]) -> T:
    """Do one part, and say how long it took: a run is long enough to wonder."""
    started = time.perf_counter()
    done = part()
    print(f"{what}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
