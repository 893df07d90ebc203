"""Proves a whole ledger in the memory of one wallet: first everything is read to disk, by segments
side by side, then one wallet is judged after the other.

Heads are read first, then rounds, then the ledger, as `casino.wallet.proof.verify` wants them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import repeat
from threading import Lock

from casino.wallet.proof.collection import Collection
from casino.wallet.proof.faults import Fault
from casino.wallet.proof.verify import Verification, Verifier
from casino.wallet.store.pages import SOURCES, Pages, Source, owner_of, record_of
from ops.shelf import Shelf

type Say = Callable[[str], None]
#: How much is read or judged between two lines of progress.
_ITEMS = 50_000
_WALLETS = 1_000


@dataclass
class Sweep:
    """One run, which may go on with what an earlier one kept; `say` hears how far it is."""

    pages: Pages
    shelf: Shelf
    verifier: Verifier
    say: Say
    _read: int = 0
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> Verification:
        """Read, judge, and return what was found: wallets in order, at the end what has none."""
        segments = range(self.shelf.segments)
        for source in SOURCES:
            with ThreadPoolExecutor(len(segments)) as pool:
                list(pool.map(self._collect, repeat(source), segments))
        self.shelf.sort()
        self._judge()
        entries = 0
        faults: list[Fault] = []
        for judged, found in self.shelf.verdicts():
            entries += judged
            faults += [Fault(**fault) for fault in found]
        return Verification(self.shelf.heads(), entries, tuple(faults))

    def _collect(self, source: Source, segment: int) -> None:
        done, after = self.shelf.place(source, segment)
        while not done:
            items, after = self.pages.page(source, segment, self.shelf.segments, after)
            found = [(owner_of(source, item), item) for item in items]
            self.shelf.put(source, segment, found, after)
            self._count(len(items), source)
            done = after is None

    def _count(self, more: int, source: Source) -> None:
        with self._lock:
            before, self._read = self._read, self._read + more
            if before // _ITEMS != self._read // _ITEMS:
                self.say(f"read {self._read:,} items, now of the {source}")

    def _judge(self) -> None:
        wallets = self.shelf.count()
        self.say(f"read everything: {wallets:,} wallets to judge")
        for number, (wallet, items) in enumerate(self.shelf.wallets(), 1):
            collection = Collection()
            for source, item in items:
                collection.add(record_of(source, item))
            found = self.verifier.judge(collection)
            self.shelf.judged(wallet, found.entries, map(asdict, found.faults))
            if number % _WALLETS == 0:
                self.say(f"judged {number:,} of {wallets:,} wallets")
