"""Compares the lines of a report with what the ledger booked: pure functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import batched
from typing import Final, Literal

from casino.base.money import EXPONENTS, AmountError, AmountPrecisionError, to_major, to_minor
from casino.wallet.model import Entry, Tombstone
from ops.reconcile.report import BadLine, Line

type DifferenceCode = Literal[
    "missing_here",
    "missing_there",
    "amount_differs",
    "type_differs",
    "state_differs",
    "duplicate",
    "unreadable",
]

#: A provider's word for a type → our kind; our kinds and the requests' own types need no row.
TYPES: Final[Mapping[str, str]] = {
    "debit": "bet",
    "stake": "bet",
    "wager": "bet",
    "credit": "win",
    "payout": "win",
    "cancel": "refund",
    "authorize": "hold",
    "settlement": "settle",
}
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger has of one transaction; `amount_minor` is what the counterpart moved."""

    kind: str
    type: str
    amount_minor: int
    currency: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two books say differently; `line` is `None` where the report lacks it."""

    code: DifferenceCode
    line: int | None
    transaction_id: str
    ours: str = ""
    theirs: str = ""


@dataclass(slots=True)
class Comparison:
    """The differences, and how much was compared."""

    differences: list[Difference] = field(default_factory=list)
    lines: int = 0
    matched: int = 0
    outside: int = 0
    """Lines of another time that the ledger does not know either."""


def booked(record: Entry | Tombstone) -> Booked | None:
    """Return what stands under a transaction's id; `None` for a notice, which moves nothing.

    The amount is that of the request, but of a refund what it took from the integration: a refund
    may give back a stored stake that it does not name.
    """
    if isinstance(record, Tombstone):
        return Booked("bet", "bet", 0, record.currency, moved=False)
    if record.record == "noted":
        return None
    amount_minor = record.amount_minor
    if record.kind == "refund" and record.record == "applied":
        amount_minor = abs(dict(record.postings).get("integration", 0))
    moved = record.record == "applied"
    return Booked(record.kind, record.type, amount_minor, record.currency, moved)


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger of one integration: its period, and what else is known of single ids."""

    since: float
    until: float
    period: dict[str, Booked]
    find: Callable[[Iterable[str]], Mapping[str, Booked]]
    types: Mapping[str, str] = field(default_factory=lambda: TYPES)
    minor: bool = False
    """Whether the report's amounts are in minor units."""

    def compare(self, lines: Iterable[Line | BadLine]) -> Comparison:
        """Return all differences: those of the lines in their order, then what the report lacks."""
        found, seen = Comparison(), set[str]()
        for batch in batched(lines, _AT_ONCE, strict=False):
            found.lines += len(batch)
            self._batch(batch, found, seen)
        for name in sorted(self.period.keys() - seen):
            if self.period[name].moved:
                found.differences.append(
                    Difference("missing_there", None, name, _ours(self.period[name]))
                )
        return found

    def _batch(self, batch: Iterable[Line | BadLine], found: Comparison, seen: set[str]) -> None:
        wanted = {line.transaction_id for line in batch if isinstance(line, Line)}
        known = self.find(wanted - self.period.keys()) if wanted - self.period.keys() else {}
        for line in batch:
            if isinstance(line, BadLine):
                detail = f"{line.code}: {line.detail}"
                found.differences.append(Difference("unreadable", line.number, "", "", detail))
                continue
            ours = self.period.get(line.transaction_id) or known.get(line.transaction_id)
            differences = list(self._judged(line, ours, seen))
            within = any(self.since <= at < self.until for at in line.at)
            outside = ours is None and not within
            seen.add(line.transaction_id)
            if outside and not any(each.code == "duplicate" for each in differences):
                found.outside += 1
                continue
            found.differences += differences
            found.matched += not differences

    def _judged(self, line: Line, ours: Booked | None, seen: Set[str]) -> Iterator[Difference]:
        theirs = " ".join(filter(None, (line.type, f"{line.amount:f}", line.currency)))
        names = (line.number, line.transaction_id)
        if line.transaction_id in seen:
            yield Difference("duplicate", *names, _ours(ours) if ours else "", theirs)
            return
        if ours is None:
            if line.moved:
                yield Difference("missing_here", *names, "", theirs)
            return
        if line.moved != ours.moved:
            state = theirs if line.moved else f"{theirs}, refused"
            yield Difference("state_differs", *names, _ours(ours), state)
            return
        if self.types.get(line.type, line.type) not in (ours.kind, ours.type):
            yield Difference("type_differs", *names, _ours(ours), theirs)
        if ours.moved and not self._same_amount(line, ours):
            yield Difference("amount_differs", *names, _ours(ours), theirs)

    def _same_amount(self, line: Line, ours: Booked) -> bool:
        if line.currency not in (None, ours.currency) or ours.currency not in EXPONENTS:
            return False
        if self.minor:
            return line.amount == ours.amount_minor
        try:
            return to_minor(line.amount, ours.currency) == ours.amount_minor
        except (AmountError, AmountPrecisionError):
            return False


def _ours(ours: Booked) -> str:
    amount = to_major(ours.amount_minor, ours.currency) if ours.currency in EXPONENTS else "?"
    told = f"{ours.kind} {amount} {ours.currency}"
    return told if ours.moved else f"{told}, refused"
