"""A wallet's history, page by page and the newest first, or as a whole.

A page reads at most `MOST_READ` entries, however many there are and whatever is asked for: it may
then hold fewer than it could, even none, and its cursor says where to go on. The cursor is a place
in the wallet that the caller names anew each time, so it opens no other wallet.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Final

from casino.base.checks import a_currency
from casino.base.errors import AdminError
from casino.base.times import epoch
from casino.wallet.explain import existing_player
from casino.wallet.model import Entry, Tombstone
from casino.wallet.ports import Accounts, EntryPlace, History

#: The most entries that a page holds: what one batch read takes.
MOST_ENTRIES: Final = 100
#: How many entries are read for a page at most.
MOST_READ: Final = 1_000

#: DynamoDB takes no key above 2 KB; the names of an entry are far below.
_LONGEST_KEY: Final = 1_900
#: By how much the clocks of two functions may differ: entries are in order of number, not of time.
_SKEW_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a wallet; times are ISO 8601 UTC, `until` is the first that is too late."""

    since: str | None = None
    until: str | None = None
    session_id: str | None = None
    round_id: str | None = None
    game_id: str | None = None
    kind: str | None = None
    record: str | None = None
    integration: str | None = None

    def includes(self, entry: Entry) -> bool:
        """Tell whether it is one of them."""
        named = (
            (self.session_id, entry.session_id),
            (self.round_id, entry.round_id),
            (self.game_id, entry.game_id),
            (self.kind, entry.kind),
            (self.record, entry.record),
            (self.integration, entry.integration),
        )
        in_time = (self.since or "") <= entry.at and not (self.until and self.until <= entry.at)
        return in_time and all(wanted in (None, own) for wanted, own in named)

    def ends_before(self, entry: Entry) -> bool:
        """Tell whether no entry that is older than this one can be wanted."""
        if not self.since:
            return False
        return epoch(entry.at) < epoch(self.since) - _SKEW_S


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Entries, refusals too, and after a refund the tombstone that it left; the newest first.

    Not `complete` while the index still lacks some. `cursor` is what follows; `None` at the end.
    """

    rows: list[Entry | Tombstone]
    complete: bool
    cursor: str | None


@dataclass(frozen=True, slots=True)
class WalletHistory:
    """The same as a whole, in order."""

    entries: list[Entry | Tombstone]
    complete: bool


@dataclass(slots=True)
class _Walk:
    """How far a wallet is read: the place, and the number that is due; `None` at the end."""

    place: EntryPlace | None
    due: int
    complete: bool = True

    def passed(self, entry: Entry) -> None:
        """Go on to an entry: a number that is left out is one that the index lacks."""
        self.place = EntryPlace.of(entry)
        if entry.record == "applied":
            self.complete &= entry.seq >= self.due
            self.due = entry.seq - 1

    def ended(self) -> None:
        """Say that nothing follows."""
        self.place = None
        self.complete &= self.due == 0


@dataclass(frozen=True, slots=True)
class Statements:
    """The use cases; both raise `AdminError` for what does not exist or cannot be asked."""

    history: History
    accounts: Accounts

    def page(
        self,
        player_id: str,
        currency: str,
        wanted: Wanted | None = None,
        cursor: str | None = None,
        limit: int = MOST_ENTRIES,
    ) -> HistoryPage:
        """Return at most `limit` entries of a wallet, the newest first."""
        wanted = wanted or Wanted()
        head = self._head(player_id, currency)
        bound = _digest(player_id, currency, wanted)
        if cursor is None:
            walk = self._begun(player_id, currency, wanted, head)
        else:
            walk = _opened(cursor, bound)
        found = list(self._newest(player_id, currency, wanted, walk, limit))
        following = None if walk.place is None else _closed(walk, bound)
        return HistoryPage(self._rows(found)[::-1], walk.complete, following)

    def of_wallet(
        self,
        player_id: str,
        currency: str,
        wanted: Wanted | None = None,
        limit: int | None = None,
    ) -> WalletHistory:
        """Return a wallet's latest entries, or all, in order."""
        wanted = wanted or Wanted()
        head = self._head(player_id, currency)
        walk = self._begun(player_id, currency, wanted, head)
        found: list[Entry] = []
        while walk.place is not None and (limit is None or len(found) < limit):
            left = None if limit is None else limit - len(found)
            found += self._newest(player_id, currency, wanted, walk, left)
        rows = self._rows(found)
        return WalletHistory(rows[-limit:] if limit else rows, walk.complete)

    def _head(self, player_id: str, currency: str) -> int:
        """Return the number of a wallet's last entry."""
        existing_player(self.accounts, player_id)
        wallet = self.accounts.wallet(player_id, a_currency(currency))
        if wallet is None:
            raise AdminError("wallet_not_found", f"player {player_id} has no {currency} wallet")
        return wallet.seq

    def _begun(self, player_id: str, currency: str, wanted: Wanted, head: int) -> _Walk:
        """Return the place of the newest entry that may be wanted: a few reads find a time."""
        lowest, highest = 0, head
        while wanted.until and highest - lowest > MOST_ENTRIES:
            middle = (lowest + highest) // 2
            found, _ = self.history.latest(player_id, currency, 1, EntryPlace(middle))
            too_late = epoch(wanted.until) + _SKEW_S
            if found and epoch(found[0].at) > too_late:
                highest = middle
            else:
                lowest = middle
        return _Walk(EntryPlace(highest), highest)

    def _newest(
        self, player_id: str, currency: str, wanted: Wanted, walk: _Walk, limit: int | None
    ) -> Iterator[Entry]:
        """Yield at most `limit` entries that are wanted of the next `MOST_READ`.

        `walk` stops before the first one that is wanted too: whether a page follows is then known.
        """
        size = MOST_ENTRIES if limit is None or wanted != Wanted() else limit + 1
        taken = 0
        for _ in range(MOST_READ // MOST_ENTRIES):
            if walk.place is None:
                return
            entries, following = self.history.latest(player_id, currency, size, walk.place)
            for entry in entries:
                included = wanted.includes(entry)
                if included and taken == limit:
                    return
                if wanted.ends_before(entry):
                    walk.place = None
                    return
                walk.passed(entry)
                if included:
                    taken += 1
                    yield entry
            walk.place = following
            if following is None:
                walk.ended()

    def _rows(self, found: list[Entry]) -> list[Entry | Tombstone]:
        """Return entries in order, refusals by time after the entry that they came after, and
        behind a refund the tombstone that it left in the place of its bet."""
        found.sort(key=lambda entry: (entry.seq, entry.record == "refused", entry.at))
        barred = [
            (entry.integration, entry.bet_transaction_id)
            for entry in found
            if entry.kind == "refund" and not entry.postings and entry.bet_transaction_id
        ]
        stones = {
            (stone.integration, stone.refund_transaction_id): stone
            for stone in self.history.find_all(barred)
            if isinstance(stone, Tombstone)
        }
        rows: list[Entry | Tombstone] = []
        for entry in found:
            stone = stones.get((entry.integration, entry.transaction_id))
            rows += [entry] if stone is None else [entry, stone]
        return rows


def _digest(player_id: str, currency: str, wanted: Wanted) -> str:
    """Return what binds a cursor to what was asked."""
    asked = json.dumps([player_id, currency, *astuple(wanted)])
    return sha256(asked.encode()).hexdigest()[:16]


def _closed(walk: _Walk, bound: str) -> str:
    said = json.dumps([bound, walk.due, walk.place], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _opened(cursor: str, bound: str) -> _Walk:
    """Return the place that a cursor names; raises `AdminError` for one of another list."""
    try:
        said = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        of, due, (seq, integration, transaction_id) = json.loads(said)
        sizes = [len(name.encode()) for name in (integration, transaction_id)]
    except (AttributeError, RecursionError, TypeError, ValueError):
        raise AdminError("invalid_request", "the cursor is unknown") from None
    numbers = all(type(number) is int and 0 <= number < 2**63 for number in (due, seq))
    if of != bound or not numbers or not (all(sizes) and sum(sizes) < _LONGEST_KEY):
        raise AdminError("invalid_request", "the cursor is of another list")
    return _Walk(EntryPlace(seq, integration, transaction_id), due)
