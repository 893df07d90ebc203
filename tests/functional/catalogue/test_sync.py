"""Synchronising a catalogue through the real client, use cases and stores, to the stored items."""

from collections.abc import Callable, Iterator

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
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


def an_active_game(studio: Hub) -> str:
    return next(name for name, game in studio.games().items() if game.launchable)


def after_pages(count: int, act: Callable[[], object]) -> Callable[[], bool]:
    """A run's question for time, which a test takes as the moment after each page was read."""
    asked = iter(range(10_000))

    def has_time() -> bool:
        if next(asked) == count:
            act()
        return True

    return has_time


def test_a_full_run_stores_every_game_and_provider(studio: Hub) -> None:
    assert studio.sync().status == "done"

    games = studio.games()
    listed = {game["id"]: game for game in studio.provider.control.records("games")}
    assert games.keys() == listed.keys()
    for game_id, game in games.items():
        assert game.name == listed[game_id]["name"]
        assert game.status == listed[game_id]["status"]
        assert game.deleted_at == listed[game_id]["deleted_at"]
        assert sorted(game.categories) == listed[game_id]["categories"]
    assert len(studio.catalogue.providers("sandbox")) == 6
    assert studio.quarantine() == {}
    assert studio.notes.metrics["SyncRuns"] == 1


def test_an_unchanged_catalogue_is_synchronised_almost_without_writes(studio: Hub) -> None:
    studio.sync()
    first, studio.dynamodb.writes = studio.dynamodb.writes, 0
    before = studio.everything()

    outcome = studio.sync()

    assert outcome.run is not None
    assert outcome.run.counts.written == 0
    assert studio.dynamodb.writes == 1 + 1 + 3 + 1  # lease, a page, three pages, the end
    assert first > 240
    assert studio.everything() == before


def test_every_raw_page_is_kept(studio: Hub) -> None:
    outcome = studio.sync()

    assert outcome.run is not None
    kept = studio.s3.list_objects_v2(Bucket="pages")["Contents"]
    assert [item["Key"].removeprefix(f"sandbox/{outcome.run.run_id}/") for item in kept] == [
        "games-00000.json.gz",
        "games-00001.json.gz",
        "games-00002.json.gz",
        "providers-00000.json.gz",
    ]
    assert b'"data"' in studio.archive.get(kept[0]["Key"])


def test_a_delta_run_writes_only_what_changed(studio: Hub) -> None:
    studio.sync()
    changed = [*studio.games()][:3]
    studio.provider.control.change("games", changed, {"rtp": 0.5})
    before = studio.everything()

    outcome = studio.sync("delta")

    assert outcome.run is not None
    assert outcome.run.counts.written == 3
    assert outcome.run.counts.records < 10
    now = studio.everything()
    assert {name for name in now if now[name] != before[name]} == {f"game#{g}" for g in changed}


def test_a_disabled_game_cannot_be_launched_after_one_delta_run(studio: Hub) -> None:
    studio.sync()
    game_id = an_active_game(studio)
    studio.provider.control.change("games", [game_id], {"status": "inactive"})

    studio.sync("delta")

    game = studio.catalogue.game(game_id)
    assert game is not None
    assert not game.launchable


def test_a_deleted_game_cannot_be_launched_after_one_delta_run(studio: Hub) -> None:
    studio.sync()
    game_id = an_active_game(studio)
    studio.provider.control.delete("games", game_id)

    studio.sync("delta")

    game = studio.catalogue.game(game_id)
    assert game is not None
    assert (game.launchable, game.shelf) == (False, "deleted")


def test_a_change_during_a_run_is_seen_by_the_next_delta_run(studio: Hub) -> None:
    studio.sync()
    first, last = [*studio.games()][:2]
    control = studio.provider.control
    control.change("games", [first, last], {"rtp": 0.5})

    def change_what_was_read() -> None:
        # Only `last` is on a page that is still to come; its time is later than the other's.
        control.change("games", [first], {"rtp": 0.6})
        control.change("games", [last], {"rtp": 0.7})

    studio.page_limit = 1
    studio.sync("delta", has_time=after_pages(2, change_what_was_read))
    studio.sync("delta")

    games = studio.games()
    assert (games[first].rtp, games[last].rtp) == ("0.6", "0.7")


def test_records_with_the_time_of_the_mark_are_not_skipped(studio: Hub) -> None:
    studio.sync()
    control = studio.provider.control
    newest = max(game["updated_at"] for game in control.records("games"))
    twin = next(iter(studio.games()))
    control.change("games", [twin], {"rtp": 0.5, "updated_at": newest})

    studio.sync("delta")

    assert studio.games()[twin].rtp == "0.5"


def test_a_game_that_left_a_category_leaves_its_shelf(studio: Hub) -> None:
    studio.sync()
    game_id = an_active_game(studio)
    studio.provider.control.change("games", [game_id], {"categories": ["bingo"]})

    studio.sync("delta")

    shelf = studio.catalogue.ranked("active", None, "bingo", None, 10)
    assert [key.game_id for key in shelf] == [game_id]
    entries = studio.everything()[f"game#{game_id}"]
    assert len(entries) == 2


def test_a_game_missing_from_two_full_runs_is_disabled_and_comes_back(studio: Hub) -> None:
    studio.sync()
    game_id = an_active_game(studio)
    control = studio.provider.control
    record = next(game for game in control.records("games") if game["id"] == game_id)
    control.delete("games", game_id, hard=True)

    studio.sync()
    once = studio.games()[game_id]
    studio.sync("delta")
    still = studio.games()[game_id]
    studio.sync()
    twice = studio.games()[game_id]
    control.add("games", [record])
    studio.sync()
    back = studio.games()[game_id]

    assert (once.missing_runs, once.launchable) == (1, True)
    assert still == once
    assert (twice.missing_runs, twice.launchable, twice.shelf) == (2, False, "missing")
    assert (back.missing_runs, back.launchable) == (0, True)


def test_only_one_run_at_a_time_and_a_full_one_that_was_refused_follows(studio: Hub) -> None:
    studio.sync()
    met = []

    def meet() -> None:
        met.append(studio.sync("full").status)
        met.append(studio.sync("delta").status)

    outcome = studio.sync("delta", has_time=after_pages(0, meet))

    assert met == ["busy", "busy"]
    assert outcome.full_wanted
    following = studio.sync("delta")
    assert following.run is not None
    assert following.run.mode == "full"
    assert not studio.sync("delta").full_wanted


def test_a_run_whose_time_is_up_hands_over_and_the_next_goes_on(studio: Hub) -> None:
    outcomes = [studio.sync(has_time=lambda: False) for _ in range(4)]

    assert [outcome.status for outcome in outcomes] == ["handed_over"] * 3 + ["done"]
    assert len({outcome.run.run_id for outcome in outcomes if outcome.run}) == 1
    assert len(studio.games()) == 120
    assert studio.provider.control.stats()["requests"]["games"] == 3


def test_a_run_that_lost_its_lease_writes_nothing_more(studio: Hub) -> None:
    def overtake() -> None:
        studio.wait_for_lease()
        assert studio.sync().status == "done"

    outcome = studio.sync(has_time=after_pages(1, overtake))

    assert (outcome.status, outcome.code) == ("failed", "lease_lost")
    assert studio.store.state("sandbox").run is None
    assert studio.games().keys() == {
        game["id"] for game in studio.provider.control.records("games")
    }


def test_a_cursor_that_the_provider_forgot_means_from_the_start(studio: Hub) -> None:
    studio.sync(has_time=lambda: False)
    studio.sync(has_time=lambda: False)
    studio.provider.control.add_fault("status", "games", status=400)

    assert studio.sync().status == "done"

    assert len(studio.games()) == 120
    assert studio.notes.named("sync cursor refused")
