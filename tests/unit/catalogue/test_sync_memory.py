"""A run's memory does not grow with the number of its pages."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping, Sequence

from casino.catalogue.model import Game, Provider
from casino.catalogue.ports import Changes, GameKey, Lease, Quarantined, SyncRequest
from casino.catalogue.run import Entity, Run, SyncState
from casino.catalogue.sync import CatalogueSync
from casino.dialects.igsp.records import IgspRecords, read_list
from casino.integrations.model import Integration
from casino.providers.ports import Launched, LaunchRequest, Page
from testing.clock import FakeClock
from testing.integrations import an_integration
from testing.provider import Inline, Notes

HUB = an_integration("hub", url="https://p.test")
STUDIO = "550e8400-e29b-41d4-a716-446655440000"
TIME = "2025-10-02T08:18:25.000000Z"


def _raw(number: int) -> bytes:
    games = [
        {
            "id": f"{number:08d}-0000-4000-8000-{record:012d}",
            "provider_id": STUDIO,
            "name": f"Game {record} of page {number}",
            "status": "active",
            "updated_at": TIME,
        }
        for record in range(200)
    ]
    return json.dumps({"data": games}).encode()


class EndlessProvider:
    """Serves `pages` pages, each made when it is asked for."""

    def __init__(self, pages: int) -> None:
        self.pages = pages

    def providers(self, integration: Integration, cursor: str | None, since: str | None) -> Page:
        studio = {"id": STUDIO, "name": "Studio", "currencies": ["EUR"]}
        return Page((studio,), None, False, 1, b'{"data": []}')

    def games(self, integration: Integration, cursor: str | None, since: str | None) -> Page:
        number = int(cursor or 0)
        raw, following = _raw(number), number + 1
        more = following < self.pages
        records = tuple(read_list(raw).data)
        return Page(records, str(following) if more else None, more, 200, raw)

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        raise NotImplementedError

    def close_session(self, integration: Integration, session_id: str) -> None:
        raise NotImplementedError


class Forgetful:
    """A store, a catalogue and an archive that keep nothing."""

    def acquire(self, integration: str, owner: str) -> Lease | None:
        return Lease(integration, 1, SyncState(integration))

    def want_full(self, integration: str) -> None:
        """Nothing."""

    def save(self, lease: Lease, run: Run, changes: Changes) -> None:
        """Nothing."""

    def finish(self, lease: Lease, state: SyncState) -> bool:
        return False

    def abandon(self, lease: Lease) -> None:
        """Nothing."""

    def release(self, lease: Lease) -> None:
        """Nothing."""

    def state(self, integration: str) -> SyncState:
        return SyncState(integration)

    def quarantined(self, integration: str, *, raw: bool = False) -> Iterator[Quarantined]:
        return iter(())

    def games(self, game_ids: Iterable[str]) -> Mapping[str, Game]:
        return {}

    def providers(self, integration: str) -> Sequence[Provider]:
        return ()

    def game_keys(self, integration: str) -> Iterator[GameKey]:
        return iter(())

    def key(self, integration: str, run_id: str, entity: Entity, page: int) -> str:
        return f"{entity}-{page}"

    def put(self, key: str, raw: bytes) -> None:
        """Nothing."""

    def get(self, key: str) -> bytes:
        entity, _, page = key.partition("-")
        return _raw(int(page)) if entity == "games" else b'{"data": []}'


def peak(pages: int) -> int:
    """Return the most bytes that a full run of so many pages has at once."""
    nothing = Forgetful()
    notes = Notes()
    notes.events = _Deaf()
    service = CatalogueSync(
        EndlessProvider(pages),
        nothing,
        nothing,
        nothing,
        IgspRecords(),
        notes,
        FakeClock(),
        Inline(),
    )
    tracemalloc.start()
    try:
        outcome = service.run(HUB, SyncRequest("hub", "full"), lambda: True)
        assert outcome.run is not None
        assert outcome.run.counts.records == 200 * pages + 1
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class _Deaf(list[tuple[str, dict[str, object]]]):
    def append(self, item: tuple[str, dict[str, object]]) -> None:
        """Nothing: what the test remembers is not the run's."""


def test_memory_is_flat_with_the_number_of_pages() -> None:
    peak(2)  # what is made once: imports, compiled models

    # All that is kept of a game that a full run saw are eight bytes, in an array that grows ahead.
    assert peak(50) - peak(5) < 16 * 200 * 45
