"""The end of a run: quarantine is tried again, and a full run finds the games that it did not see.

A full run reads the ids that it saw from the raw pages that it kept, so an unchanged game costs
no write. A run that saw unexpectedly little proves nothing about the rest: it raises the alarm and
marks no game.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import batched
from typing import Final

from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.catalogue.judge import Judge, Standing, after, record_id
from casino.catalogue.model import Game
from casino.catalogue.ports import (
    CatalogueReader,
    Changes,
    GameKey,
    Lease,
    PageArchive,
    Quarantined,
    RecordReader,
    SyncObserver,
    SyncResult,
    SyncStore,
)
from casino.catalogue.run import Counts, DriftError, Entity, Run, SyncState, dropped, new_mark

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


class ClosingPhase:
    """The phase `closing` of a run: what follows after the last page."""

    def __init__(
        self,
        store: SyncStore,
        catalogue: CatalogueReader,
        archive: PageArchive,
        reader: RecordReader,
        judge: Judge,
        observer: SyncObserver,
        clock: Clock,
        drop_share: float,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._archive = archive
        self._reader = reader
        self._judge = judge
        self._observer = observer
        self._clock = clock
        self._drop_share = drop_share

    def close(
        self,
        lease: Lease,
        run: Run,
        standing: Standing,
        has_time: Callable[[], bool],
        hand_over: type[Exception],
    ) -> SyncResult:
        """Finish the run; every step can be done again. Raises `hand_over` when time is up."""

        def save(run: Run, changes: Changes) -> Run:
            if changes:
                self._store.save(lease, run, changes)
                # Only after a step forward: else it would be handed over for ever.
                if not has_time():
                    raise hand_over
            return run

        run, standing = self._try_again(lease, run, standing, save)
        finished = lease.state
        drop = run.short
        if run.mode == "full":
            games, providers = self._seen(lease, run, "games"), self._seen(lease, run, "providers")
            drop = drop or self._dropped(lease, run, games, providers)
            if not drop:
                run = self._mark_missing(lease, run, games, save)
                run = self._forget_vanished(lease, run, games, providers, save)
                finished = replace(finished, full_games=len(games), full_providers=len(providers))
        return self._finished(lease, run, finished, drop)

    def _finished(self, lease: Lease, run: Run, state: SyncState, drop: bool) -> SyncResult:
        name = lease.integration
        finished = replace(
            state,
            run=None,
            provider_mark=new_mark(lease.state, run, "providers"),
            game_mark=new_mark(lease.state, run, "games"),
            last_run=run,
            last_finished_at=iso_utc(self._clock.now()),
            full_wanted=state.full_wanted and run.mode != "full",
        )
        full_wanted = self._store.finish(lease, finished) and run.mode != "full"
        standing = sum(1 for _ in self._store.quarantined(name))
        self._observer.event(
            "sync finished",
            integration=name,
            run_id=run.run_id,
            mode=run.mode,
            pages=run.provider_pages + run.game_pages,
            records=run.counts.records,
            written=run.counts.written,
            unchanged=run.counts.unchanged,
            missing=run.counts.missing,
            quarantined=standing,
            dropped=drop,
        )
        if drop:
            self._observer.count("CatalogueDrop", 1, integration=name)
        self._observer.count("SyncRuns", 1, integration=name)
        self._observer.count("SyncRecords", run.counts.records, integration=name)
        self._observer.count("SyncWrites", run.counts.written, integration=name)
        self._observer.count("CatalogueQuarantined", standing, integration=name)
        return SyncResult("done", run, dropped=drop, full_wanted=full_wanted)

    def _try_again(
        self, lease: Lease, run: Run, standing: Standing, save: Callable[[Run, Changes], Run]
    ) -> tuple[Run, Standing]:
        """Judge what stands in quarantine once more: the providers first, games hang on them."""
        if not standing.quarantine:
            return run, standing
        for entity in ("providers", "games"):
            waiting = [
                q
                for q in self._store.quarantined(lease.integration, raw=True)
                if q.entity == entity and q.raw is not None
            ]
            for some in batched(waiting, _AT_ONCE, strict=False):
                changes, counts = self._judged(lease.integration, entity, some, standing)
                run = replace(run, counts=run.counts.plus(counts))
                run, standing = save(run, changes), after(standing, changes)
        return run, standing

    def _judged(
        self, name: str, entity: str, some: tuple[Quarantined, ...], standing: Standing
    ) -> tuple[Changes, Counts]:
        records = [self._reader.decode(q.raw) for q in some if q.raw is not None]
        at = iso_utc(self._clock.now())
        if entity == "providers":
            verdict = self._judge.providers(name, records, standing, some[0].page_key, at)
        else:
            verdict = self._judge.games(name, records, standing, some[0].page_key, at, again=True)
        # What still may not be stored stands there already: only what was accepted is new.
        changes = replace(verdict.changes, quarantine=())
        return changes, Counts(written=verdict.counts.written)

    def _seen(self, lease: Lease, run: Run, entity: Entity) -> Seen:
        pages = run.game_pages if entity == "games" else run.provider_pages

        def names() -> Iterator[str]:
            for page in range(pages):
                key = self._archive.key(lease.integration, run.run_id, entity, page)
                for record in self._reader.records(self._archive.get(key)):
                    yield record_id(record) or self._fingerprint(record)

        return Seen(names())

    def _fingerprint(self, record: object) -> str:
        try:
            return self._reader.fingerprint(record)
        except DriftError:
            return "unreadable"

    def _dropped(self, lease: Lease, run: Run, games: Seen, providers: Seen) -> bool:
        state = lease.state
        drop = not run.accept_drop and (
            dropped(len(games), state.full_games, self._drop_share)
            or dropped(len(providers), state.full_providers, self._drop_share)
        )
        if drop:
            self._observer.event(
                "catalogue dropped",
                error=True,
                integration=lease.integration,
                run_id=run.run_id,
                games=len(games),
                games_before=state.full_games,
                providers=len(providers),
                providers_before=state.full_providers,
            )
        return drop

    def _mark_missing(
        self, lease: Lease, run: Run, seen: Seen, save: Callable[[Run, Changes], Run]
    ) -> Run:
        """Count one more full run, once, for each game that it did not name."""

        def unseen(key: GameKey) -> bool:
            return key.game_id not in seen and key.missing_run != run.run_id

        keys = filter(unseen, self._catalogue.game_keys(lease.integration))
        for some in batched(keys, _AT_ONCE, strict=False):
            stored = self._catalogue.games([key.game_id for key in some])
            marked = [
                (game, _missed(game, run.run_id))
                for game in stored.values()
                if game.missing_run != run.run_id
            ]
            run = replace(run, counts=run.counts.plus(Counts(missing=len(marked))))
            run = save(run, Changes(games=tuple(marked)))
        return run

    def _forget_vanished(
        self,
        lease: Lease,
        run: Run,
        games: Seen,
        providers: Seen,
        save: Callable[[Run, Changes], Run],
    ) -> Run:
        """Take out of quarantine what the provider no longer offers at all."""
        gone = [
            (q.entity, q.record_id)
            for q in self._store.quarantined(lease.integration)
            if q.record_id not in (games if q.entity == "games" else providers)
        ]
        for some in batched(gone, _AT_ONCE, strict=False):
            run = save(run, Changes(release=some))
        return run


def _missed(game: Game, run_id: str) -> Game:
    return replace(game, missing_runs=game.missing_runs + 1, missing_run=run_id)


def _short_digest(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8])
