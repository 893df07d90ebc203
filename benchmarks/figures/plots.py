"""The plots of a run, as SVG: cold start, warm CPU, latency, one wallet under contention.

matplotlib lives in an environment of its own, `.tools/bench`, so this is a process of its own:

    .tools/bench/bin/python -m benchmarks.figures.plots [RESULTS [FOLDER]]

The same results give the same bytes. Each file names the digest of the results it was drawn from,
by which a test sees that it is not an old one.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot

from benchmarks.figures.ratios import FIGURES
from benchmarks.figures.results import FOLDER, LATEST, OURS, Results, digest, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OURS, _THEIRS, _SECOND, _THIRD = "#0b6e4f", "#8d99ae", "#5fb49c", "#c3cad6"

_SETTINGS: Final[dict[str, Any]] = {
    "svg.hashsalt": "seamless-wallet",
    "svg.fonttype": "none",  # text stays text: small, and searchable
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(run: Results, of: str, folder: Path) -> list[Path]:
    """Draw every plot of a run with the digest `of`; return the files."""
    pyplot.switch_backend("svg")
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with pyplot.rc_context(_SETTINGS):
        for name, plot in PLOTS.items():
            figure, axes = pyplot.subplots(figsize=(7, 3.4))
            plot(run, axes)
            figure.tight_layout()
            path = folder / f"{name}.svg"
            figure.savefig(path, metadata={"Date": None, "Creator": None, "Description": of})
            pyplot.close(figure)
            files.append(path)
    return files


def _cold(run: Results, axes: "Axes") -> None:
    shown = {name: each.cold for name, each in run.variants.items() if each.cold}
    titles = [run.variants[name].title for name in shown]
    inits = [cold.init_ms for cold in shown.values()]
    bets = [cold.first_bet_ms for cold in shown.values()]
    axes.barh(titles, inits, color=_colours(shown, _OURS, _THEIRS), label="init")
    bars = axes.barh(titles, bets, left=inits, color=_colours(shown, _SECOND, _THIRD))
    axes.bar_label(bars, labels=_labels(run, "cold", list(shown)), padding=3)
    _finish(axes, "Cold start: init (dark) and first bet over TLS (light)", "ms")


def _warm_cpu(run: Results, axes: "Axes") -> None:
    shown = {name: each.warm for name, each in run.variants.items() if each.warm}
    titles = [run.variants[name].title for name in shown]
    values = [warm.cpu_ms for warm in shown.values()]
    bars = axes.barh(titles, values, color=_colours(shown, _OURS, _THEIRS))
    axes.bar_label(bars, labels=_labels(run, "warm_cpu", list(shown)), padding=3)
    _finish(axes, "CPU of a warm bet", "ms")


def _latency(run: Results, axes: "Axes") -> None:
    shown = {name: each.latency for name, each in run.variants.items() if each.latency}
    places = range(len(shown))
    for offset, percentile, ours, theirs in (
        (-0.27, "p50", _OURS, _THEIRS),
        (0.0, "p95", _SECOND, _THIRD),
        (0.27, "p99", "#bfe0d5", "#e3e7ee"),
    ):
        values = [getattr(latency, f"{percentile}_ms") for latency in shown.values()]
        where = [place + offset for place in places]
        bars = axes.barh(where, values, height=0.25, color=_colours(shown, ours, theirs))
        labels = [f"{percentile} {text}" for text in _labels(run, percentile, list(shown))]
        axes.bar_label(bars, labels=labels, padding=3, fontsize=6)
    axes.set_yticks(list(places), [run.variants[name].title for name in shown])
    _finish(axes, "A warm bet beside services as slow as AWS's, delays spread", "ms")


def _contention(run: Results, axes: "Axes") -> None:
    senders = [level.concurrent for level in run.contention]
    axes.plot(senders, [level.bets_per_s for level in run.contention], "o-", color=_OURS)
    axes.set_xscale("log", base=2)
    axes.set_xticks(senders, [str(count) for count in senders])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("senders at once")
    axes.set_ylabel("bets/s")
    axes.set_title("One wallet under contention, on the local emulator", loc="left")


PLOTS: Final[dict[str, Callable[[Results, "Axes"], None]]] = {
    "cold": _cold,
    "warm-cpu": _warm_cpu,
    "latency": _latency,
    "contention": _contention,
}


def _colours(names: Sequence[str] | dict[str, Any], ours: str, theirs: str) -> list[str]:
    return [ours if name == OURS else theirs for name in names]


def _labels(run: Results, figure: str, names: Sequence[str]) -> list[str]:
    """Label each bar with its figure, and a peer's with how much of it ours is."""
    labels = []
    for name in names:
        value, ratio = FIGURES[figure](run.variants[name]), run.ratios.get(figure, {}).get(name)
        text = f"{value:.3g}" if value is not None and value < 1000 else f"{value:,.0f}"
        labels.append(text if ratio is None else f"{text} (ours: {ratio:.2f} of it)")
    return labels


def _finish(axes: "Axes", title: str, unit: str) -> None:
    axes.invert_yaxis()  # the first variant at the top
    axes.set_xlabel(unit)
    axes.margins(x=0.5)
    axes.set_title(title, loc="left")


def main(arguments: Sequence[str]) -> int:
    """Draw the plots of the results that are named, or of the latest."""
    source = Path(arguments[0]) if arguments else LATEST
    folder = Path(arguments[1]) if len(arguments) > 1 else FOLDER
    for path in draw(read(source), digest(source), folder):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
