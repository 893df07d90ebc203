"""Checks the claims of entries about each other: refunds, void markers, tombstones, rounds."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from casino.base.errors import AdminError
from casino.wallet.decision import is_paid_win_of_round
from casino.wallet.hold import HOLD_KINDS
from casino.wallet.model import (
    WIN_HELD,
    Entry,
    Round,
    Tombstone,
    VoidMarker,
    wallet_key,
)
from casino.wallet.ports import History, Unreadable
from casino.wallet.proof.faults import Fault, fault_of
from casino.wallet.release import Release

_UNKNOWN_BET_ACCEPTED = "refund_unknown_bet_accepted"
UNKNOWN_BET_RULES = frozenset({"bet_not_found", _UNKNOWN_BET_ACCEPTED})
#: Refunds that were accepted and moved nothing.
_NO_CREDIT = frozenset({"refund_repeated", _UNKNOWN_BET_ACCEPTED})


def found_by[T](read: Callable[[str, str], T | None], integration: str, name: str) -> T | None:
    """Read an item by its key; one that cannot be read is no more use than none."""
    try:
        return read(integration, name)
    except AdminError:
        return None


class Records:
    """The items that were collected, and behind them the ledger itself.

    What is missing from the collection may only have been written after it was read, so it is
    read by its key before anything is called a fault.
    """

    def __init__(
        self,
        history: History,
        entries: Iterable[Entry],
        tombstones: Iterable[Tombstone] = (),
        voids: Iterable[VoidMarker] = (),
    ) -> None:
        self._history = history
        self._entries = {(entry.integration, entry.transaction_id): entry for entry in entries}
        self._tombstones = {
            (stone.integration, stone.bet_transaction_id): stone for stone in tombstones
        }
        self._voids = {(void.integration, void.bet_transaction_id): void for void in voids}

    def entry(self, integration: str, transaction_id: str) -> Entry | None:
        """Return the entry of a transaction."""
        entry = self._entries.get((integration, transaction_id))
        if entry is not None:
            return entry
        found = found_by(self._history.find, integration, transaction_id)
        return found if isinstance(found, Entry) else None

    def tombstone(self, integration: str, bet_transaction_id: str) -> Tombstone | None:
        """Return the tombstone of a bet that never came."""
        stone = self._tombstones.get((integration, bet_transaction_id))
        if stone is not None:
            return stone
        found = found_by(self._history.find, integration, bet_transaction_id)
        return found if isinstance(found, Tombstone) else None

    def void(self, integration: str, bet_transaction_id: str) -> VoidMarker | None:
        """Return the marker of a refunded bet."""
        void = self._voids.get((integration, bet_transaction_id))
        return void or found_by(self._history.void, integration, bet_transaction_id)


def check_refunds(entries: Sequence[Entry], records: Records) -> Iterator[Fault]:
    """Check each refund against its bet and its marker."""
    credits = [entry for entry in entries if is_credit(entry)]
    times = Counter((entry.integration, entry.bet_transaction_id) for entry in credits)
    for refund in credits:
        if times[refund.integration, refund.bet_transaction_id] > 1:
            detail = f"bet {refund.bet_transaction_id} is refunded more than once"
            yield fault_of(refund, "bet_refunded_twice", detail)
        yield from _check_bet_of(refund, records)
        yield from _check_void_of(refund, records)
    for refund in entries:
        if refund.kind == "refund" and refund.rule in UNKNOWN_BET_RULES:
            yield from _check_barred(refund, records)
        if refund.rule == "refund_repeated":
            yield from _check_refunded(refund, records)


def _check_refunded(refund: Entry, records: Records) -> Iterator[Fault]:
    """A refund that moves nothing has another one before it."""
    if records.void(refund.integration, refund.bet_transaction_id or "") is None:
        detail = f"bet {refund.bet_transaction_id} was never refunded"
        yield fault_of(refund, "void_missing", detail)


def is_credit(entry: Entry) -> bool:
    """Tell whether it is a refund that gave something back: its bet has a void marker."""
    applied = entry.kind == "refund" and entry.record == "applied"
    return applied and entry.rule not in _NO_CREDIT


def _check_bet_of(refund: Entry, records: Records) -> Iterator[Fault]:
    bet = records.entry(refund.integration, refund.bet_transaction_id or "")
    if bet is None or not _is_applied_bet(bet) or _wallet(bet) != _wallet(refund):
        detail = f"{refund.bet_transaction_id} is no applied bet of this wallet"
        yield fault_of(refund, "refund_without_bet", detail)
        return
    # A refund of the stored stake may say another amount, or none: its postings are what it gave.
    held = refund.rule == WIN_HELD and bet.bonus is not None
    is_stored = held or refund.rule == "refund_of_stake"
    if bet.amount_minor != refund.amount_minor and not is_stored:
        detail = f"the refund is of {refund.amount_minor}, the stake was {bet.amount_minor}"
        yield fault_of(refund, "refund_amount", detail)
    if bet.bonus is not None:
        return  # where its bonus money went, `casino.wallet.proof.bonus` proves
    if {account: -amount for account, amount in bet.postings} != dict(refund.postings):
        yield fault_of(refund, "refund_postings", "the refund does not undo the bet's postings")


def _check_void_of(refund: Entry, records: Records) -> Iterator[Fault]:
    void = records.void(refund.integration, refund.bet_transaction_id or "")
    if void is None:
        detail = f"bet {refund.bet_transaction_id} has no void marker"
        yield fault_of(refund, "void_missing", detail)
    elif void.refund_transaction_id != refund.transaction_id:
        detail = f"the void marker names refund {void.refund_transaction_id}"
        yield fault_of(refund, "void_mismatch", detail)


def _check_barred(refund: Entry, records: Records) -> Iterator[Fault]:
    """The refund of an unknown bet bars it: by a tombstone, or by the bet's own refusal."""
    bet_id = refund.bet_transaction_id or ""
    bet = records.entry(refund.integration, bet_id)
    if bet is not None and bet.record == "applied":
        detail = f"{bet_id} was applied though it was refunded as unknown"
        yield fault_of(refund, "bet_under_tombstone", detail)
    elif bet is None and records.tombstone(refund.integration, bet_id) is None:
        yield fault_of(refund, "tombstone_missing", f"nothing bars the late bet {bet_id}")


def check_voids(voids: Iterable[VoidMarker], records: Records) -> Iterator[Fault]:
    """Check that each void marker has its refund and its bet."""
    for void in voids:
        bet_id = void.bet_transaction_id
        bet = records.entry(void.integration, bet_id)
        refund = records.entry(void.integration, void.refund_transaction_id)
        owner = bet or refund
        wallet = _wallet(owner) if owner else ""
        if bet is None or not _is_applied_bet(bet):
            yield Fault("void_without_bet", wallet, bet_id, "the marker's bet was never applied")
        if refund is None or not is_credit(refund) or refund.bet_transaction_id != bet_id:
            detail = f"the marker's refund {void.refund_transaction_id} did not refund it"
            yield Fault("void_without_refund", wallet, bet_id, detail)


def check_tombstones(tombstones: Iterable[Tombstone], records: Records) -> Iterator[Fault]:
    """Check that each tombstone has its refund, and that no bet was applied under it."""
    for stone in tombstones:
        bet_id = stone.bet_transaction_id
        wallet = wallet_key(stone.player_id, stone.currency)
        refund = records.entry(stone.integration, stone.refund_transaction_id)
        left = refund is not None and refund.rule in UNKNOWN_BET_RULES
        if refund is None or not left or refund.bet_transaction_id != bet_id:
            detail = f"refund {stone.refund_transaction_id} did not leave it"
            yield Fault("tombstone_without_refund", wallet, bet_id, detail)
        bet = records.entry(stone.integration, bet_id)
        if bet is not None and bet.record == "applied":
            yield Fault("bet_under_tombstone", wallet, bet_id, "a bet was applied under its id")


def check_releases(releases: Iterable[Release], records: Records) -> Iterator[Fault]:
    """Check that each release is that of a held win, to the unit."""
    for release in releases:
        win = records.entry(release.integration, release.transaction_id)
        wallet = wallet_key(release.player_id, release.currency)
        held = win is not None and win.held_win_minor == release.amount_minor
        if win is None or not held or _wallet(win) != wallet:
            detail = f"the win is not held with {release.amount_minor} in this wallet"
            yield Fault("release_without_win", wallet, release.transaction_id, detail)


@dataclass(slots=True)
class RoundCount:
    """What the entries of a round add up to."""

    bets: int = 0
    refunds: int = 0
    paid_wins: int = 0
    finished: int = 0

    def add(self, entry: Entry) -> None:
        self.bets += entry.kind == "bet"
        self.refunds += entry.kind == "refund"
        self.paid_wins += is_paid_win_of_round(entry)
        self.finished += entry.finished

    def values(self) -> tuple[int, int, int, int]:
        return self.bets, self.refunds, self.paid_wins, min(self.finished, 1)


type RoundKey = tuple[str, str, str, str]


def check_rounds(
    rounds: Iterable[Round], settled: Iterable[Entry], seen: Iterable[Entry]
) -> Iterator[Fault]:
    """Check each round's counters against its entries.

    `settled` are the entries that were written before the rounds were read, `seen` are all that
    were found after: under traffic the truth is between the two, at rest they are the same.
    """
    # A notice moves no wallet, so nothing tells whether it was written before the rounds were read.
    least, most = round_counts(e for e in settled if e.record == "applied"), round_counts(seen)
    stored = {(r.integration, r.player_id, r.currency, r.round_id): r for r in rounds}
    for key in sorted(least.keys() | stored.keys()):
        wallet, round_ = wallet_key(key[1], key[2]), stored.get(key)
        if round_ is None:
            yield Fault("round_missing", wallet, None, f"round {key[3]} has entries and no item")
            continue
        found = (round_.bets, round_.refunds, round_.paid_wins, int(round_.finished))
        low, high = (counts.get(key, RoundCount()).values() for counts in (least, most))
        if any(not a <= b <= c for a, b, c in zip(low, found, high, strict=True)):
            counted = f"(bets, refunds, paid wins, finished): {found}, its entries {high}"
            detail = f"round {key[3]} says {counted}"
            yield Fault("round_counters", wallet, None, detail)


def check_notices(
    seen: Iterable[Entry],
    rounds: Iterable[Round],
    again: Callable[[], Iterable[Round | Unreadable]],
) -> Iterator[Fault]:
    """Check that each round that a notice closed has its flag.

    `rounds` were read before the notices, so what seems to lack its flag is read `again`.
    """
    closed = {
        (entry.integration, entry.player_id, entry.currency, entry.round_id): entry
        for entry in seen
        if entry.record == "noted" and entry.finished and entry.round_id is not None
    }
    for read in (lambda: rounds, again):
        for found in read() if closed else ():
            if isinstance(found, Round) and found.finished:
                key = (found.integration, found.player_id, found.currency, found.round_id)
                closed.pop(key, None)
    for notice in closed.values():
        yield fault_of(notice, "notice_without_round", f"round {notice.round_id} is not closed")


def round_counts(entries: Iterable[Entry]) -> dict[RoundKey, RoundCount]:
    """Return what entries add up to, by round."""
    counts: dict[RoundKey, RoundCount] = {}
    for entry in entries:
        counted = entry.record != "refused" and entry.rule not in _NO_CREDIT
        # A hold and its end count for no round: nothing of theirs rests on its counters.
        if counted and entry.round_id is not None and entry.kind not in HOLD_KINDS:
            key = (entry.integration, entry.player_id, entry.currency, entry.round_id)
            counts.setdefault(key, RoundCount()).add(entry)
    return counts


def _is_applied_bet(entry: Entry) -> bool:
    return entry.kind == "bet" and entry.record == "applied"


def _wallet(entry: Entry) -> str:
    return wallet_key(entry.player_id, entry.currency)
