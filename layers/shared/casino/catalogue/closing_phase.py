"""The end of a run: quarantine is tried again, a full run marks what it did not see, all is told.

Every step can be done again. A run that saw unexpectedly little raises the alarm and marks nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import batched
from typing import Final

from casino.base.clock import Clock
from casino.base.times import iso_utc
from casino.catalogue.judge import Judge, Standing, after
from casino.catalogue.missing import Removals, SeenLists
from casino.catalogue.ports import (
    Changes,
    Progress,
    Quarantined,
    RecordReader,
    SyncObserver,
    SyncResult,
    SyncStore,
)
from casino.catalogue.run import Counts, Run, SyncState, new_mark

_AT_ONCE: Final = 100


class ClosingPhase:
    """The phase `closing` of a run: what follows after the last page."""

    def __init__(
        self,
        store: SyncStore,
        removals: Removals,
        reader: RecordReader,
        judge: Judge,
        observer: SyncObserver,
        clock: Clock,
        drop_share: float,
    ) -> None:
        self._store = store
        self._removals = removals
        self._reader = reader
        self._judge = judge
        self._observer = observer
        self._clock = clock
        self._drop_share = drop_share

    def close(
        self, progress: Progress, standing: Standing, hand_over: type[Exception]
    ) -> SyncResult:
        """Finish the run. Raises `hand_over` when time is up."""

        def save(run: Run, changes: Changes) -> None:
            if changes:
                self._store.save(progress.lease, run, changes)
            progress.run = run
            # Only after a step forward: else it would be handed over for ever.
            if changes and not progress.has_time():
                raise hand_over

        standing = self._try_again(progress, standing, save)
        finished = replace(progress.lease.state, games=standing.games)
        drop = progress.run.short
        if progress.run.mode == "full":
            seen = self._removals.seen(progress.integration.name, progress.run)
            drop = drop or self._dropped(progress, seen)
            if not drop:
                games = self._removals.mark(progress, seen, standing.providers.values(), save)
                self._forget_vanished(progress, seen, save)
                finished = replace(
                    finished,
                    games=games,
                    full_games=len(seen.games),
                    full_providers=len(seen.providers),
                )
        return self._finished(progress, finished, drop)

    def _finished(self, progress: Progress, state: SyncState, drop: bool) -> SyncResult:
        run, before = progress.run, progress.lease.state
        finished = replace(
            state,
            run=None,
            provider_mark=new_mark(before, run, "providers"),
            game_mark=new_mark(before, run, "games"),
            last_run=run,
            last_finished_at=iso_utc(self._clock.now()),
            full_wanted=state.full_wanted and run.mode != "full",
        )
        full_wanted = self._store.finish(progress.lease, finished) and run.mode != "full"
        self._tell(progress, drop)
        return SyncResult("done", run, dropped=drop, full_wanted=full_wanted)

    def _tell(self, progress: Progress, drop: bool) -> None:
        name, run, counts = progress.integration.name, progress.run, progress.run.counts
        standing = sum(1 for _ in self._store.quarantined(name))
        self._observer.event(
            "sync finished",
            integration=name,
            run_id=run.run_id,
            mode=run.mode,
            pages=run.pages,
            records=counts.records,
            written=counts.written,
            added=counts.added,
            unchanged=counts.unchanged,
            missing=counts.missing,
            providers_missing=counts.providers_missing,
            quarantined=standing,
            dropped=drop,
        )
        games_before = max(counts.missing, progress.lease.state.full_games or 0, 1)
        metrics = {
            "SyncRuns": 1,
            "SyncRecords": counts.records,
            "SyncWrites": counts.written,
            "CatalogueAdded": counts.added,
            "CatalogueChanged": counts.written - counts.added,
            "CatalogueMissing": counts.missing,
            "CatalogueMissingPercent": 100 * counts.missing / games_before,
            "ProvidersMissing": counts.providers_missing,
            "CatalogueQuarantined": standing,
        }
        if drop:
            metrics["CatalogueDrop"] = 1
        for metric, value in metrics.items():
            self._observer.count(metric, value, integration=name)

    def _try_again(
        self, progress: Progress, standing: Standing, save: Callable[[Run, Changes], None]
    ) -> Standing:
        """Judge what stands in quarantine once more: the providers first, games hang on them."""
        if not standing.quarantine:
            return standing
        for entity in ("providers", "games"):
            waiting = [
                q
                for q in self._store.quarantined(progress.integration.name, raw=True)
                if q.entity == entity and q.raw is not None
            ]
            for some in batched(waiting, _AT_ONCE, strict=False):
                changes, counts = self._judged(progress, entity, some, standing)
                standing = after(standing, changes)
                save(replace(progress.run, counts=progress.run.counts.plus(counts)), changes)
        return standing

    def _judged(
        self, progress: Progress, entity: str, some: tuple[Quarantined, ...], standing: Standing
    ) -> tuple[Changes, Counts]:
        name = progress.integration.name
        records = [self._reader.decode(q.raw) for q in some if q.raw is not None]
        at = iso_utc(self._clock.now())
        if entity == "providers":
            verdict = self._judge.providers(name, records, standing, some[0].page_key, at)
        else:
            verdict = self._judge.games(name, records, standing, some[0].page_key, at, again=True)
        # What still may not be stored stands there already: only what was accepted is new.
        changes = replace(verdict.changes, quarantine=())
        return changes, Counts(written=verdict.counts.written, added=verdict.counts.added)

    def _dropped(self, progress: Progress, seen: SeenLists) -> bool:
        run, before = progress.run, progress.lease.state
        drop = not run.accept_drop and seen.dropped(before, self._drop_share)
        if drop:
            self._observer.event(
                "catalogue dropped",
                error=True,
                integration=before.integration,
                run_id=run.run_id,
                games=len(seen.games),
                games_before=before.full_games,
                providers=len(seen.providers),
                providers_before=before.full_providers,
            )
        return drop

    def _forget_vanished(
        self, progress: Progress, seen: SeenLists, save: Callable[[Run, Changes], None]
    ) -> None:
        """Take out of quarantine what the provider no longer offers at all."""
        gone = [
            (q.entity, q.record_id)
            for q in self._store.quarantined(progress.integration.name)
            if not seen.holds(q.entity, q.record_id)
        ]
        for some in batched(gone, _AT_ONCE, strict=False):
            save(progress.run, Changes(release=some))
