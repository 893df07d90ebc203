"""The plots of a run, as SVG: cold start, warm CPU, latency, one wallet under contention.

matplotlib lives in an environment of its own, `.tools/bench`, so this is a process of its own:

    .tools/bench/bin/python -m benchmarks.figures.plots

The same results give the same bytes. Each file names the digest of the results it was drawn from,
by which a test sees that it is not an old one.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot

from benchmarks.figures.budgets import FIGURES
from benchmarks.figures.results import FOLDER, OURS, Run, digest, figure, needed, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES: Final = (("#0b6e4f", "#8d99ae"), ("#5fb49c", "#c3cad6"), ("#bfe0d5", "#e3e7ee"))
"""Of our bars and of theirs, from dark to light."""

_SETTINGS: Final[dict[str, Any]] = {
    "svg.hashsalt": "seamless-wallet",
    "svg.fonttype": "none",  # text stays text: small, and searchable
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(run: Run, of: str, folder: Path = FOLDER) -> None:
    """Draw every plot of a run with the digest `of`."""
    pyplot.switch_backend("svg")
    with pyplot.rc_context(_SETTINGS):
        for name, plot in PLOTS.items():
            canvas, axes = pyplot.subplots(figsize=(7, 3.4))
            plot(run, axes)
            canvas.tight_layout()
            told = {"Date": None, "Creator": None, "Description": of}
            canvas.savefig(folder / f"{name}.svg", metadata=told)
            pyplot.close(canvas)


def _stacked(title: str, name: str, parts: Sequence[str], run: Run, axes: "Axes") -> None:
    """Draw a bar for each variant that is made of `parts`, with the whole as its label."""
    titles, left = _titles(run), [0.0] * len(run["variants"])
    for part, shades in zip(parts, _SHADES, strict=False):
        values = [needed(each, part) for each in run["variants"].values()]
        bars = axes.barh(titles, values, left=left, color=_colours(run, shades))
        left = [start + value for start, value in zip(left, values, strict=True)]
    axes.bar_label(bars, labels=_labels(run, name), padding=3)
    _finish(axes, title)


def _latency(run: Run, axes: "Axes") -> None:
    places = range(len(run["variants"]))
    for nth, (name, shades) in enumerate(zip(("p50", "p95", "p99"), _SHADES, strict=True)):
        values = [needed(each, FIGURES[name][1]) for each in run["variants"].values()]
        where = [place + 0.27 * (nth - 1) for place in places]
        bars = axes.barh(where, values, height=0.25, color=_colours(run, shades))
        labels = [f"{name} {text}" for text in _labels(run, name)]
        axes.bar_label(bars, labels=labels, padding=3, fontsize=6)
    axes.set_yticks(list(places), _titles(run))
    _finish(axes, "A warm bet beside services as slow as AWS's, delays spread")


def _contention(run: Run, axes: "Axes") -> None:
    senders = [level["concurrent"] for level in run["contention"]]
    rates = [level["bets_per_s"] for level in run["contention"]]
    axes.plot(senders, rates, "o-", color=_SHADES[0][0])
    axes.set_xscale("log", base=2)
    axes.set_xticks(senders, [str(count) for count in senders])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("senders at once")
    axes.set_ylabel("bets/s")
    axes.set_title("One wallet under contention, on the local emulator", loc="left")


_COLD: Final = "Cold start: init (dark) and first bet over TLS (light)"
PLOTS: Final[dict[str, Callable[[Run, "Axes"], None]]] = {
    "cold": partial(_stacked, _COLD, "cold", ("cold/init_ms", "cold/first_bet_ms")),
    "warm-cpu": partial(_stacked, "CPU of a warm bet", "warm_cpu", ("warm/cpu_ms",)),
    "latency": _latency,
    "contention": _contention,
}


def _titles(run: Run) -> list[str]:
    return [variant["title"] for variant in run["variants"].values()]


def _colours(run: Run, shades: tuple[str, str]) -> list[str]:
    return [shades[name != OURS] for name in run["variants"]]


def _labels(run: Run, name: str) -> list[str]:
    """Label each bar with its figure, and a peer's with our figure divided by it."""
    labels = []
    for peer, variant in run["variants"].items():
        value, ratio = needed(variant, FIGURES[name][1]), figure(run, f"ratios/{name}/{peer}")
        labels.append(f"{value:.3g}" if ratio is None else f"{value:.3g} (ours: {ratio:.2f} of it)")
    return labels


def _finish(axes: "Axes", title: str) -> None:
    axes.invert_yaxis()  # the first variant at the top
    axes.set_xlabel("ms")
    axes.margins(x=0.5)
    axes.set_title(title, loc="left")


if __name__ == "__main__":
    draw(read(), digest())
