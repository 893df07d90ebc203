"""Reads a provider's report line by line: CSV with a head, or JSON.

Nothing is skipped: what cannot be read is a `BadLine`, with its number and the reason.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from ops.errors import OpsError
from ops.reconcile.json_values import MalformedValue, values

type Column = Literal["id", "type", "amount", "time", "currency", "state"]
type BadCode = Literal["not_readable", "missing_field", "bad_amount", "bad_time", "bad_state"]

#: A column → the names that a report may have for it, unless the caller names it.
COLUMNS: Final[Mapping[Column, tuple[str, ...]]] = {
    "id": ("transaction_id", "transactionId", "tx_id", "id"),
    "type": ("type", "action", "kind"),
    "amount": ("amount",),
    "time": ("time", "timestamp", "at", "created_at", "date"),
    "currency": ("currency",),
    "state": ("state", "status"),
}
_NEEDED: Final[tuple[Column, ...]] = ("id", "type", "amount", "time")
#: A word for a state → whether such a transaction moved money.
STATES: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("applied", "accepted", "approved", "ok", "success", "completed"), True),
    **dict.fromkeys(("refused", "rejected", "declined", "failed", "error"), False),
}
_LONGEST: Final = 30
_AMOUNT: Final = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
#: Seconds since the epoch have no more digits for thousands of years; more are milliseconds.
_SECONDS: Final = re.compile(r"[0-9]{1,11}|[0-9]{12,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction of a report; `moved` says whether it moved money there, `at` is in seconds
    since the epoch: both moments where clocks are set back and a time names two."""

    number: int
    transaction_id: str
    type: str
    amount: Decimal
    at: tuple[float, ...]
    currency: str | None = None
    moved: bool = True


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read: which, and why."""

    number: int
    code: BadCode
    detail: str


@dataclass(frozen=True, slots=True)
class Format:
    """How a report is written: names of columns, words for states, the zone of bare times."""

    columns: Mapping[str, str]
    states: Mapping[str, bool]
    zone: str = "UTC"
    delimiter: str = ","


def read_report(file: Path, form: Format) -> Iterator[Line | BadLine]:
    """Yield the lines of a report, without holding it in memory.

    It is JSON if it begins with `[` or `{`. Raises `OpsError` for a head that lacks columns.
    """
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        first = text.read(1024).lstrip()[:1]
        text.seek(0)
        rows = values(text) if first in ("[", "{") else _rows(text, form)
        for number, row in rows:
            yield _line(number, row, form)


def _rows(
    text: Iterable[str], form: Format
) -> Iterator[tuple[int, dict[str, Any] | MalformedValue]]:
    reader = csv.reader(text, delimiter=form.delimiter, strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise OpsError("bad_report", f"the head is no CSV: {error}") from error
    lacking = [name for name in _NEEDED if _named(name, head, form) is None]
    if lacking:
        message = f"no column for {', '.join(lacking)}: --column {lacking[0]}=NAME names it"
        raise OpsError("bad_report", message)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield number, MalformedValue(str(error))
            continue
        if row is None:
            return
        if not row:
            continue  # a blank line says nothing
        if len(row) == len(head):
            yield number, dict(zip(head, row, strict=True))
        else:
            yield number, MalformedValue(f"{len(row)} fields under {len(head)} names")


def _named(column: Column, names: Iterable[str], form: Format) -> str | None:
    """Return the name under which a row has a column."""
    wanted = (form.columns[column],) if column in form.columns else COLUMNS[column]
    return next((name for name in wanted if name in names), None)


def _line(number: int, row: Any, form: Format) -> Line | BadLine:
    if isinstance(row, MalformedValue):
        return BadLine(number, "not_readable", row.detail)
    if not isinstance(row, dict):
        return BadLine(number, "not_readable", "no object")
    found = {column: row.get(_named(column, row, form) or "") for column in COLUMNS}
    for column in _NEEDED:
        if found[column] in (None, ""):
            return BadLine(number, "missing_field", f"no {column}")
    said = {column: _text(value) for column, value in found.items()}
    if any("\udc80" <= character <= "\udcff" for each in said.values() for character in each):
        return BadLine(number, "not_readable", "not UTF-8")
    amount, at = _amount(said["amount"]), _time(said["time"], form.zone)
    state = said["state"].lower()
    if amount is None:
        return BadLine(number, "bad_amount", f"{said['amount']} is no decimal amount")
    if at is None:
        return BadLine(number, "bad_time", f"{said['time']} is no ISO 8601 time")
    if state and state not in form.states:
        return BadLine(number, "bad_state", f"{state} is not known: --state {state}=applied")
    moved = form.states[state] if state else True
    currency = said["currency"] or None
    return Line(number, said["id"], said["type"].lower(), amount, at, currency, moved)


def _text(value: Any) -> str:
    if isinstance(value, Decimal) and abs(value.adjusted()) < _LONGEST:
        return f"{value:f}"  # 1E-8 is an amount, 1E+999999999 is an attack
    return "" if value is None else str(value).strip()


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _AMOUNT.fullmatch(text) else None
    except InvalidOperation:
        return None


def _time(text: str, zone: str) -> tuple[float, ...] | None:
    if _SECONDS.fullmatch(text):
        return (int(text) / (1000 if len(text) > 11 else 1),)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return (moment.timestamp(),)
        both = (moment.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
        return tuple(sorted({each.timestamp() for each in both}))
    except (ValueError, OverflowError):
        return None
