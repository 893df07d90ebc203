"""Proves the wallets that moved on a day, and signs what the archive holds of it.

The archive says which wallets moved, so nothing else has to be read to find them. A day that no
run came to is made up for by the next one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.events.checkpoint import Checkpoint, Signed, following, moved_in
from casino.events.ports import Archive, Checkpoints, Signer, WalletName
from casino.events.record import LEDGER, Kept

#: What was written so many seconds ago is in the archive, unless its stream stands still.
SETTLED_S: Final = 900.0
#: Returns the codes of what is wrong with a wallet.
type Prove = Callable[[WalletName], list[str]]


@dataclass(slots=True)
class Proven:
    """What became of days: how many wallets were proven, and what is wrong.

    `faulty` holds the faults of wallets that have some, and objects that nobody can read.
    """

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

        A wallet with faults is named, and its day is signed all the same. A day of a run that broke
        off is left to the next one. Raises `ValueError` when the last checkpoint cannot be read, or
        is that of another day: nothing can follow it.
        """
        proven = Proven()
        today = date.fromisoformat(iso_utc(self.clock.now() - SETTLED_S)[:10])
        last = self._last(today)
        for day in self._days(last, today):
            objects = self.archive.objects(LEDGER, day)
            moved = moved_in(self._lines(objects, proven))
            heads = {name: head for name, head in moved.items() if head is not None}
            self._prove(sorted(moved), proven)
            made = following(last, day, objects, heads)
            if self.checkpoints.put(Signed(made, self.signer.sign(made.text()))):
                proven.days.append(day)
                last = made
            else:  # another run was quicker: the next day follows what that one signed
                last = self.checkpoints.of_day(day).checkpoint
        return proven

    def _last(self, today: date) -> Checkpoint | None:
        """Return the last checkpoint before today; the verifier names what else is there."""
        signed = [day for day in self.checkpoints.days() if _is_before(day, today)]
        if not signed:
            return None
        last = self.checkpoints.of_day(signed[-1]).checkpoint
        if last.day != signed[-1]:
            raise ValueError(f"the checkpoint of {signed[-1]} is that of {last.day}")
        return last

    def _lines(self, objects: list[str], proven: Proven) -> Iterator[Kept]:
        for key in objects:
            try:
                yield from self.archive.of_object(key)
            except (LookupError, TypeError, ValueError):
                proven.faulty[key] = ["archive_object"]

    @staticmethod
    def _days(last: Checkpoint | None, today: date) -> Iterator[str]:
        """Yield the days without a checkpoint; the first one ever is yesterday."""
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


def _is_before(name: str, day: date) -> bool:
    try:
        named = date.fromisoformat(name)
    except ValueError:
        return False
    return named < day and named.isoformat() == name
