"""One run of the synchronisation: read a page, judge it, write it with its checkpoint, go on.

A run keeps in memory nothing that it needs to go on. When it is killed anywhere, or hands over
before its time is up, the next invocation reads the page at the checkpoint again and finds the part
that was written unchanged. A run fetches the next page while it writes one.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from hashlib import sha256
from typing import Final
from uuid import uuid4

from casino.base.clock import Clock
from casino.base.errors import RetryableError
from casino.base.times import iso_utc
from casino.catalogue.closing_phase import ClosingPhase
from casino.catalogue.judge import Judge, Standing, Verdict, after, standing_of
from casino.catalogue.missing import Removals
from casino.catalogue.ports import (
    CatalogueReader,
    OwnerConflictError,
    PageArchive,
    Progress,
    RecordReader,
    SyncObserver,
    SyncRequest,
    SyncResult,
    SyncStore,
)
from casino.catalogue.run import (
    Entity,
    LeaseLostError,
    Run,
    SyncAbortedError,
    SyncState,
    advanced,
    is_stale,
    restarted,
    updated_after,
)
from casino.integrations.model import Integration
from casino.providers.caps import CAPS, Caps
from casino.providers.ports import Page, ProviderClient, ProviderError

_JUDGEMENTS: Final = 3
#: What a provider answers to a cursor that it no longer knows.
_CURSOR_GONE: Final = frozenset({400, 404, 410, 422})


class _HandOverError(Exception):
    """The invocation's time is nearly up; the checkpoint is where another one goes on."""


class CatalogueSync:
    """Synchronises one integration at a time; at most one run of each exists anywhere."""

    def __init__(
        self,
        client: ProviderClient,
        store: SyncStore,
        catalogue: CatalogueReader,
        archive: PageArchive,
        reader: RecordReader,
        observer: SyncObserver,
        clock: Clock,
        executor: Executor,
        drop_share: float = 0.8,
        caps: Caps = CAPS,
    ) -> None:
        self._client = client
        self._store = store
        self._catalogue = catalogue
        self._archive = archive
        self._observer = observer
        self._clock = clock
        self._executor = executor
        self._most_pages = caps.pages
        self._judge = Judge(catalogue, reader, caps)
        removals = Removals(catalogue, archive, reader)
        self._closing = ClosingPhase(
            store, removals, reader, self._judge, observer, clock, drop_share
        )

    def run(
        self, integration: Integration, request: SyncRequest, has_time: Callable[[], bool]
    ) -> SyncResult:
        """Run, or go on with the run that was interrupted; `has_time` says when to hand over."""
        lease = self._store.acquire(integration.name, f"{uuid4()}")
        if lease is None:
            if request.mode == "full":
                self._store.want_full(integration.name)
            self._observer.event("sync busy", integration=integration.name, mode=request.mode)
            return SyncResult("busy")
        progress = Progress(integration, lease, self._begin(lease.state, request), has_time)
        try:
            return self._carried_out(progress)
        except _HandOverError:
            self._store.release(lease)
            run = progress.run
            self._observer.event(
                "sync handed over", integration=integration.name, run_id=run.run_id
            )
            return SyncResult("handed_over", run)
        except LeaseLostError:
            return self._failed(progress, "lease_lost")
        except SyncAbortedError as error:
            self._store.abandon(lease)
            return self._failed(progress, error.code)
        except ProviderError as error:
            self._store.release(lease)
            return self._failed(progress, error.code, error.detail, status=error.status)
        except (RetryableError, OwnerConflictError) as error:
            self._store.release(lease)
            return self._failed(progress, getattr(error, "code", "owner_conflict"), f"{error}")

    def _begin(self, state: SyncState, request: SyncRequest) -> Run:
        """Return the interrupted run, or a new one: a full one where one is due."""
        now = self._clock.now()
        mode = "full" if state.full_wanted else request.mode
        interrupted = state.run
        # A full run does all that a delta run was to do, so it need not wait for one.
        useful = interrupted is not None and (interrupted.mode == "full" or mode == "delta")
        if interrupted is not None and useful and not is_stale(interrupted, iso_utc(now)):
            accepted = interrupted.accept_drop or state.drop_accepted
            return replace(interrupted, accept_drop=accepted)
        started_at = iso_utc(now)
        run_id = f"{started_at.replace(':', '').replace('.', '')}-{mode}-{uuid4().hex[:8]}"
        return Run(run_id, mode, started_at, accept_drop=state.drop_accepted)

    def _carried_out(self, progress: Progress) -> SyncResult:
        name, run = progress.integration.name, progress.run
        self._observer.event("sync run", integration=name, run_id=run.run_id, mode=run.mode)
        stored, waiting = self._catalogue.providers(name), self._store.quarantined(name)
        standing = standing_of(stored, waiting, progress.lease.state.games)
        while progress.run.phase != "closing":
            entity: Entity = "providers" if progress.run.phase == "providers" else "games"
            standing = self._phase(progress, entity, standing)
        return self._closing.close(progress, standing, _HandOverError)

    def _phase(self, progress: Progress, entity: Entity, standing: Standing) -> Standing:
        """Read every page that is left of a list."""
        resumed = progress.run.cursor is not None
        ahead = self._fetch(progress, entity, progress.run.cursor)
        while progress.run.phase == entity:
            if progress.run.page >= self._most_pages:
                raise SyncAbortedError("too_many_pages")
            try:
                page = ahead.result()
            except ProviderError as error:
                if not resumed or error.status not in _CURSOR_GONE:
                    raise
                self._from_the_start(progress, entity)
                page = self._fetch(progress, entity, None).result()
            resumed = False
            next_cursor = page.next_cursor if page.has_more else None
            moved = advanced(progress.run, next_cursor, _digest(page), _is_short(page), None)
            has_time = progress.has_time()
            if moved.phase == entity and has_time:
                ahead = self._fetch(progress, entity, next_cursor)
            standing = self._written(progress, entity, page, standing)
            if moved.phase != "closing" and not has_time:
                raise _HandOverError
        return standing

    def _fetch(self, progress: Progress, entity: Entity, cursor: str | None) -> Future[Page]:
        read = self._client.providers if entity == "providers" else self._client.games
        since = updated_after(progress.lease.state, progress.run, entity)
        return self._executor.submit(read, progress.integration, cursor, since)

    def _from_the_start(self, progress: Progress, entity: Entity) -> None:
        """The provider forgot the cursor while nobody was reading: its list is read anew."""
        self._observer.event(
            "sync cursor refused",
            error=True,
            integration=progress.integration.name,
            run_id=progress.run.run_id,
            entity=entity,
            cursor=progress.run.cursor,
        )
        progress.run = restarted(progress.run)

    def _written(
        self, progress: Progress, entity: Entity, page: Page, standing: Standing
    ) -> Standing:
        """Keep the raw page, then write what it changes together with the checkpoint after it."""
        name, run = progress.integration.name, progress.run
        key = self._archive.key(name, run.run_id, entity, run.page)
        kept = self._executor.submit(self._archive.put, key, page.raw)
        judge = self._judge.providers if entity == "providers" else self._judge.games
        at = iso_utc(self._clock.now())
        for attempt in range(1, _JUDGEMENTS + 1):
            verdict = judge(name, page.records, standing, key, at)
            next_cursor = page.next_cursor if page.has_more else None
            counted = replace(run, counts=run.counts.plus(verdict.counts))
            moved = advanced(counted, next_cursor, _digest(page), _is_short(page), verdict.highest)
            kept.result()
            try:
                self._store.save(progress.lease, moved, verdict.changes)
                break
            except OwnerConflictError:
                if attempt == _JUDGEMENTS:
                    raise
        progress.run = moved
        self._tell(name, entity, run, page, verdict)
        return after(standing, verdict.changes)

    def _tell(self, name: str, entity: Entity, run: Run, page: Page, verdict: Verdict) -> None:
        self._observer.event(
            "sync page",
            integration=name,
            run_id=run.run_id,
            entity=entity,
            page=run.page,
            cursor=run.cursor,
            returned=page.returned,
            records=len(page.records),
            has_more=page.has_more,
            written=verdict.counts.written,
            correlation=dict(page.correlation),
        )
        if _is_short(page):
            self._observer.event("sync page is short", error=True, integration=name, page=run.page)
        for record in verdict.changes.quarantine:
            self._observer.event(
                "record quarantined",
                error=True,
                integration=name,
                run_id=run.run_id,
                entity=entity,
                record_id=record.record_id,
                fault=record.fault,
                reason=record.reason,
                page=record.page_key,
            )
        faults = {
            "CatalogueDrift": verdict.counts.drifted,
            "CatalogueOrphans": verdict.counts.orphaned,
            "CatalogueOverCap": verdict.counts.over_cap,
        }
        for metric, count in faults.items():
            if count:
                self._observer.count(metric, count, integration=name)

    def _failed(
        self, progress: Progress, code: str, detail: str = "", status: int | None = None
    ) -> SyncResult:
        name, run = progress.integration.name, progress.run
        self._observer.event(
            "sync failed",
            error=True,
            integration=name,
            run_id=run.run_id,
            code=code,
            detail=detail,
            status=status,
            pages=run.pages,
            records=run.counts.records,
            written=run.counts.written,
        )
        self._observer.count("SyncFailures", 1, integration=name, code=code)
        return SyncResult("failed", run, code, detail)


def _is_short(page: Page) -> bool:
    """Whether the page holds less than it says, or says that there is more and not where."""
    return (page.returned is not None and page.returned != len(page.records)) or (
        page.has_more and (page.next_cursor is None or not page.records)
    )


def _digest(page: Page) -> str:
    """Name the page by its content; an empty one has no name."""
    return sha256(repr(page.records).encode(errors="replace")).hexdigest() if page.records else ""
