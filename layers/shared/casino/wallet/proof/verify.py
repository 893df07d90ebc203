"""Proves the ledger: recomputes every wallet, and names each fault.

The verifier can run under traffic. It reads the wallets' heads first, then the rounds, then the
ledger, and judges a wallet up to the head that it read. It ignores later entries, except that the
head, read again, must have moved with them. An item that an entry names, and that the collection
lacks, is read by its key before it counts as missing.

The whole ledger is held in memory while it is proved, which works for some millions of entries.
Beyond that, prove the wallets one by one, or an export of the table.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from casino.wallet.chain import genesis_hash
from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Entry, Round, Tombstone, VoidMarker, Wallet, wallet_key
from casino.wallet.ports import Accounts, History, LedgerItem
from casino.wallet.proof.chain import check_wallet
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.holds import HoldItems, check_held, check_holds
from casino.wallet.proof.links import (
    Records,
    check_refunds,
    check_rounds,
    check_tombstones,
    check_voids,
)

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

    heads: dict[_Key, Wallet]
    rounds: list[Round]
    entries: dict[_Key, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    tombstones: list[Tombstone] = field(default_factory=list)
    voids: list[VoidMarker] = field(default_factory=list)
    holds: HoldItems = field(default_factory=HoldItems)

    def add(self, record: LedgerItem) -> None:
        match record:
            case Entry():
                self.entries[record.player_id, record.currency].append(record)
            case Tombstone():
                self.tombstones.append(record)
            case VoidMarker():
                self.voids.append(record)
            case Hold() | Barred() | Ending():
                self.holds.add(record)


class Verifier:
    """Proves one wallet or all of them."""

    def __init__(self, history: History, accounts: Accounts) -> None:
        self._history = history
        self._accounts = accounts

    def everything(self) -> Verification:
        """Prove every wallet, and every item of the ledger."""
        heads = {(wallet.player_id, wallet.currency): wallet for wallet in self._accounts.wallets()}
        collection = _Collection(heads, list(self._history.rounds()))
        for record in self._history.everything():
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
        key = (player_id, currency)
        head = self._accounts.wallet(player_id, currency)
        if head is None:
            raise LookupError(f"player {player_id} has no {currency} wallet")
        rounds = [r for r in self._history.rounds() if (r.player_id, r.currency) == key]
        collection = _Collection({key: head}, rounds)
        source: Iterable[LedgerItem] = self._history.everything()
        if indexed:
            source = self._history.of_wallet(player_id, currency)
        for record in source:
            if isinstance(record, Entry) and (record.player_id, record.currency) == key:
                collection.add(record)
        for marker in self._markers(collection.entries[key]):
            collection.add(marker)
        return collection

    def _markers(self, entries: Iterable[Entry]) -> Iterator[VoidMarker | Tombstone]:
        """Yield the markers that a wallet's own entries lead to."""
        for entry in entries:
            if entry.kind == "bet" and entry.record == "applied":
                void = self._history.void(entry.integration, entry.transaction_id)
                if void is not None:
                    yield void
            elif entry.kind == "refund" and entry.bet_transaction_id is not None:
                found = self._history.find(entry.integration, entry.bet_transaction_id)
                if isinstance(found, Tombstone):
                    yield found

    def _verify(self, found: _Collection) -> Verification:
        faults: list[Fault] = []
        settled: list[Entry] = []
        seen = [entry for entries in found.entries.values() for entry in entries]
        for key in sorted(found.heads.keys() | found.entries.keys()):
            entries = found.entries.get(key, [])
            head = found.heads.get(key) or _empty(*key)
            faults += check_wallet(head, entries)
            faults += check_held(head, entries)
            faults += self._check_beyond(head, entries)
            settled += [entry for entry in entries if entry.seq <= head.seq]
        records = Records(self._history, seen, found.tombstones, found.voids)
        faults += check_refunds(settled, records)
        faults += check_voids(found.voids, records)
        faults += check_tombstones(found.tombstones, records)
        faults += check_holds(settled, found.holds, records, self._history)
        faults += check_rounds(found.rounds, settled, seen)
        return Verification(len(found.heads), len(settled), tuple(faults))

    def _check_beyond(self, head: Wallet, entries: Sequence[Entry]) -> Iterator[Fault]:
        """An entry and its wallet move together: what is beyond the head moved it since."""
        last = max((entry.seq for entry in entries), default=0)
        if last <= head.seq:
            return
        now = self._accounts.wallet(head.player_id, head.currency)
        reached = now.seq if now is not None else 0
        for entry in entries:
            if entry.seq > max(reached, head.seq):
                name = wallet_key(head.player_id, head.currency)
                detail = f"the wallet stands at {reached}, the entry has number {entry.seq}"
                yield Fault("entry_beyond_head", name, entry.transaction_id, detail)


def _empty(player_id: str, currency: str) -> Wallet:
    """Return the head of a wallet that has none: no entry but refusals may stand there."""
    genesis = genesis_hash(player_id, currency)
    return Wallet(player_id, currency, 0, 0, 0, 0, genesis, blocked=False)
