"""Proves every day the wallets that moved the day before, in as many runs as that takes.

The archive says which wallets moved. They are proven in the order of their names, so one name says
how far a day is; memory holds some of the names and one wallet. A run that dies anywhere repeats at
most one wallet, and a wallet that no run can prove is named and left behind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.errors import CasinoError
from casino.base.invocation import Context
from casino.base.times import epoch, iso_utc
from casino.events.checkpoint import moved_in
from casino.events.daily import SETTLED_S
from casino.events.ports import Archive, Observer, WalletName
from casino.events.progress import Progress, ProgressStore
from casino.events.record import LEDGER, Kept

#: What is wrong with a wallet: codes, each with the transaction that it is about.
type Prove = Callable[[WalletName], Sequence[tuple[str, str | None]]]

#: With less time than this left a run ends, in seconds: longer than most wallets take.
_RESERVE_S: Final = 120
#: So many runs may die of a wallet before it is left behind.
_TRIES: Final = 3
#: So many names are held at once.
_NAMES: Final = 100_000
#: A log line names so many transactions of a wallet; `ops ledger verify` names all.
_NAMED: Final = 20
_DAY_S: Final = 24 * 3600


class _OvertakenError(CasinoError):
    """Another run goes on with the day."""


@dataclass(frozen=True, slots=True)
class Proving:
    """Answers the events of the schedule; `prove` says what is wrong with a wallet."""

    archive: Archive
    progress: ProgressStore
    prove: Prove
    clock: Clock
    observer: Observer
    most: int = _NAMES

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, object]:
        """Prove until every day up to yesterday is done, or little time is left.

        Writes a line for each wallet with faults, and how many wallets were proven of the day. An
        error is raised, so that the invocation counts as failed and is repeated.
        """
        place = self.progress.load()
        try:
            while _has_time(context) and not (place := self._begun(place)).done:
                place = self._proved(place, context)
        except _OvertakenError:
            self.observer.event("another run proves the wallets")
            place = self.progress.load()
        told = {name: getattr(place, name) for name in ("day", "done", "wallets", "faulty")}
        self.observer.event("wallets proven", **told)
        self.observer.count("ProofAgeSeconds", self._age_s(place), **told)
        return told

    def _begun(self, place: Progress) -> Progress:
        """Return the day that is to be proven; it is done when there is none."""
        if not place.done:
            return place
        today = date.fromisoformat(iso_utc(self.clock.now() - SETTLED_S)[:10])
        day = date.fromisoformat(place.day) + timedelta(1) if place.day else today - timedelta(1)
        if place.day and len(self.archive.objects(LEDGER, place.day)) > place.objects:
            day -= timedelta(1)  # something of it was archived late
        if day >= today:
            return place
        objects = len(self.archive.objects(LEDGER, day.isoformat()))
        fresh = Progress(day.isoformat(), done=False, objects=objects, version=place.version)
        return self._kept(fresh)

    def _proved(self, place: Progress, context: Context) -> Progress:
        """Prove the next wallets of a day."""
        names = self._names(place)
        for name in names:
            if not _has_time(context):
                return self._kept(place)
            tries = place.tries + 1 if name == place.trying else 1
            place = self._kept(replace(place, trying=name, tries=tries))
            faulty = self._is_faulty(place)
            place = replace(
                place,
                after=name,
                trying="",
                tries=0,
                wallets=place.wallets + (tries <= _TRIES),
                faulty=place.faulty + faulty,
            )
        return self._kept(replace(place, done=len(names) < self.most))

    def _is_faulty(self, place: Progress) -> bool:
        """Prove the wallet that is being tried; tell of its faults."""
        currency, _, player_id = place.trying.partition("#")
        found: Sequence[tuple[str, str | None]] = [("not_proven", None)]
        if place.tries <= _TRIES:
            found = self.prove((player_id, currency))
        if found:
            codes = sorted({code for code, _ in found})
            named = sorted({name for _, name in found if name})[:_NAMED]
            facts = {"wallet": place.trying, "codes": codes}
            self.observer.event("wallet faulty", error=True, transactions=named, **facts)
            self.observer.count("LedgerFaults", len(found), **facts)
        return bool(found)

    def _names(self, place: Progress) -> list[str]:
        """Return the next wallets that moved on a day, in order, as many as are held at once."""
        found: set[str] = set()
        for key in self.archive.objects(LEDGER, place.day):
            found.update(name for name in moved_in(self._lines(key, place)) if name > place.after)
            if len(found) > 2 * self.most:
                found = set(sorted(found)[: self.most])
        return sorted(found)[: self.most]

    def _lines(self, key: str, place: Progress) -> Iterator[Kept]:
        try:
            yield from self.archive.of_object(key)
        except (LookupError, TypeError, ValueError):
            if not place.after:  # the day's first run tells of it
                self.observer.event(
                    "archive faulty", error=True, object=key, codes=["archive_object"]
                )
                self.observer.count("LedgerFaults", object=key)

    def _kept(self, place: Progress) -> Progress:
        kept = self.progress.save(place)
        if kept is None:
            raise _OvertakenError(place.day)
        return kept

    def _age_s(self, place: Progress) -> float:
        """Return how long ago the last day ended that is proven."""
        if not place.day:
            return 0.0
        return self.clock.now() - epoch(f"{place.day}T00:00:00Z") - (_DAY_S if place.done else 0)


def _has_time(context: Context) -> bool:
    return context.get_remaining_time_in_millis() > _RESERVE_S * 1000
