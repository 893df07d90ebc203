"""A synchronisation killed at every call: the next one goes on, to the same final state.

Each case starts from a synced catalogue that changed since: games that are new, changed, gone,
drifted or orphaned, and a record that heals. A kill is no error that code could catch.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub

UNKNOWN = "11111111-2222-4333-8444-555555555555"


class KilledError(BaseException):
    """The execution environment is gone."""


class Tables:
    """What the two tables hold, to be put back for the next case."""

    def __init__(self, client: Any, names: list[str]) -> None:
        self._client = client
        self._items = {name: self._read(name) for name in names}

    def _read(self, table: str) -> dict[tuple[str, str], dict[str, Any]]:
        items: list[dict[str, Any]] = self._client.scan(TableName=table)["Items"]
        return {(item["id"]["S"], item["entry"]["S"]): item for item in items}

    def restore(self) -> None:
        for table, items in self._items.items():
            found = self._read(table)
            for key in found.keys() - items.keys():
                gone = {name: found[key][name] for name in ("id", "entry")}
                self._client.delete_item(TableName=table, Key=gone)
            for key, item in items.items():
                if found.get(key) != item:
                    self._client.put_item(TableName=table, Item=item)


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    """A synced provider that changed since; its four pages of games are read in one run."""
    with (
        provider(games=24, providers=3) as simulated,
        hub(
            world.client,
            world.environment,
            aws_client("s3", Config()),
            simulated,
            page_limit=7,
            drop_share=0.5,
        ) as made,
    ):
        control = simulated.control
        games = [game["id"] for game in control.records("games")]
        control.change("games", games[:1], {"surprise": "drifted before"})
        made.sync()
        control.change("games", games[:1], unset=["surprise"])
        control.change("games", games[1:4], {"rtp": 0.5, "categories": ["bingo", "new"]})
        control.change("games", games[4:5], {"name": 7})
        control.change("games", games[5:6], {"provider_id": UNKNOWN})
        for gone in games[6:8]:
            control.delete("games", gone, hard=True)
        control.delete("providers", control.records("providers")[2]["id"], hard=True)
        control.add("games", [{"name": "New"}, {"name": "Newer"}])
        yield made


def killed_at(hub: Hub, call: int, *, after: bool) -> bool:
    """Run with a kill before or after a call; false when the run makes fewer calls."""
    start = hub.dynamodb.calls

    def fault(name: str, number: int, is_after: bool) -> None:
        if number - start == call and is_after is after:
            raise KilledError

    hub.dynamodb.fault = fault
    try:
        hub.sync()
    except KilledError:
        return True
    finally:
        hub.dynamodb.fault = lambda name, number, is_after: None
    return False


def final_state(hub: Hub) -> dict[str, Any]:
    """Everything but the names of runs."""
    games = {
        name: (game.rtp, game.status, game.categories, game.missing_runs, game.fingerprint)
        for name, game in hub.games().items()
    }
    entries = {
        name: [[pair for pair in item if pair[0] != "missing_run"] for item in items]
        for name, items in hub.everything().items()
    }
    state = hub.store.state("sandbox")
    assert state.last_run is not None
    counts = state.last_run.counts
    numbers = (counts.records, counts.missing, counts.providers_missing)
    kept = (state.run, state.full_games, state.full_providers, *numbers)
    return {"games": games, "entries": entries, "quarantine": hub.quarantine(), "state": kept}


def test_killed_anywhere_it_resumes_to_the_same_state(studio: Hub) -> None:
    tables = Tables(
        studio.dynamodb, [studio.environment["CATALOGUE_TABLE"], studio.environment["SYNC_TABLE"]]
    )
    started, synced = studio.clock.elapsed, studio.store.state("sandbox").last_run
    studio.sync()
    wanted = final_state(studio)
    assert len(wanted["games"]) == 26
    assert wanted["state"] == (None, 24, 2, 26, 2, 1)
    assert sorted(wanted["quarantine"].values()) == ["drift", "orphan"]

    kills = 0
    for after in (False, True):
        call = 1
        while True:
            tables.restore()
            studio.clock.elapsed = started
            if not killed_at(studio, call, after=after):
                break
            studio.wait_for_lease()
            if studio.store.state("sandbox").last_run == synced:
                assert studio.sync().status == "done"
            assert final_state(studio) == wanted, f"killed at call {call}, after={after}"
            call += 1
        kills += call - 1
    assert kills > 40


def test_killed_again_and_again_it_still_gets_there(studio: Hub) -> None:
    attempts = 0
    while killed_at(studio, 9, after=True):
        attempts += 1
        studio.wait_for_lease()

    assert attempts > 2
    assert len(studio.games()) == 26
    assert studio.store.state("sandbox").run is None
