"""One run of the synchronisation: read a page, judge it, write it with its checkpoint, go on.

A run keeps in memory nothing that it needs to go on. When it is killed anywhere, or hands over
before its time is up, the next invocation reads the page at the checkpoint again and finds the part
that was written unchanged. A run fetches the next page while it writes one.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final
from uuid import uuid4

from casino.base.clock import Clock
from casino.base.errors import RetryableError
from casino.base.times import iso_utc
from casino.catalogue.closing_phase import ClosingPhase
from casino.catalogue.judge import Judge, Standing, Verdict, after, standing_of
from casino.catalogue.ports import (
    CatalogueReader,
    Lease,
    OwnerConflictError,
    PageArchive,
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
from casino.providers.ports import Page, ProviderClient, ProviderError

_JUDGEMENTS: Final = 3
#: What a provider answers to a cursor that it no longer knows.
_CURSOR_GONE: Final = frozenset({400, 404, 410, 422})


class _HandOverError(Exception):
    """The invocation's time is nearly up; the checkpoint is where another one goes on."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What does not change within an invocation."""

    integration: Integration
    lease: Lease
    has_time: Callable[[], bool]


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
    ) -> None:
        self._client = client
        self._store = store
        self._catalogue = catalogue
        self._archive = archive
        self._observer = observer
        self._clock = clock
        self._executor = executor
        self._judge = Judge(catalogue, reader)
        self._closing = ClosingPhase(
            store, catalogue, archive, reader, self._judge, observer, clock, drop_share
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
        context = _Context(integration, lease, has_time)
        run = self._begin(lease.state, request)
        try:
            return self._carried_out(context, run)
        except _HandOverError:
            self._store.release(lease)
            self._observer.event(
                "sync handed over", integration=integration.name, run_id=run.run_id
            )
            return SyncResult("handed_over", run)
        except LeaseLostError:
            return self._failed(context, run, "lease_lost")
        except SyncAbortedError as error:
            self._store.abandon(lease)
            return self._failed(context, run, error.code)
        except ProviderError as error:
            self._store.release(lease)
            return self._failed(context, run, error.code, status=error.status)
        except (RetryableError, OwnerConflictError) as error:
            self._store.release(lease)
            return self._failed(context, run, getattr(error, "code", "owner_conflict"))

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

    def _carried_out(self, context: _Context, run: Run) -> SyncResult:
        name = context.integration.name
        self._observer.event("sync run", integration=name, run_id=run.run_id, mode=run.mode)
        standing = standing_of(self._catalogue.providers(name), self._store.quarantined(name))
        while run.phase != "closing":
            entity: Entity = "providers" if run.phase == "providers" else "games"
            run, standing = self._phase(context, entity, run, standing)
        return self._closing.close(context.lease, run, standing, context.has_time, _HandOverError)

    def _phase(
        self, context: _Context, entity: Entity, run: Run, standing: Standing
    ) -> tuple[Run, Standing]:
        """Read every page that is left of a list."""
        ahead, resumed = self._fetch(context, entity, run, run.cursor), run.cursor is not None
        while run.phase == entity:
            try:
                page = ahead.result()
            except ProviderError as error:
                if not resumed or error.status not in _CURSOR_GONE:
                    raise
                run = self._from_the_start(context, entity, run)
                page = self._fetch(context, entity, run, None).result()
            resumed = False
            next_cursor = page.next_cursor if page.has_more else None
            moved = advanced(run, next_cursor, _digest(page), _is_short(page), None)
            has_time = context.has_time()
            if moved.phase == entity and has_time:
                ahead = self._fetch(context, entity, run, next_cursor)
            run, standing = self._written(context, entity, run, page, standing)
            if run.phase != "closing" and not has_time:
                raise _HandOverError
        return run, standing

    def _fetch(
        self, context: _Context, entity: Entity, run: Run, cursor: str | None
    ) -> Future[Page]:
        read = self._client.providers if entity == "providers" else self._client.games
        since = updated_after(context.lease.state, run, entity)
        return self._executor.submit(read, context.integration, cursor, since)

    def _from_the_start(self, context: _Context, entity: Entity, run: Run) -> Run:
        """The provider forgot the cursor while nobody was reading: its list is read anew."""
        self._observer.event(
            "sync cursor refused",
            error=True,
            integration=context.integration.name,
            run_id=run.run_id,
            entity=entity,
            cursor=run.cursor,
        )
        return restarted(run)

    def _written(
        self, context: _Context, entity: Entity, run: Run, page: Page, standing: Standing
    ) -> tuple[Run, Standing]:
        """Keep the raw page, then write what it changes together with the checkpoint after it."""
        name = context.integration.name
        key = self._archive.key(name, run.run_id, entity, run.page)
        kept = self._executor.submit(self._archive.put, key, page.raw)
        judge = self._judge.providers if entity == "providers" else self._judge.games
        at = iso_utc(self._clock.now())
        for attempt in range(1, _JUDGEMENTS + 1):
            verdict = judge(name, page.records, standing, key, at)
            next_cursor = page.next_cursor if page.has_more else None
            moved = advanced(run, next_cursor, _digest(page), _is_short(page), verdict.highest)
            moved = replace(moved, counts=run.counts.plus(verdict.counts))
            kept.result()
            try:
                self._store.save(context.lease, moved, verdict.changes)
                break
            except OwnerConflictError:
                if attempt == _JUDGEMENTS:
                    raise
        self._tell(name, entity, run, page, verdict)
        return moved, after(standing, verdict.changes)

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
        for record in verdict.quarantined:
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
        if verdict.counts.drifted:
            self._observer.count("CatalogueDrift", verdict.counts.drifted, integration=name)
        if verdict.counts.orphaned:
            self._observer.count("CatalogueOrphans", verdict.counts.orphaned, integration=name)

    def _failed(
        self, context: _Context, run: Run, code: str, status: int | None = None
    ) -> SyncResult:
        name = context.integration.name
        self._observer.event(
            "sync failed", error=True, integration=name, run_id=run.run_id, code=code, status=status
        )
        self._observer.count("SyncFailures", 1, integration=name, code=code)
        return SyncResult("failed", run, code)


def _is_short(page: Page) -> bool:
    """Whether the page holds less than it says, or says that there is more and not where."""
    return (page.returned is not None and page.returned != len(page.records)) or (
        page.has_more and (page.next_cursor is None or not page.records)
    )


def _digest(page: Page) -> str:
    """Name the page by its content; an empty one has no name."""
    return sha256(repr(page.records).encode(errors="replace")).hexdigest() if page.records else ""
