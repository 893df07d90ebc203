"""The README's section on the benchmark, made from `results/latest.json`.

It stands between two markers; the rest of the README is written by hand and left alone.
"""

from pathlib import Path
from typing import Final

from benchmarks.figures.markdown import table
from benchmarks.figures.report import COLUMNS, MORE_HEADS, cells
from benchmarks.figures.results import LATEST, OURS, Results, read

README: Final = Path(__file__).resolve().parents[2] / "README.md"
BEGIN: Final = "<!-- benchmark:begin -->"
END: Final = "<!-- benchmark:end -->"

_SECTION: Final = """\
## How fast it is

One bet, in brackets how much of the peer's figure ours is; {python}, {cpus} processors, \
{architecture}, {taken_on}:

{table}

{budgets}

![Cold start of each variant](benchmarks/results/cold.svg)

Cold is a fresh environment and its first bet over TLS. The built packages run in AWS's Runtime
Interface Emulator, in turns, against stand-ins for the services: without delay for CPU; for p50 and
p95 with the delays that the budgets assume ({delays}); and with
those spread as on AWS, where the tail of the one transaction that all make is most of p95 and p99.
Only ratios of one run are worth comparing, and `make bench` makes a run.
More: [the results](benchmarks/results/latest.json), with plots of
[CPU](benchmarks/results/warm-cpu.svg), [latency](benchmarks/results/latency.svg) and
[one busy wallet](benchmarks/results/contention.svg); [the benchmark](benchmarks/) and its
[peers](benchmarks/peers/); [cost and limits](docs/capacity.md)."""


def section(run: Results) -> str:
    """Return the section, without the markers."""
    rows = [
        [f"**{variant.title}**" if name == OURS else variant.title, *cells(run, name)]
        for name, variant in run.variants.items()
    ]
    return _SECTION.format(
        python=f"Python {run.machine.python}",
        cpus=run.machine.cpus,
        architecture=run.machine.architecture,
        taken_on=run.taken_at.split("T")[0],
        delays=_delays(run),
        table=table(["", *COLUMNS.values(), *MORE_HEADS], rows),
        budgets=_budgets(run),
    )


def with_section(text: str, run: Results) -> str:
    """Return a README with its section replaced; raises `ValueError` without both markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README needs {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section(run)}\n{END}{after}"


def readme(path: Path = README, latest: Path = LATEST) -> str:
    """Return the README as it has to be."""
    return with_section(path.read_text(encoding="utf-8"), read(latest))


def _delays(run: Results) -> str:
    """Name the two calls of a bet with their delays."""
    named = {"batch read": "BatchGetItem", "transaction": "TransactWriteItems"}
    return ", ".join(f"{name} {run.delays_ms[call]:g} ms" for name, call in named.items())


def _budgets(run: Results) -> str:
    missed = [budget.name for budget in run.budgets if not budget.ok]
    lines = [f"{len(run.budgets) - len(missed)} of {len(run.budgets)} budgets are kept."]
    if missed:
        lines.append(f"Missed: {'; '.join(missed)}.")
    if run.growth is not None and run.growth.ratios.cpu is not None:
        few, many = run.growth.small.entries, run.growth.large.entries
        lines.append(f"CPU with {many:,} entries in the ledger: {run.growth.ratios.cpu:.2f} times")
        lines.append(f"that with {few:,}.")
    return "\n".join(lines)
