"""Proves the ledger: recomputes every wallet, and lists each fault.

The verifier can run under traffic. It reads the wallets' heads first, then the rounds, then the
ledger, and judges a wallet up to the head that it read. It ignores later entries, except that the
head, read again, must have moved with them. An item that an entry names, and that the collection
lacks, is read by its key before it counts as missing.

`everything` holds the whole ledger in memory. `ops ledger verify` sorts it on disk, and hands over
one wallet after the other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from casino.wallet.chain import genesis_hash
from casino.wallet.model import Entry, Round, Tombstone, Wallet, wallet_key
from casino.wallet.ports import History, LedgerItem, Unreadable, WalletPlace
from casino.wallet.proof.answers import WordsOf, check_answers
from casino.wallet.proof.bonus import check_bonus
from casino.wallet.proof.chain import check_wallet
from casino.wallet.proof.collection import Collection
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.holds import FirstRollback, check_held, check_holds
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
from casino.wallet.proof.standing import check_sessions, check_standing
from casino.wallet.release import Release

#: So often a wallet that looks faulty is judged again from the index, which may lag.
_AGAIN: Final = 2


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was proved, and what was found."""

    wallets: int
    entries: int
    faults: tuple[Fault, ...]


class Verifier:
    """Proves one wallet or all of them.

    `words_of` returns the words of an integration's dialect; without them no answer is rendered.
    """

    def __init__(self, history: History, words_of: WordsOf = lambda integration: None) -> None:
        self._history = history
        self._words_of = words_of

    def everything(self) -> Verification:
        """Prove every wallet, and every item of the ledger."""
        collection = Collection()
        for read in (self._history.heads, self._history.rounds, self._history.everything):
            for record in read():
                collection.add(record)
        return self.judge(collection)

    def wallet(self, player_id: str, currency: str, *, thorough: bool = True) -> Verification:
        """Prove one wallet, with what its entries name.

        The index that finds the entries may lag behind the ledger. So what looks faulty is judged
        again from the ledger itself, which is slow and final; or, if not `thorough`, some times
        from the index. A marker that nothing in the wallet leads to, and a round of an integration
        that nothing names, is found by `everything` only. Raises `LookupError` for an unknown
        wallet.
        """
        verification = self.judge(self._of_wallet(player_id, currency))
        if not verification.faults:
            return verification
        if thorough:
            return self.judge(self._of_wallet(player_id, currency, indexed=False))
        for _ in range(_AGAIN):
            verification = self.judge(self._of_wallet(player_id, currency))
            if not verification.faults:
                break
        return verification

    def _of_wallet(self, player_id: str, currency: str, *, indexed: bool = True) -> Collection:
        key, name = (player_id, currency), wallet_key(player_id, currency)
        head = self._history.head(*key)
        if head is None:
            raise LookupError(f"player {player_id} has no {currency} wallet")
        collection = Collection()
        collection.add(head)
        reads: tuple[Callable[[], Iterator[LedgerItem | Round | Unreadable]], ...]
        reads = (self._history.rounds, self._history.everything)
        if indexed:  # a round that counts more than was found before it is judged again
            found = list(self._history.of_wallet(*key))
            names = sorted({entry.integration for entry in found})
            reads = (partial(self._history.rounds_of, *key, names), lambda: iter(found))
        for read in reads:
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

    def judge(self, found: Collection) -> Verification:
        """Return every fault of what was read; a value that nobody can judge is one, too."""
        faults = [
            Fault("unreadable_item", item.wallet, None, f"{item.what}: {item.detail}")
            for item in found.unreadable
        ]
        settled: list[Entry] = []
        for check in (self._wallets(found, settled), self._links(found, settled)):
            try:
                faults += check
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                names = ", ".join(sorted(wallet_key(*key) for key in found.heads))
                detail = f"judging stopped there: {type(error).__name__}: {error}"
                faults.append(Fault("unreadable_item", names, None, detail))
        return Verification(len(found.heads), len(settled), tuple(faults))

    def _wallets(self, found: Collection, settled: list[Entry]) -> Iterator[Fault]:
        """Judge each wallet by itself, and fill `settled`."""
        nameless = {item.wallet for item in found.unreadable}
        rounds: dict[WalletPlace, list[Round]] = defaultdict(list)
        for each in found.rounds:
            rounds[each.player_id, each.currency].append(each)
        for key in sorted(found.heads.keys() | found.entries.keys()):
            entries = found.entries.get(key, [])
            head = found.heads.get(key) or _empty(*key)
            if key not in found.heads and wallet_key(*key) in nameless:
                head = _last(head, entries)
            else:
                yield from check_held(head, entries)
                yield from check_counts(head, entries)
                yield from check_bonus(head, entries, rounds[key])
            yield from check_wallet(head, entries)
            yield from self._check_beyond(head, entries)
            if key in found.heads:
                yield from check_standing(head, entries, self._history)
            settled += [entry for entry in entries if entry.seq <= head.seq]

    def _links(self, found: Collection, settled: Sequence[Entry]) -> Iterator[Fault]:
        """Judge what entries and markers say about each other."""
        seen = [entry for entries in found.entries.values() for entry in entries]
        records = Records(self._history, seen, found.tombstones, found.voids)
        first = FirstRollback(found.holds, records, self._history)
        yield from check_sessions(settled, self._history)
        yield from check_answers(settled, self._words_of, first)
        yield from check_refunds(settled, records)
        yield from check_voids(found.voids, records)
        yield from check_tombstones(found.tombstones, records)
        yield from check_holds(settled, found.holds, records, self._history)
        yield from check_purchases(settled, records)
        yield from check_rounds(found.rounds, settled, seen)
        yield from check_notices(seen, found.rounds, self._rounds_of(found))
        yield from check_releases(found.releases, records)
        yield from self._check_held_wins(found.heads.values(), settled, found.releases)

    def _rounds_of(self, found: Collection) -> Callable[[], Iterator[Round | Unreadable]]:
        """Return what reads the rounds again: of one wallet, its own are read alone."""
        wallets = found.heads.keys() | found.entries.keys()
        if len(wallets) != 1:
            return self._history.rounds
        (wallet,) = wallets
        names = sorted({entry.integration for entry in found.entries.get(wallet, ())})
        return partial(self._history.rounds_of, *wallet, names)

    def _check_held_wins(
        self, heads: Iterable[Wallet], settled: Iterable[Entry], releases: Iterable[Release]
    ) -> Iterator[Fault]:
        """What a wallet holds is its held wins less those that were released.

        A release may be newer than the head that was read: then the wallet has moved since.
        """
        held: Counter[WalletPlace] = Counter()
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
