"""Proves the wallets that moved on a day, and signs what the archive holds of it.

The archive says which wallets moved, so nothing else has to be read to find them. A day that no
run came to is made up for by the next one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.events.checkpoint import Checkpoint, Signed, following, moved_in
from casino.events.ports import Archive, Checkpoints, Signer, WalletName
from casino.events.record import LEDGER

#: Returns the codes of what is wrong with a wallet.
type Prove = Callable[[WalletName], list[str]]


@dataclass(slots=True)
class Proven:
    """What became of days: how many wallets were proven, and the faults of those that have some."""

    days: list[str] = field(default_factory=list)
    wallets: int = 0
    faulty: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Daily:
    """The use case; `prove` says what is wrong with a wallet."""

    archive: Archive
    checkpoints: Checkpoints
    signer: Signer
    prove: Prove
    clock: Clock

    def run(self) -> Proven:
        """Prove and sign each day from the last checkpoint to yesterday.

        Raises `ValueError` when the last checkpoint cannot be read: nothing can follow it.
        """
        proven = Proven()
        signed = self.checkpoints.days()
        last = self.checkpoints.of_day(signed[-1]).checkpoint if signed else None
        for day in self._days(last):
            objects = self.archive.objects(LEDGER, day)
            moved = moved_in(self.archive.of_day(LEDGER, day))
            heads = {name: head for name, head in moved.items() if head is not None}
            made = following(last, day, objects, heads)
            # Signed before it is proven: a fault must not leave a day without a checkpoint.
            self.checkpoints.put(Signed(made, self.signer.sign(made.text())))
            self._prove(sorted(moved), proven)
            proven.days.append(day)
            last = made
        return proven

    def _days(self, last: Checkpoint | None) -> Iterator[str]:
        """Yield the days without a checkpoint; the first one ever is yesterday."""
        today = date.fromisoformat(iso_utc(self.clock.now())[:10])
        day = today - timedelta(1)
        if last is not None:
            day = date.fromisoformat(last.day) + timedelta(1)
        while day < today:
            yield day.isoformat()
            day += timedelta(1)

    def _prove(self, wallets: list[str], proven: Proven) -> None:
        for name in wallets:
            currency, _, player_id = name.partition("#")
            codes = self.prove((player_id, currency))
            proven.wallets += 1
            if codes:
                proven.faulty[name] = codes
