"""A full run finds the games and providers that it did not see.

It reads the ids that it saw from the raw pages that it kept, so an unchanged record costs no write.
A run that saw unexpectedly little proves nothing about the rest: it marks nothing.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import batched
from typing import Final

from casino.catalogue.judge import record_id
from casino.catalogue.model import MISSING_RUNS_TO_DISABLE, Game, Provider
from casino.catalogue.ports import (
    CatalogueReader,
    Changes,
    GameKey,
    PageArchive,
    Progress,
    RecordReader,
)
from casino.catalogue.run import DriftError, Entity, Run, SyncState, dropped

_AT_ONCE: Final = 100


class Seen:
    """The ids of one list of a full run, in eight bytes each."""

    def __init__(self, names: Iterator[str]) -> None:
        self._digests = array("Q")
        for name in names:
            if name not in self:
                # One after the other: a set or a list of them would be nine times as large.
                insort(self._digests, _short_digest(name))

    def __len__(self) -> int:
        return len(self._digests)

    def __contains__(self, name: str) -> bool:
        digest = _short_digest(name)
        place = bisect_left(self._digests, digest)
        return place < len(self._digests) and self._digests[place] == digest


@dataclass(frozen=True, slots=True)
class SeenLists:
    """All that a full run saw."""

    providers: Seen
    games: Seen

    def dropped(self, before: SyncState, share: float) -> bool:
        """Tell whether it is unexpectedly little."""
        return dropped(len(self.games), before.full_games, share) or dropped(
            len(self.providers), before.full_providers, share
        )

    def holds(self, entity: Entity, name: str) -> bool:
        """Tell whether a record was seen."""
        return name in (self.games if entity == "games" else self.providers)


class _Walk:
    """The ids of the stored games that a run has to mark, and what it counts on the way."""

    def __init__(self, keys: Iterator[GameKey], seen: Seen, run_id: str) -> None:
        self._keys = keys
        self._seen = seen
        self._run_id = run_id
        self.stored = 0
        self.marked = 0

    def __iter__(self) -> Iterator[str]:
        for key in self._keys:
            self.stored += 1
            if key.game_id in self._seen or not _concerns(key, self._run_id):
                continue
            if key.missing_run == self._run_id:
                self.marked += 1
            else:
                yield key.game_id


class Removals:
    """What the last part of a full run reads and marks."""

    def __init__(
        self, catalogue: CatalogueReader, archive: PageArchive, reader: RecordReader
    ) -> None:
        self._catalogue = catalogue
        self._archive = archive
        self._reader = reader

    def seen(self, integration: str, run: Run) -> SeenLists:
        """Return what the run saw, from its pages."""
        return SeenLists(
            Seen(self._names(integration, run, "providers", run.provider_pages)),
            Seen(self._names(integration, run, "games", run.game_pages)),
        )

    def mark(
        self,
        progress: Progress,
        seen: SeenLists,
        providers: Iterable[Provider],
        save: Callable[[Run, Changes], None],
    ) -> int:
        """Count one more full run, once, for each record that it did not name.

        Returns how many games are stored. The numbers are counted anew when the run goes on after
        an interruption.
        """
        name, run_id = progress.integration.name, progress.run.run_id
        gone = [
            provider
            for provider in providers
            if provider.provider_id not in seen.providers and _concerns(provider, run_id)
        ]
        counts = replace(progress.run.counts, missing=0, providers_missing=len(gone))
        studios = tuple(_missed(p, run_id) for p in gone if p.missing_run != run_id)
        save(replace(progress.run, counts=counts), Changes(providers=studios))
        walk = _Walk(self._catalogue.game_keys(name), seen.games, run_id)
        for some in batched(walk, _AT_ONCE, strict=False):
            # The index lags a moment behind the games.
            games = [g for g in self._catalogue.games(some).values() if _concerns(g, run_id)]
            walk.marked += len(games)
            changes = tuple((g, _missed(g, run_id)) for g in games if g.missing_run != run_id)
            counts = replace(counts, missing=walk.marked)
            save(replace(progress.run, counts=counts), Changes(games=changes))
        progress.run = replace(progress.run, counts=replace(counts, missing=walk.marked))
        return walk.stored

    def _names(self, integration: str, run: Run, entity: Entity, pages: int) -> Iterator[str]:
        for page in range(pages):
            key = self._archive.key(integration, run.run_id, entity, page)
            for record in self._reader.records(self._archive.get(key)):
                yield record_id(record) or self._fingerprint(record)

    def _fingerprint(self, record: object) -> str:
        try:
            return self._reader.fingerprint(record)
        except DriftError:
            return "unreadable"


def _concerns(record: Game | Provider | GameKey, run_id: str) -> bool:
    """Tell whether the record was there before this run, or was marked by it already."""
    return record.missing_runs < MISSING_RUNS_TO_DISABLE or record.missing_run == run_id


def _missed[T: (Game, Provider)](record: T, run_id: str) -> T:
    return replace(record, missing_runs=record.missing_runs + 1, missing_run=run_id)


def _short_digest(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8])
