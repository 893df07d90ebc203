"""Draws latencies as SVG: every request over time, and the share of requests by latency."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

_WIDTH: Final = 860
_HEIGHT: Final = 260
_LEFT: Final = 64
_BOTTOM: Final = 34
_TOP: Final = 26
#: Told apart by colour and by shape, light and dark, and by who sees colours differently.
_COLOURS: Final = ("#2f6fde", "#d9480f", "#2b8a3e", "#9c36b5", "#0b7285", "#868e96")


def over_time(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a point for each answered request: when it was sent, how long it took."""
    points = [(datetime.fromisoformat(e["at"]).timestamp(), e) for e in _answered(rows)]
    if not points:
        return ""
    first = min(at for at, _ in points)
    span = max(max(at for at, _ in points) - first, 0.001)
    verbs = sorted({e["verb"] for _, e in points})
    marks = [
        f'<circle cx="{_x((at - first) / span):.1f}" cy="{_y(e["ms"]):.1f}" r="2.4" '
        f'fill="{_colour(verbs, e["verb"])}" fill-opacity=".7"/>'
        for at, e in points
    ]
    return _frame("Latency of every request", marks, verbs, "0 s", f"{span:.0f} s")


def by_share(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each kind of request: which share of them was answered how soon."""
    times: dict[str, list[float]] = {}
    for exchange in _answered(rows):
        times.setdefault(exchange["verb"], []).append(exchange["ms"])
    verbs, marks = sorted(times), []
    for verb in verbs:
        ordered = sorted(times[verb])
        steps = range(0, 101, 2)
        path = " ".join(
            f"{_x(p / 100):.1f},{_y(ordered[min(p * len(ordered) // 100, len(ordered) - 1)]):.1f}"
            for p in steps
        )
        marks.append(
            f'<polyline points="{path}" fill="none" stroke="{_colour(verbs, verb)}" '
            'stroke-width="2"/>'
        )
    title = "Latency that a share of the requests does not exceed"
    return _frame(title, marks, verbs, "0 %", "100 %") if marks else ""


def _answered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [e for row in rows for e in row["exchanges"] if e["status"] and e["ms"]]


def _colour(verbs: Sequence[str], verb: str) -> str:
    return _COLOURS[verbs.index(verb) % len(_COLOURS)]


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - 12)


def _y(ms: float) -> float:
    """Place a latency on a scale of 0.1 ms to 10 s, each tenfold as far as the one before."""
    share = (math.log10(min(max(ms, 0.1), 10_000)) + 1) / 5
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _frame(title: str, marks: Sequence[str], verbs: Sequence[str], left: str, right: str) -> str:
    lines = []
    for ms, words in (
        (1, "1 ms"),
        (10, "10 ms"),
        (100, "100 ms"),
        (1_000, "1 s"),
        (10_000, "10 s"),
    ):
        lines.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 12}" y1="{_y(ms)}" y2="{_y(ms)}" class="grid"/>'
            f'<text x="{_LEFT - 8}" y="{_y(ms) + 4}" text-anchor="end">{words}</text>'
        )
    legend = "".join(
        f'<tspan fill="{_colour(verbs, verb)}"> ● </tspan><tspan>{escape(verb)}</tspan>'
        for verb in verbs
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<text x="{_LEFT}" y="14">{legend}</text>{"".join(lines)}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}">{left}</text>'
        f'<text x="{_WIDTH - 12}" y="{_HEIGHT - 12}" text-anchor="end">{right}</text>'
        f"{''.join(marks)}</svg>"
    )
