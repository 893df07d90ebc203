"""Draws figures by day as SVG: a panel for each series, since currencies have no common scale.

The picture brings its own background, a dark one for readers who prefer dark colours.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Final

_WIDTH: Final = 900
_PANEL: Final = 170
_LEFT: Final = 120
_TOP: Final = 56
_BARS: Final = 110
_STYLE: Final = """\
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.end { text-anchor: end }
.bold { font-weight: 600 }
.paper { fill: #fff }
.gain { fill: #54aeff }
.loss { fill: #bc4c00 }
.axis { stroke: #57606a }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .paper { fill: #0d1117 }
  .gain { fill: #316dca }
  .loss { fill: #f0883e }
  .axis { stroke: #9198a1 }
}
"""


def bars(title: str, days: Sequence[str], series: Mapping[str, Mapping[str, Decimal]]) -> str:
    """Return the picture; `series` holds values by day, and a day without one counts as 0.

    Each bar tells its day and value when it is pointed at.
    """
    height = _TOP + _PANEL * max(1, len(series))
    panels = [
        line
        for number, (name, values) in enumerate(series.items())
        for line in _panel(name, [(day, values.get(day, Decimal(0))) for day in days], number)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="8"/>',
            f'<text class="bold" x="20" y="30">{escape(title)}</text>',
            *panels,
            "</svg>\n",
        ]
    )


def _panel(name: str, values: Sequence[tuple[str, Decimal]], number: int) -> list[str]:
    top = _TOP + _PANEL * number
    most = max((value for _, value in values), default=Decimal(0))
    highest, lowest = max(most, Decimal(0)), min((v for _, v in values), default=Decimal(0))
    lowest = min(lowest, Decimal(0))
    scale = _BARS / float(highest - lowest or 1)
    zero = top + float(highest) * scale
    step = (_WIDTH - _LEFT - 30) / max(1, len(values))
    lines = [
        f'<text class="bold end" x="{_LEFT - 14}" y="{top + 12}">{escape(name)}</text>',
        f'<text class="end" x="{_LEFT - 14}" y="{top + 32}">{highest:f}</text>',
        f'<text class="end" x="{_LEFT - 14}" y="{top + _BARS}">{lowest:f}</text>',
    ]
    for place, (day, value) in enumerate(values):
        length = abs(float(value)) * scale
        y = zero - length if value > 0 else zero
        lines.append(
            f'<rect class="{"loss" if value < 0 else "gain"}" x="{_LEFT + place * step:.1f}" '
            f'y="{y:.1f}" width="{max(1.0, step * 0.8):.1f}" height="{length:.1f}">'
            f"<title>{escape(day)}: {value:f} {escape(name)}</title></rect>"
        )
    lines.append(
        f'<line class="axis" x1="{_LEFT}" y1="{zero:.1f}" x2="{_WIDTH - 30}" y2="{zero:.1f}"/>'
    )
    if values:
        ends = ((_LEFT, "", values[0][0]), (_WIDTH - 30, ' class="end"', values[-1][0]))
        lines += [
            f'<text{kind} x="{x}" y="{top + _BARS + 24}">{escape(day)}</text>'
            for x, kind, day in ends[: len(values)]
        ]
    return lines
