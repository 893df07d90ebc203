"""A provider that sends more than is taken: a fault with a name, and everything else goes on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.catalogue.ports import SyncResult
from casino.providers.caps import CAPS
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    """A provider with 12 games of 2 studios, read in pages of 5."""
    with (
        provider(games=12, providers=2) as simulated,
        hub(
            world.client, world.environment, aws_client("s3", Config()), simulated, page_limit=5
        ) as made,
    ):
        yield made


def capped(studio: Hub, mode: str = "full", **caps: int) -> SyncResult:
    """Run once with other caps."""
    studio.caps = replace(CAPS, **caps)
    return studio.sync("full" if mode == "full" else "delta")


def test_a12_a_run_ends_at_the_most_pages_of_a_list(studio: Hub) -> None:
    outcome = capped(studio, pages=2)

    assert (outcome.status, outcome.code) == ("failed", "too_many_pages")
    assert len(studio.games()) == 10
    assert capped(studio, pages=3).status == "done"


def test_a12_beyond_the_most_games_none_is_stored_and_the_others_go_on(studio: Hub) -> None:
    first = capped(studio, games=8)
    kept = set(studio.games())
    changed = next(name for name, game in studio.games().items() if game.launchable)
    studio.provider.control.change("games", [changed], {"status": "inactive"})
    studio.provider.control.add("games", [{"name": "One more"}])
    capped(studio, "delta", games=8)

    assert (first.status, len(kept)) == ("done", 8)
    assert set(studio.games()) == kept
    assert not studio.games()[changed].launchable
    assert set(studio.quarantine().values()) == {"over_cap"}
    assert studio.notes.metrics["CatalogueOverCap"] >= 4
    capped(studio)
    assert len(studio.games()) == 13
    assert studio.quarantine() == {}


@pytest.mark.parametrize("code", ["too_many_pages", "killed"])
def test_a12_games_of_runs_that_never_finish_count_as_well(studio: Hub, code: str) -> None:
    for _ in range(3):
        studio.provider.control.add("games", [{"name": f"Game {n}"} for n in range(6)])
        if code == "killed":
            for _ in range(2):
                studio.sync(has_time=lambda: False)
            studio.clock.advance(7 * 3600)
        else:
            capped(studio, pages=1, games=9)

    assert len(studio.games()) <= 9 + 5 * (code == "killed")
    assert studio.store.state("sandbox").games == len(studio.games())


def test_a12_beyond_the_most_providers_none_is_stored(studio: Hub) -> None:
    assert capped(studio, providers=1).status == "done"

    assert len(studio.catalogue.providers("sandbox")) == 1
    assert "over_cap" in studio.quarantine().values()


def test_a12_quarantine_is_bounded_and_still_closes_games(studio: Hub) -> None:
    studio.sync()
    games = studio.games()
    studio.provider.control.change("games", games, {"status": "paused"})

    capped(studio, quarantined=3)

    assert len(studio.quarantine()) == 3
    assert studio.notes.metrics["CatalogueOverCap"] == 9
    assert len(studio.notes.named("record quarantined")) == 3
    assert not any(game.launchable for game in studio.games().values())


def test_a12_a_page_with_too_many_records_is_refused_by_name(studio: Hub) -> None:
    page = '{"data": [' + ",".join(["1"] * (CAPS.page_records + 1)) + "]}"
    studio.provider.control.add_fault("garbage", "games", body=page)

    outcome = studio.sync()

    assert (outcome.code, outcome.detail) == ("provider_invalid_answer", "more than 1000 records")


@pytest.mark.parametrize(
    "text", ["Jaws\x00", "Ja\nws", "\x1b[2J", "evil\u202egnp.", "a\u2066b", "\x85"]
)
@pytest.mark.parametrize("field", ["name", "slug", "categories"])
def test_a12_control_and_bidi_override_characters_are_refused_in_names(
    studio: Hub, field: str, text: str
) -> None:
    studio.sync()
    before = studio.games()
    changed = next(name for name, game in before.items() if game.launchable)
    value: Any = [text] if field == "categories" else text
    studio.provider.control.change("games", [changed], {field: value})

    studio.sync("delta")

    (held,) = studio.store.quarantined("sandbox")
    assert (held.record_id, held.fault) == (changed, "drift")
    assert "control_character" in held.reason
    assert studio.games() == before


def test_a12_the_name_of_an_unknown_field_is_written_without_control_characters(
    studio: Hub,
) -> None:
    changed = studio.provider.control.records("games")[0]["id"]
    studio.provider.control.change("games", [changed], {"a\x1b[2J\u202eb": 1})

    studio.sync()

    (held,) = studio.store.quarantined("sandbox")
    assert held.reason == "a?[2J?b: extra_forbidden"
