"""What goes wrong at a provider: nothing lost, nothing wrong stored, and the alarm's metric."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.catalogue.ports import SyncRequest
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    """A provider with 120 games of 6 studios, read in pages of 50."""
    with (
        provider(games=120, providers=6) as simulated,
        hub(world.client, world.environment, aws_client("s3", Config()), simulated) as made,
    ):
        yield made


def names(studio: Hub) -> set[str]:
    return {game["id"] for game in studio.provider.control.records("games")}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(studio: Hub, status: int) -> None:
    studio.provider.control.add_fault("status", "games", status=status, times=2)

    assert studio.sync().status == "done"

    assert studio.games().keys() == names(studio)
    assert [note["status"] for note in studio.notes.named("attempt failed")] == [status] * 2
    assert studio.notes.metrics["SyncFailures"] == 0


def test_retry_after_is_honoured(studio: Hub) -> None:
    studio.provider.control.add_fault("status", "games", status=429, retry_after=7)

    studio.sync()

    assert studio.clock.sleeps == [7.0]


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("status", {"status": 500, "times": 0}, "provider_unavailable"),
        ("status", {"status": 401}, "provider_refused"),
        ("truncated", {"times": 0}, "provider_unavailable"),
        ("broken_page", {}, "provider_invalid_answer"),
        ("garbage", {}, "provider_invalid_answer"),
        ("garbage", {"body": '{"data": 7}'}, "provider_invalid_answer"),
        ("repeated_cursor", {}, "repeated_cursor"),
        ("repeated_cursor", {"times": 0, "after": 0}, "repeated_page"),
    ],
)
def test_a_failed_run_is_reported_and_the_next_one_completes(
    studio: Hub, kind: str, options: dict[str, Any], code: str
) -> None:
    control = studio.provider.control
    control.add_fault(kind, "games", **{"after": 1, **options})

    outcome = studio.sync()

    assert (outcome.status, outcome.code) == ("failed", code)
    assert studio.notes.metrics["SyncFailures"] == 1
    assert studio.games().keys() < names(studio)
    control.clear_faults()
    assert studio.sync("delta").status == "done"
    assert studio.games().keys() == names(studio)
    assert studio.quarantine() == {}


def test_a_provider_that_keeps_failing_opens_the_circuit_and_says_so(studio: Hub) -> None:
    studio.provider.control.add_fault("status", "any", status=500, times=0)
    service = studio.service()

    outcomes = [
        service.run(studio.integration, SyncRequest("sandbox", "full"), lambda: True)
        for _ in range(3)
    ]

    assert studio.notes.metrics["ProviderCircuitOpened"] == 1
    assert outcomes[2].code == "provider_circuit_open"
    assert studio.provider.control.stats()["requests"]["providers"] == 5


@pytest.mark.parametrize("kind", ["unknown_field", "changed_type", "missing_field"])
def test_a_record_that_drifted_is_quarantined_and_the_run_goes_on(studio: Hub, kind: str) -> None:
    studio.provider.control.add_fault(kind, "games", after=1, records=[3])

    assert studio.sync().status == "done"

    (drifted,) = studio.quarantine()
    assert studio.quarantine() == {drifted: "drift"}
    assert studio.games().keys() == names(studio) - {drifted}
    assert studio.notes.metrics["CatalogueDrift"] == 1
    assert studio.notes.metrics["CatalogueQuarantined"] == 1
    (told,) = studio.notes.named("record quarantined")
    assert told["record_id"] == drifted
    assert studio.sync().status == "done"
    assert studio.games().keys() == names(studio)
    assert studio.quarantine() == {}


def test_a_drifted_record_leaves_the_stored_game_as_it_was(studio: Hub) -> None:
    studio.sync()
    before = studio.games()
    (changed,) = [name for name, game in before.items() if game.launchable][:1]
    studio.provider.control.change("games", [changed], {"name": 7, "rtp": 0.1})

    studio.sync("delta")

    assert studio.games() == before
    assert studio.quarantine() == {changed: "drift"}


def test_a_drifted_record_still_takes_its_game_out_of_play(studio: Hub) -> None:
    studio.sync()
    changed = next(name for name, game in studio.games().items() if game.launchable)
    studio.provider.control.change("games", [changed], {"surprise": 1, "status": "inactive"})

    studio.sync("delta")

    game = studio.games()[changed]
    assert (game.launchable, game.status) == (False, "inactive")
    assert studio.quarantine() == {changed: "drift"}


@pytest.mark.parametrize(
    "change",
    [
        {"deleted_at": True},
        {"deleted_at": "soon"},
        {"deleted_at": "x" * 400_000},
        {"status": "paused"},
        {"status": None},
        {"status": ["active"]},
        {"provider_id": "11111111-2222-4333-8444-555555555555"},
        {"provider_id": 7},
    ],
)
def test_c9_a_quarantined_change_closes_a_launchable_game_until_it_heals(
    studio: Hub, change: dict[str, Any]
) -> None:
    studio.sync()
    before = studio.games()
    changed = next(name for name, game in before.items() if game.launchable)
    record = next(r for r in studio.provider.control.records("games") if r["id"] == changed)

    studio.provider.control.change("games", [changed], change)
    studio.sync("delta")
    closed = studio.games()[changed]
    studio.provider.control.change("games", [changed], {name: record[name] for name in change})
    studio.sync("delta")

    assert not closed.launchable
    assert studio.games()[changed].launchable
    assert studio.quarantine() == {}


def test_c9_a_game_that_is_listed_twice_is_closed_by_the_record_that_may_not_be_stored(
    studio: Hub,
) -> None:
    studio.sync()
    record = next(
        r for r in studio.provider.control.records("games") if studio.games()[r["id"]].launchable
    )
    page = json.dumps({"data": [{**record, "rtp": 1}, {**record, "deleted_at": True}]})
    studio.provider.control.add_fault("garbage", "games", body=page)

    studio.sync("delta")

    assert not studio.games()[record["id"]].launchable


@pytest.mark.parametrize("change", [{"deleted_at": True}, {"status": "paused"}])
def test_c9_a_quarantined_change_closes_a_provider_until_it_heals(
    studio: Hub, change: dict[str, Any]
) -> None:
    studio.sync()
    name = studio.catalogue.providers("sandbox")[0].provider_id

    studio.provider.control.change("providers", [name], change)
    studio.sync("delta")
    closed = studio.catalogue.provider("sandbox", name)
    studio.provider.control.change("providers", [name], {}, unset=change)
    studio.sync("delta")
    healed = studio.catalogue.provider("sandbox", name)

    assert closed is not None
    assert healed is not None
    assert (closed.available, healed.available) == (False, True)


def test_a_record_that_is_no_object_does_not_stop_the_run(studio: Hub) -> None:
    body = '{"data": [7, null, "x", {"id": []}], "cursor": {"next": null}, "meta": {}}'
    studio.provider.control.add_fault("garbage", "games", body=body)

    assert studio.sync().status == "done"

    assert set(studio.quarantine().values()) == {"drift"}
    assert len(studio.quarantine()) == 4
    assert studio.notes.metrics["CatalogueDrift"] == 4


def test_a_game_of_an_unknown_provider_waits_until_the_provider_is_known(studio: Hub) -> None:
    control = studio.provider.control
    studio.sync()
    studio_id = "11111111-2222-4333-8444-555555555555"
    (game_id,) = control.add("games", [{"name": "Orphan", "provider_id": studio_id}])

    studio.sync("delta")
    waiting = studio.quarantine()
    unknown = studio.catalogue.game(game_id)
    metric = studio.notes.metrics["CatalogueOrphans"]
    control.add("providers", [{"id": studio_id, "name": "New", "currencies": ["EUR"]}])
    studio.sync("delta")

    assert (waiting, unknown, metric) == ({game_id: "orphan"}, None, 1)
    assert studio.quarantine() == {}
    assert studio.games()[game_id].provider_id == studio_id


def test_a_shrunk_catalogue_raises_the_alarm_and_marks_nothing(studio: Hub) -> None:
    studio.sync()
    before = studio.everything()
    studio.provider.control.add_fault("shrunk", "games", times=0)

    outcomes = [studio.sync() for _ in range(3)]

    assert all(outcome.dropped for outcome in outcomes)
    assert studio.notes.metrics["CatalogueDrop"] == 3
    assert studio.everything() == before


def test_a_shrunk_catalogue_is_taken_as_it_is_when_an_operator_says_so(studio: Hub) -> None:
    studio.sync()
    studio.provider.control.add_fault("shrunk", "games", times=0)

    assert not studio.sync(accept_drop=True).dropped
    assert not studio.sync().dropped

    missing = [game for game in studio.games().values() if game.missing_runs == 2]
    assert len(missing) == 84
    assert not any(game.launchable for game in missing)


def test_fewer_records_than_announced_raise_the_alarm_and_are_read_again(studio: Hub) -> None:
    studio.sync()
    control = studio.provider.control
    changed = [*studio.games()][:10]
    control.change("games", changed, {"rtp": 0.5})
    control.add_fault("fewer_than_announced", "games")

    short = studio.sync("delta")
    again = studio.sync("delta")

    assert (short.dropped, again.dropped) == (True, False)
    assert studio.notes.metrics["CatalogueDrop"] == 1
    assert {studio.games()[name].rtp for name in changed} == {"0.5"}


def test_a_full_run_with_fewer_records_than_announced_marks_nothing(studio: Hub) -> None:
    studio.sync()
    before = studio.everything()
    studio.provider.control.add_fault("fewer_than_announced", "games")

    assert studio.sync().dropped

    assert studio.everything() == before
