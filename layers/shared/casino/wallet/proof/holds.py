"""Checks the claims of entries about holds: the items under a bet, its end, the held account."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from casino.base.errors import AdminError
from casino.wallet.hold import HELD, HOLD_KINDS, Barred, Ending, Hold, stake_by
from casino.wallet.model import Entry, Wallet, wallet_key
from casino.wallet.ports import History
from casino.wallet.proof.faults import Fault, fault_of
from casino.wallet.proof.links import Records, found_by

_UNKNOWN = "rollback_unknown_bet"


@dataclass(slots=True)
class HoldItems:
    """The items under bets that were collected."""

    openings: list[Hold | Barred] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def add(self, record: Hold | Barred | Ending) -> None:
        """Keep one item."""
        if isinstance(record, Ending):
            self.endings.append(record)
        else:
            self.openings.append(record)


class FirstRollback:
    """Returns which refund or rollback of its bet came first, that a refused one names."""

    def __init__(self, items: HoldItems, records: Records, history: History) -> None:
        self._openings = {(item.integration, item.bet_id): item for item in items.openings}
        self._endings = {(item.integration, item.bet_id): item for item in items.endings}
        self._records = records
        self._history = history

    def __call__(self, refused: Entry) -> str | None:
        """Return its transaction id; `None` when none is there."""
        key = (refused.integration, refused.bet_transaction_id or "")
        if refused.kind == "refund":
            void = self._records.void(*key)
            return void.refund_transaction_id if void is not None else None
        opening = self._openings.get(key) or _opening(self._history, *key)
        if isinstance(opening, Barred):
            return opening.transaction_id
        ending = self._endings.get(key) or found_by(self._history.ending, *key)
        return ending.transaction_id if ending is not None else None


def check_holds(
    entries: Iterable[Entry], items: HoldItems, records: Records, history: History
) -> Iterator[Fault]:
    """Check the entries of holds and their ends against the items, and the items against them.

    What is missing from the collection is read by its key before it counts as a fault.
    """
    openings = {(item.integration, item.bet_id): item for item in items.openings}
    endings = {(item.integration, item.bet_id): item for item in items.endings}
    for entry in entries:
        key = (entry.integration, entry.bet_transaction_id or "")
        if entry.kind not in HOLD_KINDS or (entry.record == "refused" and entry.rule != _UNKNOWN):
            continue
        opening = openings.get(key) or _opening(history, *key)
        if entry.record == "refused" or entry.kind == "hold":
            yield from _check_opening(entry, opening)
        else:
            yield from _check_end(
                entry, opening, endings.get(key) or found_by(history.ending, *key)
            )
    yield from _check_items(items, records)


def _opening(history: History, integration: str, bet_id: str) -> Hold | Barred | None:
    try:
        return history.hold(integration, bet_id)
    except AdminError:
        return None  # unreadable, and a fault by itself


def _check_opening(entry: Entry, opening: Hold | Barred | None) -> Iterator[Fault]:
    if opening is None:
        detail = f"nothing stands under bet {entry.bet_transaction_id}"
        yield fault_of(entry, "hold_missing", detail)
        return
    bars = entry.rule == _UNKNOWN
    if isinstance(opening, Barred) != bars or opening.transaction_id != entry.transaction_id:
        detail = f"bet {opening.bet_id} was opened or barred by {opening.transaction_id}"
        yield fault_of(entry, "hold_mismatch", detail)
    elif isinstance(opening, Hold) and _image(opening) != _facts(entry):
        yield fault_of(entry, "hold_mismatch", "the hold says other than its entry")
    expected = {HELD: entry.amount_minor, "player": -entry.amount_minor}
    if isinstance(opening, Hold) and opening.stake != stake_by(entry):
        yield fault_of(entry, "hold_mismatch", f"the hold says {opening.stake} of a grant")
    # What a grant has to do with a hold and its end, `casino.wallet.proof.bonus` proves.
    if not bars and entry.bonus is None and dict(entry.postings) != expected:
        yield fault_of(entry, "end_postings", "the stake did not go from the player to held")


def _image(hold: Hold) -> tuple[object, ...]:
    after = hold.wallet
    return (
        (after.player_id, after.currency, hold.amount_minor, hold.round_id, hold.session_id),
        (after.balance_minor, after.seq, after.head_hash),
    )


def _facts(entry: Entry) -> tuple[object, ...]:
    return (
        (entry.player_id, entry.currency, entry.amount_minor, entry.round_id, entry.session_id),
        (entry.balance_after_minor, entry.seq, entry.hash),
    )


def _check_end(
    entry: Entry, opening: Hold | Barred | None, ending: Ending | None
) -> Iterator[Fault]:
    if ending is None:
        detail = f"nothing says that bet {entry.bet_transaction_id} is over"
        yield fault_of(entry, "end_missing", detail)
    elif (ending.kind, ending.transaction_id) != (entry.kind, entry.transaction_id):
        yield fault_of(entry, "end_mismatch", f"the bet was ended by {ending.transaction_id}")
    owner = (entry.player_id, entry.currency)
    if (
        not isinstance(opening, Hold)
        or (opening.wallet.player_id, opening.wallet.currency) != owner
    ):
        detail = f"bet {entry.bet_transaction_id} has no hold of this wallet"
        yield fault_of(entry, "end_without_hold", detail)
        return
    stake = opening.amount_minor
    expected = {HELD: -stake, "player": stake}
    if entry.kind == "settle":
        win = entry.amount_minor
        expected = {HELD: -stake, "integration": stake - win, "player": win}
    if not any(opening.stake) and dict(entry.postings) != expected:
        yield fault_of(entry, "end_postings", f"the postings do not end a hold of {stake}")


def _check_items(items: HoldItems, records: Records) -> Iterator[Fault]:
    for item in items.openings:
        entry = records.entry(item.integration, item.transaction_id)
        made = entry is not None and entry.bet_transaction_id == item.bet_id
        opened = made and entry is not None and entry.kind == "hold" and entry.record == "applied"
        barred = made and entry is not None and entry.rule == _UNKNOWN
        if not (barred if isinstance(item, Barred) else opened):
            detail = f"transaction {item.transaction_id} did not put it"
            yield Fault("hold_without_entry", _owner(entry), item.bet_id, detail)
    for end in items.endings:
        entry = records.entry(end.integration, end.transaction_id)
        ended = entry is not None and entry.record == "applied" and entry.kind == end.kind
        if entry is None or not ended or entry.bet_transaction_id != end.bet_id:
            detail = f"transaction {end.transaction_id} did not put it"
            yield Fault("end_without_entry", _owner(entry), end.bet_id, detail)


def _owner(entry: Entry | None) -> str:
    return wallet_key(entry.player_id, entry.currency) if entry is not None else ""


def check_held(wallet: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Check that the open holds are the held account: by postings, by bets, and by the wallet."""
    applied = [entry for entry in entries if entry.record == "applied" and entry.seq <= wallet.seq]
    account, mark = 0, ("", 0)
    for entry in sorted(applied, key=lambda entry: entry.seq):
        before, account = account, account + dict(entry.postings).get(HELD, 0)
        if account and not before:
            mark = (entry.at, entry.seq)
    ended = {
        (entry.integration, entry.bet_transaction_id)
        for entry in applied
        if entry.kind in ("settle", "rollback")
    }
    open_minor = sum(
        entry.amount_minor
        for entry in applied
        if entry.kind == "hold" and (entry.integration, entry.bet_transaction_id) not in ended
    )
    name = wallet_key(wallet.player_id, wallet.currency)
    if not account == open_minor == wallet.held_minor:
        detail = (
            f"the postings hold {account}, the open holds {open_minor}, "
            f"the wallet says {wallet.held_minor}"
        )
        yield Fault("held_account", name, None, detail)
    elif (wallet.held_since, wallet.held_seq) != (mark if account else ("", 0)):
        detail = f"the first open hold is entry {mark[1]}, the wallet says {wallet.held_seq}"
        yield Fault("held_mark", name, None, detail)
