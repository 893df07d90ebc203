"""Proves the ledger: recomputes every wallet, and lists each fault.

The verifier can run under traffic. It reads the wallets' heads first, then the rounds, then the
ledger, and judges a wallet up to the head that it read. It ignores later entries, except that the
head, read again, must have moved with them. An item that an entry names, and that the collection
lacks, is read by its key before it counts as missing.

The whole ledger is held in memory while it is proved, which works for some millions of entries.
Beyond that, prove the wallets one by one, or an export of the table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from casino.wallet.chain import genesis_hash
from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import (
    Entry,
    Round,
    Tombstone,
    VoidMarker,
    Wallet,
    wallet_key,
)
from casino.wallet.ports import History, LedgerItem, Unreadable
from casino.wallet.proof.chain import check_wallet
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.holds import HoldItems, check_held, check_holds
from casino.wallet.proof.limits import check_counts
from casino.wallet.proof.links import (
    Records,
    check_notices,
    check_refunds,
    check_releases,
    check_rounds,
    check_tombstones,
    check_voids,
    found_by,
)
from casino.wallet.proof.purchases import check_purchases
from casino.wallet.release import Release

type _Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was proved, and what was found."""

    wallets: int
    entries: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Collection:
    """What was read, by player and currency."""

    heads: dict[_Key, Wallet] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    entries: dict[_Key, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    tombstones: list[Tombstone] = field(default_factory=list)
    voids: list[VoidMarker] = field(default_factory=list)
    holds: HoldItems = field(default_factory=HoldItems)
    releases: list[Release] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, record: LedgerItem | Round | Wallet | Unreadable) -> None:
        match record:
            case Wallet():
                self.heads[record.player_id, record.currency] = record
            case Round():
                self.rounds.append(record)
            case Entry():
                self.entries[record.player_id, record.currency].append(record)
            case Release():
                self.releases.append(record)
            case Unreadable():
                self.unreadable.append(record)
            case Tombstone():
                self.tombstones.append(record)
            case VoidMarker():
                self.voids.append(record)
            case Hold() | Barred() | Ending():
                self.holds.add(record)


class Verifier:
    """Proves one wallet or all of them."""

    def __init__(self, history: History) -> None:
        self._history = history

    def everything(self) -> Verification:
        """Prove every wallet, and every item of the ledger."""
        collection = _Collection()
        for read in (self._history.heads, self._history.rounds, self._history.everything):
            for record in read():
                collection.add(record)
        return self._verify(collection)

    def wallet(self, player_id: str, currency: str) -> Verification:
        """Prove one wallet, with what its entries name.

        The index that finds the entries may lag behind the ledger. So what looks faulty is judged
        again from the ledger itself, which is slow and final. A marker that nothing in the wallet
        leads to is found by `everything` only. Raises `LookupError` for an unknown wallet.
        """
        verification = self._verify(self._of_wallet(player_id, currency))
        if not verification.faults:
            return verification
        collection = self._of_wallet(player_id, currency, indexed=False)
        return self._verify(collection)

    def _of_wallet(self, player_id: str, currency: str, *, indexed: bool = True) -> _Collection:
        key, name = (player_id, currency), wallet_key(player_id, currency)
        head = self._history.head(*key)
        if head is None:
            raise LookupError(f"player {player_id} has no {currency} wallet")
        collection = _Collection()
        collection.add(head)
        entries = partial(self._history.of_wallet, *key) if indexed else self._history.everything
        for read in (self._history.rounds, entries):
            for record in read():
                match record:
                    case Round() | Entry():
                        own = (record.player_id, record.currency) == key
                    case _:
                        own = isinstance(record, Unreadable) and record.wallet == name
                if own:
                    collection.add(record)
        for marker in self._markers(collection.entries[key]):
            collection.add(marker)
        return collection

    def _markers(self, entries: Iterable[Entry]) -> Iterator[LedgerItem]:
        """Yield the markers that a wallet's own entries lead to."""
        history = self._history
        for entry in entries:
            own, bet_id = (entry.integration, entry.transaction_id), entry.bet_transaction_id
            found: LedgerItem | None = None
            if entry.held_win_minor:
                found = found_by(history.release, *own)
            elif entry.kind == "bet" and entry.record == "applied":
                found = found_by(history.void, *own)
            elif entry.kind == "refund" and bet_id is not None:
                stone = found_by(history.find, entry.integration, bet_id)
                found = stone if isinstance(stone, Tombstone) else None
            if found is not None:
                yield found

    def _verify(self, found: _Collection) -> Verification:
        faults = [
            Fault("unreadable_item", item.wallet, None, f"{item.what}: {item.detail}")
            for item in found.unreadable
        ]
        nameless = {item.wallet for item in found.unreadable}
        settled: list[Entry] = []
        seen = [entry for entries in found.entries.values() for entry in entries]
        for key in sorted(found.heads.keys() | found.entries.keys()):
            entries = found.entries.get(key, [])
            head = found.heads.get(key) or _empty(*key)
            if key not in found.heads and wallet_key(*key) in nameless:
                head = _last(head, entries)
            else:
                faults += check_held(head, entries)
                faults += check_counts(head, entries)
            faults += check_wallet(head, entries)
            faults += self._check_beyond(head, entries)
            settled += [entry for entry in entries if entry.seq <= head.seq]
        records = Records(self._history, seen, found.tombstones, found.voids)
        faults += check_refunds(settled, records)
        faults += check_voids(found.voids, records)
        faults += check_tombstones(found.tombstones, records)
        faults += check_holds(settled, found.holds, records, self._history)
        faults += check_purchases(settled, records)
        faults += check_rounds(found.rounds, settled, seen)
        faults += check_notices(seen, found.rounds, self._history.rounds)
        faults += check_releases(found.releases, records)
        faults += self._check_held_wins(found.heads.values(), settled, found.releases)
        return Verification(len(found.heads), len(settled), tuple(faults))

    def _check_held_wins(
        self, heads: Iterable[Wallet], settled: Iterable[Entry], releases: Iterable[Release]
    ) -> Iterator[Fault]:
        """What a wallet holds is its held wins less those that were released.

        A release may be newer than the head that was read: then the wallet has moved since.
        """
        held: Counter[_Key] = Counter()
        for entry in settled:
            held[entry.player_id, entry.currency] += entry.held_win_minor
        for release in releases:
            held[release.player_id, release.currency] -= release.amount_minor
        for head in heads:
            key = (head.player_id, head.currency)
            if head.held_wins_minor != held[key] and self._history.head(*key) == head:
                detail = (
                    f"the wallet holds {head.held_wins_minor}, its wins less releases {held[key]}"
                )
                yield Fault("held_sum", wallet_key(*key), None, detail)

    def _check_beyond(self, head: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
        """An entry and its wallet move together: what is beyond the head moved it since."""
        last = max((entry.seq for entry in entries), default=0)
        if last <= head.seq:
            return
        now = self._history.head(head.player_id, head.currency)
        reached = now.seq if isinstance(now, Wallet) else 0
        for entry in entries:
            if entry.seq > max(reached, head.seq):
                name = wallet_key(head.player_id, head.currency)
                detail = f"the wallet stands at {reached}, the entry has number {entry.seq}"
                yield Fault("entry_beyond_head", name, entry.transaction_id, detail)


def _last(empty: Wallet, entries: Iterable[Entry]) -> Wallet:
    """Return the head that a wallet must have that cannot be read: its last entry's."""
    applied = [entry for entry in entries if entry.record == "applied"]
    if not applied:
        return empty
    last = max(applied, key=lambda entry: entry.seq)
    balance_minor = last.balance_after_minor
    return replace(empty, balance_minor=balance_minor, seq=last.seq, head_hash=last.hash)


def _empty(player_id: str, currency: str) -> Wallet:
    """Return the head of a wallet that has none: no entry but refusals may stand there."""
    genesis = genesis_hash(player_id, currency)
    return Wallet(player_id, currency, 0, 0, 0, 0, genesis, blocked=False)
