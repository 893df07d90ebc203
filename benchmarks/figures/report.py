"""The run as a person reads it in a terminal: figures, ratios to each peer, budgets."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.figures.ratios import FIGURES
from benchmarks.figures.results import Budget, Results

ABSENT: Final = "-"


def figure(value: float | None, unit: str = "") -> str:
    """Return three significant digits with the unit, or a dash for what was not measured."""
    if value is None:
        return ABSENT
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    if isinstance(value, int) or value == int(value):
        text = f"{int(value):,}"
    return f"{text} {unit}".rstrip()


COLUMNS: Final = {
    "cold": "cold, ms",
    "warm_cpu": "warm CPU, ms",
    "constant_p50": "p50, ms",
    "constant_p95": "p95, ms",
    "p95": "spread p95, ms",
    "p99": "spread p99, ms",
    "memory": "memory, MB",
    "package": "zip, MB",
}
"""The compared figures that the tables show, with their heads; two more stand behind them."""

MORE_HEADS: Final = ("round trips", "write / read units")


def cells(results: Results, name: str) -> list[str]:
    """Return one variant's row: each figure, and behind a peer's how much of it ours is."""
    variant, row = results.variants[name], []
    for figure_name in COLUMNS:
        text = figure(FIGURES[figure_name](variant))
        ratio = results.ratios.get(figure_name, {}).get(name)
        row.append(text if ratio is None else f"{text} (x{ratio:.2f})")
    trips, units = variant.round_trips, variant.capacity.bet if variant.capacity else None
    row.append(figure(trips.bet if trips else None))
    row.append(f"{figure(units.write)} / {figure(units.read)}" if units else ABSENT)
    return row


def show(results: Results, console: Console) -> None:
    """Print the whole run."""
    table = Table(title="One bet; in brackets ours over theirs")
    table.add_column("", no_wrap=True)
    for head in (*COLUMNS.values(), *MORE_HEADS):
        table.add_column(head, justify="right")
    for name, variant in results.variants.items():
        table.add_row(variant.title, *cells(results, name))
    console.print(table)
    if results.growth:
        _show_growth(results, console)
    if results.contention:
        _show_contention(results, console)
    if local := results.local_stack:
        console.print(
            f"Local stack, {local.concurrent} connections, {local.bets:,} bets: "
            f"{figure(local.bets_per_s)} bets/s, "
            f"p50 {figure(local.p50_ms)} ms, p95 {figure(local.p95_ms)} ms"
        )
    _show_budgets(results.budgets, console)


def _show_growth(results: Results, console: Console) -> None:
    table = Table(title="A bet beside a small and a large ledger")
    for head in ("entries", "CPU, ms", "p50, ms", "round trips", "WRU", "RRU"):
        table.add_column(head, justify="right")
    grown = results.growth
    for ledger in (grown.small, grown.large) if grown else ():
        table.add_row(
            f"{ledger.entries:,}",
            figure(ledger.cpu_ms),
            figure(ledger.p50_ms),
            figure(ledger.round_trips),
            figure(ledger.write),
            figure(ledger.read),
        )
    console.print(table)


def _show_contention(results: Results, console: Console) -> None:
    table = Table(title="Bets on one wallet at once")
    for head in ("senders", "decided", "conflicts", "busy", "unclear", "seconds", "bets/s"):
        table.add_column(head, justify="right")
    for level in results.contention:
        table.add_row(
            figure(level.concurrent),
            f"{level.decided:,} of {level.bets:,}",
            figure(level.conflicts),
            figure(level.busy),
            figure(level.unclear),
            figure(level.seconds),
            figure(level.bets_per_s),
        )
    console.print(table)


def _show_budgets(budgets: Sequence[Budget], console: Console) -> None:
    table = Table(title="Budgets")
    table.add_column("")
    table.add_column("value", justify="right")
    table.add_column("at most", justify="right")
    table.add_column("")
    for budget in budgets:
        verdict = "ok" if budget.ok else "MISSED"
        table.add_row(
            budget.name,
            # One digit more than elsewhere: a budget may be missed by it.
            ABSENT if budget.value is None else f"{budget.value:.4g}",
            f"{budget.budget:g}",
            verdict,
            style="" if budget.ok else "bold red",
        )
    console.print(table)
