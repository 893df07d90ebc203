"""The ports of the catalogue's synchronisation and of its readers.

The money path loads none of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from casino.base.errors import CasinoError
from casino.catalogue.model import Game, GameStatus, Provider, Shelf
from casino.catalogue.run import Entity, Fault, Mode, Run, SyncState
from casino.integrations.model import Integration


class RecordReader(Protocol):
    """Judges one record at a time."""

    def provider(self, integration: str, record: object) -> Provider:
        """Return a provider; raises `DriftError`."""

    def game(self, integration: str, record: object) -> Game:
        """Return a game; raises `DriftError`."""

    def fingerprint(self, record: object) -> str:
        """Return what makes two records the same one; raises `DriftError`."""

    def records(self, raw: bytes) -> Sequence[object]:
        """Return the records of a page that was kept."""

    def encode(self, record: object) -> bytes:
        """Return a record as JSON."""

    def decode(self, raw: bytes) -> object:
        """Return what `encode` was given."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that may not be stored: why, and where its page is kept."""

    entity: Entity
    record_id: str
    """The provider's id, or the fingerprint of a record that has none."""
    fault: Fault
    reason: str
    fingerprint: str
    page_key: str
    at: str
    raw: bytes | None = None
    """The record as JSON; `None` when it is too large, or was not asked for."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step of a run writes; a game comes with what is stored of it, if anything is."""

    providers: tuple[Provider, ...] = ()
    games: tuple[tuple[Game | None, Game], ...] = ()
    quarantine: tuple[Quarantined, ...] = ()
    release: tuple[tuple[Entity, str], ...] = ()

    @property
    def added(self) -> int:
        """How many games are new."""
        return sum(stored is None for stored, _ in self.games)

    def __bool__(self) -> bool:
        return bool(self.providers or self.games or self.quarantine or self.release)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write an integration's catalogue; `token` fences off whoever had it before."""

    integration: str
    token: int
    state: SyncState


@dataclass(slots=True)
class Progress:
    """How far an invocation is: `run` stands in the last checkpoint."""

    integration: Integration
    lease: Lease
    run: Run
    has_time: Callable[[], bool]


class OwnerConflictError(CasinoError):
    """A game of the page became another integration's meanwhile: judge the page again."""


class SyncStates(Protocol):
    """How runs went, as operators look at them."""

    def state(self, integration: str) -> SyncState:
        """Return what is kept of an integration."""

    def quarantined(self, integration: str, *, raw: bool = False) -> Iterator[Quarantined]:
        """Yield what is in quarantine, with the records when `raw`."""


class SyncStore(SyncStates, Protocol):
    """Leases, checkpoints, quarantine, and every write of a run."""

    def acquire(self, integration: str, owner: str) -> Lease | None:
        """Take the lease; `None` when another run holds it."""

    def want_full(self, integration: str) -> None:
        """Remember that a full run was asked for while another run was under way."""

    def save(self, lease: Lease, run: Run, changes: Changes) -> None:
        """Write the changes and then, with the last of them, the checkpoint; extend the lease.

        Raises `LeaseLostError` or `OwnerConflictError`, with nothing more written.
        """

    def finish(self, lease: Lease, state: SyncState) -> bool:
        """Store the finished state and give the lease back; true when a full run is wanted.

        A full run that finished is what was wanted.
        """

    def abandon(self, lease: Lease) -> None:
        """Forget the run, and give the lease back."""

    def release(self, lease: Lease) -> None:
        """Give the lease back; the run can be resumed."""


@dataclass(frozen=True, slots=True)
class GameKey:
    """The attributes of a game in the index by integration."""

    game_id: str
    status: GameStatus
    shelf: Shelf
    missing_runs: int
    missing_run: str | None


class CatalogueReader(Protocol):
    """The stored catalogue, as the synchronisation and the lobby need it."""

    def games(self, game_ids: Iterable[str]) -> Mapping[str, Game]:
        """Return games by id, read consistently; a missing one is left out."""

    def providers(self, integration: str) -> Sequence[Provider]:
        """Return an integration's providers."""

    def game_keys(self, integration: str) -> Iterator[GameKey]:
        """Yield the key of every game of an integration."""


@dataclass(frozen=True, slots=True)
class RankedKey:
    """A game's place on a shelf, as the index knows it."""

    rank: str
    game_id: str
    integration: str
    provider_id: str


class LobbyReader(Protocol):
    """The stored catalogue, as the lobby needs it."""

    def integrations(self) -> Sequence[str]:
        """Return the name of every integration that was synchronised."""

    def providers(self, integration: str) -> Sequence[Provider]:
        """Return an integration's providers."""

    def games(self, game_ids: Iterable[str]) -> Mapping[str, Game]:
        """Return games by id; a missing one is left out."""

    def ranked(
        self, shelf: str, provider: str | None, category: str | None, after: str | None, limit: int
    ) -> Sequence[RankedKey]:
        """Return up to `limit` places of a shelf after a rank, in order.

        `provider` is `<integration>#<provider_id>`; provider and category exclude each other.
        """


class PageArchive(Protocol):
    """The raw pages of every run."""

    def key(self, integration: str, run_id: str, entity: Entity, page: int) -> str:
        """Return where a page is kept."""

    def put(self, key: str, raw: bytes) -> None:
        """Keep a page; the same page again replaces itself."""

    def get(self, key: str) -> bytes:
        """Return a page."""


class SyncObserver(Protocol):
    """Is told what a run does; never a record's content."""

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        """Something worth a log line happened."""

    def count(self, metric: str, value: float, **metadata: object) -> None:
        """Something is counted for the alarms."""


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One run that is asked for."""

    integration: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How an invocation ended: `done`, `busy`, `handed_over` or `failed` (with code and detail)."""

    status: str
    run: Run | None = None
    code: str | None = None
    detail: str = ""
    dropped: bool = False
    full_wanted: bool = False
