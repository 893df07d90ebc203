"""A run as people read it: the whole on one page, four columns of it in the README.

`make bench` prints the page, and a full run keeps it as `results/README.md`. The README's section
stands between two markers; the rest of the README is written by hand and left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from benchmarks.figures.budgets import FIGURES
from benchmarks.figures.results import FOLDER, OURS, PROJECT, Run, figure, read

README: Final = PROJECT / "README.md"
PAGE: Final = FOLDER / "README.md"
BEGIN: Final = "<!-- benchmark:begin -->"
END: Final = "<!-- benchmark:end -->"

_SHORT: Final = ("cold", "warm_cpu", "constant_p50")
"""The figures that the README shows."""

_MORE: Final = (
    (
        "dialects",
        "A fresh environment and the first bet, by counterpart; the ratio is to iGSP's",
        "of init_ms first_bet_ms total_ms ratio",
    ),
    (
        "growth",
        "A small and a large ledger: a bet beside each, and a replay",
        "of cpu_ms p50_ms control_p50_ms round_trips write read",
    ),
    (
        "contention",
        "One wallet, many bets, each sent until it is decided ([plot](contention.svg))",
        "concurrent bets decided conflicts busy unclear seconds bets_per_s",
    ),
    (
        "burst",
        "One wallet, distinct bets at once, each sent once",
        "concurrent bets decided conflicts busy unclear p50_ms p95_ms",
    ),
    (
        "local_stack",
        "The whole local stack, one wallet for each connection",
        "concurrent bets refused bets_per_s p50_ms p95_ms",
    ),
)
"""What else a run holds: its name, a title, and the names of its figures."""

_SECTION: Final = """\
## How fast it is

One bet. In brackets: our figure divided by theirs, so below 1 the wallet needs less. {taken}.

{table}

{budgets}

![Cold start of each variant](benchmarks/results/cold.svg)

Cold is a fresh environment and its first bet over TLS. The built packages run in AWS's Runtime
Interface Emulator, in turns, against stand-ins for the services: without delay for CPU, for p50
with the delays that the budgets assume ({delays}). Only ratios of one
run are worth comparing, and `make bench` makes a run. More: [all figures of the
run](benchmarks/results/README.md), [the benchmark](benchmarks/) and its
[peers](benchmarks/peers/), [cost and limits](docs/capacity.md)."""

_PAGE: Final = """\
# The latest run

`make bench` writes this page; do not edit. {taken}.

## One bet

In brackets: our figure divided by theirs. p50 and p95 are measured with the delays that the budgets
assume ({delays}), "spread" with delays as wide as AWS's.

{parts}
"""


def number(value: float | str | None) -> str:
    """Return three significant digits, a dash for what was not measured, or words as they are."""
    if value is None or isinstance(value, str):
        return value or "-"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column holds words, the others numbers at the right."""
    lines = [head, *rows]
    first, *others = (max(map(len, column)) for column in zip(*lines, strict=True))
    rule = ["-" * first, *("-" * (width - 1) + ":" for width in others)]
    filled = [[line[0].ljust(first), *map(str.rjust, line[1:], others)] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in (filled[0], rule, *filled[1:]))


def section(run: Run) -> str:
    """Return the README's section, without the markers."""
    rows = [_compared(run, name, _SHORT) for name in run["variants"]]
    told = table(["variant", *(FIGURES[name][0] for name in _SHORT)], rows)
    return _SECTION.format(**_told(run), table=told, budgets=_summary(run))


def with_section(text: str, run: Run) -> str:
    """Return a README with its section replaced; raises `ValueError` without both markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README needs {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section(run)}\n{END}{after}"


def readme() -> str:
    """Return the README as it has to be after the latest run."""
    return with_section(README.read_text(encoding="utf-8"), read())


def latest() -> str:
    """Return `results/README.md` as it has to be after the latest run."""
    return page(read())


def page(run: Run) -> str:
    """Return everything that the run found, with the parts that failed."""
    return _PAGE.format(**_told(run), parts="\n\n".join(_parts(run)))


def _parts(run: Run) -> Iterator[str]:
    if variants := run.get("variants"):
        rows = []
        for name, variant in variants.items():
            units = (number(figure(variant, f"capacity/bet/{each}")) for each in ("write", "read"))
            trips = number(figure(variant, "round_trips/bet"))
            rows.append([*_compared(run, name, FIGURES), trips, " / ".join(units)])
        heads = [head for head, _ in FIGURES.values()]
        yield table(["variant", *heads, "round trips", "write / read units"], rows)
        yield "Plots: [cold start](cold.svg), [CPU](warm-cpu.svg), [latency](latency.svg)."
    for name, title, keys in _MORE:
        if found := run.get(name):
            yield f"## {title}\n\n{_listed(name, found, keys.split())}"
    rows = [
        # One digit more than elsewhere: a budget may be missed by it.
        [each["name"], "-" if each["value"] is None else f"{each['value']:.4g}",
         f"{each['budget']:g}", "ok" if each["ok"] else "MISSED"]
        for each in run["budgets"]
    ]  # fmt: skip
    yield f"## Budgets\n\n{table(['', 'value', 'at most', ''], rows)}"
    if failed := run.get("failed"):
        yield "\n".join(["## FAILED", "", *(f"- {name}: {why}" for name, why in failed.items())])


def _listed(name: str, found: Any, keys: Sequence[str]) -> str:
    """Return a part of the run as a table: a row for each ledger, level, burst or stack."""
    rows = found if isinstance(found, list) else [found]
    if name == "growth":
        sides = [(side, f"{side['entries']:,}") for side in (found["small"], found["large"])]
        rows = [{**side, "of": f"bet, {entries}"} for side, entries in sides]
        rows += [{**side["replay"], "of": f"replay, {entries}"} for side, entries in sides]
    if name == "dialects":
        rows = [{**figures, "of": each} for each, figures in found.items()]
    heads = [key.replace("_per_", "/").replace("_", " ") for key in keys]
    return table(heads, [[number(row.get(key)) for key in keys] for row in rows])


def _compared(run: Run, name: str, columns: Iterable[str]) -> list[str]:
    """Return a variant's row: each figure, and behind a peer's our figure divided by it."""
    variant = run["variants"][name]
    row = [f"**{variant['title']}**" if name == OURS else variant["title"]]
    for column in columns:
        value = figure(variant, FIGURES[column][1])
        text = number(value / 1e6 if value and column == "package" else value)
        ratio = figure(run, f"ratios/{column}/{name}")
        row.append(text if ratio is None else f"{text} ({ratio:.2f})")
    return row


def _summary(run: Run) -> str:
    missed = [budget["name"] for budget in run["budgets"] if not budget["ok"]]
    lines = [f"{len(run['budgets']) - len(missed)} of {len(run['budgets'])} budgets are kept."]
    lines += [f"Missed: {'; '.join(missed)}."] * bool(missed)
    if cpu := figure(run, "growth/ratios/cpu"):
        large, small = (f"{run['growth'][size]['entries']:,}" for size in ("large", "small"))
        lines.append(
            f"With {large} entries in the ledger, CPU is {cpu:.2f} times that with {small}."
        )
    return "\n".join(lines)


def _told(run: Run) -> dict[str, str]:
    """Say where and when the run was made, and the delays of the two calls of a bet."""
    where, day, delays = run["machine"], run["taken_at"].split("T")[0], run["delays_ms"]
    return {
        "taken": f"Python {where['python']}, {where['cpus']} processors, "
        f"{where['architecture']}, {day}",
        "delays": f"batch read {delays['BatchGetItem']:g} ms, "
        f"transaction {delays['TransactWriteItems']:g} ms",
    }
