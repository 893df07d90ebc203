"""Draws the way of a request as SVG from a text: who sends what to whom, from top to bottom.

Each line of the text has one of these forms. A line that begins with spaces continues the one
before it.

    lanes: provider | wallet     the participants, from left to right
    provider -> wallet: a bet    a message
    wallet ~> provider: no       a message of another outcome
    wallet: Decide               a step of one participant, with words on the lines below
    trip: first round trip       a frame around the following lines, until
    end
    aside: When it fails         a heading

The picture brings its own background, a dark one for readers who prefer dark colours.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
TEXT: Final = PROJECT / "docs" / "bet.txt"
PICTURE: Final = PROJECT / "docs" / "bet.svg"

_WIDTH: Final = 1100
_LANES: Final = (90, 320, 590, 1000)
_LINE: Final = 19
_STEP: Final = 330
_MESSAGE: Final = re.compile(r"(.+) ([-~])> (.+)")
_STYLE: Final = """\
text { font: 14px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328;
  text-anchor: middle }
.start { text-anchor: start }
.bold { font-weight: 600 }
.paper { fill: #fff }
.over { stroke: #fff; stroke-width: 5px; paint-order: stroke }
.lane { stroke: #d0d7de; stroke-width: 2 }
.step { fill: #f3f5f8; stroke: #57606a }
.trip { fill: #ddf4ff; stroke: #54aeff }
.main { stroke: #1f2328; fill: #1f2328 }
.other { stroke: #bc4c00; fill: #bc4c00 }
line.other { stroke-dasharray: 6 4 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .paper { fill: #0d1117 }
  .over { stroke: #0d1117 }
  .lane { stroke: #3d444d }
  .step { fill: #1c2430; stroke: #9198a1 }
  .trip { fill: #11243d; stroke: #316dca }
  .main { stroke: #e6edf3; fill: #e6edf3 }
  .other { stroke: #f0883e; fill: #f0883e }
}
"""


def picture() -> str:
    """Return docs/bet.svg as docs/bet.txt describes it."""
    return _Drawing(TEXT.read_text("utf-8")).svg()


def _statements(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each line's head and its words, line by line."""
    whole = re.sub(r"\n[ ]+", "\0", text)
    for line in whole.splitlines():
        if line and not line.startswith("#"):
            head, _, words = line.partition(":")
            yield head, [part.strip() for part in words.split("\0") if part.strip()]


class _Drawing:
    """The statements of a text, drawn one below the other."""

    def __init__(self, text: str) -> None:
        self._lanes: dict[str, int] = {}
        self._y = 20
        self._frame_from = 0
        self._back: list[str] = []
        self._front: list[str] = []
        for head, words in _statements(text):
            self._draw(head, words)

    def svg(self) -> str:
        """Return the picture: frames behind, then the lanes, then all that is said and done."""
        height = self._y + 24
        lanes = [
            f'<line class="lane" x1="{x}" y1="46" x2="{x}" y2="{height - 16}"/>'
            for x in self._lanes.values()
        ]
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(' → '.join(self._lanes))}</title>",
            f"<style>\n{_STYLE}</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="8"/>',
            *self._back, *lanes, *self._front, "</svg>\n",
        ])  # fmt: skip

    def _draw(self, head: str, words: list[str]) -> None:
        if head == "lanes":
            self._lanes = dict(zip(words[0].split(" | "), _LANES, strict=True))
            for name, x in self._lanes.items():
                self._box("step", x - 80, 16, 160, 32)
                self._text(x, 37, name, "bold")
            self._y = 60
        elif head == "trip":
            self._frame_from = self._y
            self._text(_LANES[-2] + 14, self._y + 18, words[0], "bold start")
            self._y += 22
        elif head == "end":
            left, right = _LANES[-2] - 16, _LANES[-1] + 16
            size = (right - left, self._y - self._frame_from + 6)
            self._back.append(_rectangle("trip", left, self._frame_from, *size))
            self._y += 18
        elif head == "aside":
            self._text(_WIDTH // 2, self._y + 40, words[0], "bold over")
            self._y += 52
        elif message := _MESSAGE.fullmatch(head):
            source, arrow, target = message.groups()
            self._message(self._lanes[source], self._lanes[target], arrow == "~", words)
        else:
            self._step(self._lanes[head], words)

    def _step(self, x: int, words: list[str]) -> None:
        height = _LINE * len(words) + 12
        self._box("step", x - _STEP // 2, self._y, _STEP, height)
        for number, line in enumerate(words):
            self._text(x, self._y + 19 + _LINE * number, line, "" if number else "bold")
        self._y += height + 12

    def _message(self, source: int, target: int, other: bool, words: list[str]) -> None:
        over = "" if min(source, target) == _LANES[-2] else "over"
        for line in words:
            self._text((source + target) // 2, self._y + 14, line, over)
            self._y += _LINE
        kind, back, y = "other" if other else "main", -9 if target > source else 9, self._y + 4
        self._front += [
            f'<line class="{kind}" x1="{source}" y1="{y}" x2="{target + back}" y2="{y}"/>',
            f'<polygon class="{kind}" points="{target},{y} {target + back},{y - 5} '
            f'{target + back},{y + 5}"/>',
        ]
        self._y += 16

    def _box(self, kind: str, x: int, y: int, width: int, height: int) -> None:
        self._front.append(_rectangle(kind, x, y, width, height))

    def _text(self, x: int, y: int, words: str, kind: str) -> None:
        self._front.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>')


def _rectangle(kind: str, x: int, y: int, width: int, height: int) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
