"""Derives the items beside entries (void markers, tombstones, holds, ends): pure functions.

An entry and its items are one write. Where a restored copy has the entry, the items are derived
from it; where it has an item without its entry, the item goes, so that the same request can be
decided again. A void marker without its refund would refuse that refund for ever.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, assert_never

from casino.wallet.dialect import Outcome, Words
from casino.wallet.hold import Barred, Ending, EndKind, Hold
from casino.wallet.model import Entry, Tombstone, VoidMarker, Wallet, wallet_key
from casino.wallet.proof.links import UNKNOWN_BET_RULES, is_credit
from casino.wallet.rebuild.model import Mark, MarkAdded, MarkRemoved, Torn
from casino.wallet.record_hold import hold_of
from casino.wallet.release import Release

type MarkName = tuple[str, str, str]
"""The kind of a mark, its integration, and the transaction or bet that it stands under."""

_BARS: Final = "rollback_unknown_bet"


def name_of(mark: Mark) -> MarkName:
    """Return what tells a mark from every other: nothing else can stand there."""
    match mark:
        case VoidMarker():
            return "void", mark.integration, mark.bet_transaction_id
        case Tombstone():
            return "tombstone", mark.integration, mark.bet_transaction_id
        case Hold() | Barred():
            return "hold", mark.integration, mark.bet_id
        case Ending():
            return "end", mark.integration, mark.bet_id
        case Release():
            return "release", mark.integration, mark.transaction_id
        case _:
            assert_never(mark)


def maker_of(mark: Mark) -> tuple[str, str]:
    """Return the integration and id of the transaction that wrote a mark, or, of a release, of the
    win that it releases."""
    match mark:
        case VoidMarker() | Tombstone():
            return mark.integration, mark.refund_transaction_id
        case _:
            return mark.integration, mark.transaction_id


@dataclass(slots=True)
class Marks:
    """The marks that were read; those that entries ask for are left when all entries are seen."""

    words: Callable[[str], Words]
    """The words of an integration: what the bet under a tombstone is answered."""
    stored: dict[MarkName, Mark] = field(default_factory=dict)
    _wanted: dict[MarkName, Entry] = field(default_factory=dict)
    made: set[tuple[str, str]] = field(default_factory=set)
    """The entries that were seen: integration and transaction id."""

    def has_maker(self, mark: Mark) -> bool:
        """Tell whether the entry stands that a mark was written with."""
        return maker_of(mark) in self.made

    def see(self, entry: Entry) -> None:
        """Note what an entry asks for, and that it stands."""
        self.made.add((entry.integration, entry.transaction_id))
        kind = _kind_for(entry)
        if kind is not None:
            self._wanted[kind, entry.integration, entry.bet_transaction_id or ""] = entry

    def torn(self) -> Iterator[Torn]:
        """Yield the marks that are missing, and those whose entry is."""
        for name, mark in sorted(self.stored.items(), key=lambda each: each[0]):
            if not self.has_maker(mark):
                detail = f"{name[0]} of {name[2]} at {name[1]}: its transaction is lost"
                removed = MarkRemoved(mark)
                yield Torn("mark_without_entry", _owner(mark), maker_of(mark)[1], detail, removed)
        for name, entry in sorted(self._wanted.items(), key=lambda each: each[0]):
            kind, integration, bet_id = name
            stands = name in self.stored and self.has_maker(self.stored[name])
            # A bet that was refused holds its id as well as a tombstone.
            if stands or (kind == "tombstone" and (integration, bet_id) in self.made):
                continue
            wallet = wallet_key(entry.player_id, entry.currency)
            added = MarkAdded(self._mark_of(kind, entry))
            yield Torn("mark_missing", wallet, entry.transaction_id, f"{kind} of {bet_id}", added)

    def _mark_of(self, kind: str, entry: Entry) -> Mark:
        place = (entry.integration, entry.bet_transaction_id or "")
        match kind:
            case "tombstone":
                return self._tombstone(entry)
            case "void":
                return VoidMarker(*place, entry.transaction_id, entry.at)
            case "end":
                end: EndKind = "settle" if entry.kind == "settle" else "rollback"
                return Ending(*place, end, entry.transaction_id, entry.at)
            case _ if entry.kind == "rollback":
                return Barred(*place, entry.transaction_id, entry.at)
            case _:
                return _hold(entry)

    def _tombstone(self, refund: Entry) -> Tombstone:
        answer = self.words(refund.integration).answer(Outcome("bet_cancelled", refund.trace_id))
        return Tombstone(
            refund.integration,
            refund.bet_transaction_id or "",
            refund.transaction_id,
            refund.player_id,
            refund.currency,
            refund.at,
            answer.status,
            answer.body,
        )


def _kind_for(entry: Entry) -> str | None:
    """Return the kind of the mark that was written with an entry."""
    if entry.kind == "refund" and entry.rule in UNKNOWN_BET_RULES:
        return "tombstone"
    if is_credit(entry):
        return "void"
    if entry.kind == "rollback" and entry.rule == _BARS:
        return "hold"
    ends = {"hold": "hold", "settle": "end", "rollback": "end"}
    return ends.get(entry.kind) if entry.record == "applied" else None


def _hold(entry: Entry) -> Hold:
    """Return what a hold left; no wallet has version 0 any more, so an end reads it anew."""
    after = Wallet(
        entry.player_id,
        entry.currency,
        entry.balance_after_minor,
        entry.reserved_minor,
        entry.seq,
        0,
        entry.hash,
        blocked=False,
        held_minor=entry.amount_minor,
        held_since=entry.at,
        held_seq=entry.seq,
    )
    return hold_of(entry, after)


def _owner(mark: Mark) -> str:
    match mark:
        case Tombstone() | Release():
            return wallet_key(mark.player_id, mark.currency)
        case Hold():
            return wallet_key(mark.wallet.player_id, mark.wallet.currency)
        case _:
            return ""
