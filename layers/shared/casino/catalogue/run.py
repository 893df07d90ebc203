"""The words and rules of a synchronisation: runs, checkpoints, marks, doubts.

A run reads the providers, then the games, then tries again the records in quarantine; a full run
ends by looking for games that it did not see. All of it is pure: the progress of a run is a value
that is stored after every page, so that any other invocation can go on from there.
"""

from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from casino.base.errors import CasinoError

type Mode = Literal["full", "delta"]
type Phase = Literal["providers", "games", "closing"]
type Entity = Literal["providers", "games"]
type Fault = Literal["drift", "orphan", "id_taken", "over_cap"]

#: How far the provider's clock may be from ours: further off, it refuses our signatures.
CLOCK_TOLERANCE: Final = timedelta(seconds=300)
#: How much of the past a delta run reads again: equal times, and changes published late.
OVERLAP: Final = timedelta(seconds=60)
#: An interrupted run that is older than this is begun anew: its cursor is worth nothing.
STALE_RUN: Final = timedelta(hours=6)


class DriftError(CasinoError):
    """A record differs from the standard; the message names the fields, never their values."""


class LeaseLostError(CasinoError):
    """Another run took the integration over: this one must write nothing more."""


class SyncAbortedError(CasinoError):
    """The run cannot go on from where it is; the next one begins anew. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of a run: distinct records that it read, and what it wrote.

    `written` holds `added`; `missing` are games that this run marked, not those disabled before.
    """

    records: int = 0
    written: int = 0
    unchanged: int = 0
    drifted: int = 0
    orphaned: int = 0
    restricted: int = 0
    missing: int = 0
    added: int = 0
    providers_missing: int = 0
    over_cap: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return the sums."""
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Run:
    """How far a run is. `cursor` and `page` name the next page to read of `phase`."""

    run_id: str
    mode: Mode
    started_at: str
    phase: Phase = "providers"
    cursor: str | None = None
    page: int = 0
    anchor: str | None = None
    """An earlier cursor: one that comes again shows that the pages go in a circle."""
    last_page: str | None = None
    """The digest of the page before."""
    providers_highest: str | None = None
    games_highest: str | None = None
    provider_pages: int = 0
    game_pages: int = 0
    short: bool = False
    """The provider sent fewer records than it announced: what is not there proves nothing."""
    accept_drop: bool = False
    counts: Counts = Counts()
    phase_began_with: Counts = Counts()
    """The counts at the start of the phase, for a list that is read anew."""

    @property
    def pages(self) -> int:
        """How many pages were read."""
        return self.provider_pages + self.game_pages

    def highest(self, entity: Entity) -> str | None:
        """Return the latest `updated_at` that was stored so far."""
        return self.providers_highest if entity == "providers" else self.games_highest


@dataclass(frozen=True, slots=True)
class SyncState:
    """All that is kept of an integration's synchronisation between invocations."""

    integration: str
    run: Run | None = None
    full_wanted: bool = False
    drop_accepted: bool = False
    """Whether somebody said that the catalogue did shrink; the next full run takes it as said."""
    provider_mark: str | None = None
    game_mark: str | None = None
    full_providers: int | None = None
    full_games: int | None = None
    last_run: Run | None = None
    last_finished_at: str | None = None
    games: int = 0
    """How many are stored; a full run counts them anew."""

    def mark(self, entity: Entity) -> str | None:
        """Return the high-water mark of an entity."""
        return self.provider_mark if entity == "providers" else self.game_mark


def moment(text: str) -> datetime:
    """Return an ISO 8601 time as a moment in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def later(one: str | None, other: str | None) -> str | None:
    """Return the later of two times as it was written."""
    if one is None or other is None:
        return one or other
    return other if moment(other) > moment(one) else one


def updated_after(state: SyncState, run: Run, entity: Entity) -> str | None:
    """Return what a page's request says: the parameter is strict, so it looks back a little."""
    mark = state.mark(entity)
    if run.mode == "full" or mark is None:
        return None
    return _written(moment(mark) - OVERLAP)


def new_mark(state: SyncState, run: Run, entity: Entity) -> str | None:
    """Return the mark that a finished run leaves.

    Never later than the run's start by the provider's clock: what changes while its pages are read
    may be on a page that was read before. A run with fewer records than announced moves no mark.
    """
    old = state.mark(entity)
    highest = run.highest(entity)
    if run.short or highest is None:
        return old
    safe = min(moment(highest), moment(run.started_at) - CLOCK_TOLERANCE)
    if run.mode == "delta" and old is not None:
        safe = max(safe, moment(old))
    return _written(safe)


def advanced(
    run: Run, next_cursor: str | None, digest: str, short: bool, highest: str | None
) -> Run:
    """Return the run after a page; without a next cursor, at the start of the next phase.

    Raises `SyncAbortedError` when the pages go in a circle.
    """
    entity: Entity = "providers" if run.phase == "providers" else "games"
    if digest and digest == run.last_page:
        raise SyncAbortedError("repeated_page")
    if next_cursor is not None and next_cursor in (run.cursor, run.anchor):
        raise SyncAbortedError("repeated_cursor")
    page = run.page + 1
    # Moved at every power of two, so that a circle of any length is noticed.
    anchor = next_cursor if page & (page - 1) == 0 else run.anchor
    stored = later(run.highest(entity), highest)
    moved = replace(run, cursor=next_cursor, page=page, anchor=anchor, last_page=digest or None)
    moved = replace(moved, short=run.short or short)
    if entity == "providers":
        moved = replace(moved, providers_highest=stored, provider_pages=page)
    else:
        moved = replace(moved, games_highest=stored, game_pages=page)
    return moved if next_cursor is not None else _next_phase(moved)


def restarted(run: Run) -> Run:
    """Return the run at the start of its phase: the provider no longer knows its cursor.

    What was read is forgotten, what was written is not: it comes again, unchanged.
    """
    began = run.phase_began_with
    counts = replace(
        run.counts,
        records=began.records,
        unchanged=began.unchanged,
        drifted=began.drifted,
        orphaned=began.orphaned,
        over_cap=began.over_cap,
    )
    return replace(run, cursor=None, page=0, anchor=None, last_page=None, counts=counts)


def dropped(count: int, before: int | None, share: float) -> bool:
    """Tell whether a full run saw unexpectedly few records; one missing of a few is no drop."""
    if before is None or count >= before * share:
        return False
    return count == 0 or before - count > 1


def is_stale(run: Run, now: str) -> bool:
    """Tell whether an interrupted run is too old to go on."""
    return moment(now) - moment(run.started_at) > STALE_RUN


def _next_phase(run: Run) -> Run:
    phase: Phase = "games" if run.phase == "providers" else "closing"
    began = replace(run, phase=phase, phase_began_with=run.counts)
    return replace(began, cursor=None, page=0, anchor=None, last_page=None)


def _written(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
