"""The answer of a verb: JSON for scripts, short aligned text for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import msgspec

# Amounts are written as JSON numbers with all of their decimals: 1000.00, not 1000.0.
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

#: What a spreadsheet takes for the beginning of a formula, also in full width.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

type Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Output:
    """The answer of a verb in both forms; `exit_code` 1 tells of faults that were looked for."""

    data: object
    lines: Sequence[str] = field(default_factory=tuple)
    exit_code: int = 0

    def as_json(self) -> str:
        return to_json(self.data)

    def as_text(self) -> str:
        return "\n".join(self.lines)


def to_json(data: object) -> str:
    """Return indented JSON with exact amounts."""
    return msgspec.json.format(_ENCODER.encode(data), indent=2).decode()


def count(number: float, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 wallet`, `2 wallets`."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {one}" if number == 1 else f"{shown} {many or one + 's'}"


def comma_separated(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
    """Return lines of CSV.

    Providers choose their ids: a text that a spreadsheet would run as a formula begins with a `'`.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_no_formula(cell) for cell in row])
    return file.getvalue().removesuffix("\n").split("\n")


def _no_formula(cell: Cell) -> Cell:
    runs = isinstance(cell, str) and cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if runs else cell


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[str]:
    """Return aligned lines: numbers to the right, all else to the left."""
    grid = [tuple(head), *(tuple(row) for row in rows)]
    shown = [[_show(cell) for cell in row] for row in grid]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    numeric = [
        len(column) > 1 and all(isinstance(cell, int | Decimal) for cell in column[1:])
        for column in zip(*grid, strict=True)
    ]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in shown
    ]


def fields(pairs: Iterable[tuple[str, Cell]]) -> list[str]:
    """Return one line for each pair, the names in a column of their own."""
    shown = [(name, _show(value)) for name, value in pairs]
    width = max(len(name) for name, _ in shown)
    return [f"{name.ljust(width)}  {value}".rstrip() for name, value in shown]


def _show(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:f}" if isinstance(cell, Decimal) else harmless(str(cell))


def harmless(line: str) -> str:
    """Return others' text without what a terminal would obey."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
