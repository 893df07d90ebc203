"""What vanished at the provider leaves the lobby and the launch after two full runs, counted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from casino.catalogue.lobby import CatalogueReads, GameFilter
from casino.sessions.checks import Prerequisites, refusal
from testing.clock import START
from testing.integrations import an_integration
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    """A provider with 120 games of 6 studios, read in pages of 50, and synchronised."""
    with (
        provider(games=120, providers=6) as simulated,
        hub(world.client, world.environment, aws_client("s3", Config()), simulated) as made,
    ):
        made.sync()
        yield made


def vanish(studio: Hub) -> dict[str, Any]:
    """Let a studio with launchable games vanish from `/providers`, and return its record."""
    launchable = {game.provider_id for game in studio.games().values() if game.launchable}
    records = studio.provider.control.records("providers")
    gone = next(record for record in records if record["id"] in launchable)
    studio.provider.control.delete("providers", gone["id"], hard=True)
    return gone


def in_the_lobby(studio: Hub, provider_id: str) -> tuple[bool, bool]:
    """Whether the lobby shows the studio, and any game of it."""
    reads = CatalogueReads(studio.catalogue, studio.clock)
    games = reads.games(GameFilter(provider=provider_id), None, 100).games
    return provider_id in {p.provider_id for p in reads.providers(None, None)}, bool(games)


def launch_refusal(studio: Hub, provider_id: str) -> str | None:
    """What the catalogue has against launching a game of the studio."""
    game = next(g for g in studio.games().values() if g.provider_id == provider_id and g.launchable)
    facts = Prerequisites(
        game=game,
        integration=an_integration(url="http://provider.test/igsp/v1"),
        provider=studio.catalogue.provider("sandbox", provider_id),
        player=None,
        wallet=None,
        currency="EUR",
        is_demo=True,
        now=START,
    )
    return refusal(
        replace(facts, currency=facts.provider.currencies[0]) if facts.provider else facts
    )


def test_c2_a_provider_missing_from_two_full_runs_leaves_lobby_and_launch_until_it_is_back(
    studio: Hub,
) -> None:
    record = vanish(studio)
    name = record["id"]
    shown = []
    for mode in ("full", "delta", "full", "full"):
        studio.sync(mode)
        shown.append(in_the_lobby(studio, name))

    refused = launch_refusal(studio, name)
    del record["updated_at"]  # as of now: then a delta run brings it
    studio.provider.control.add("providers", [record])
    studio.sync("delta")

    assert shown == [(True, True), (True, True), (False, False), (False, False)]
    assert refused == "provider_disabled"
    assert in_the_lobby(studio, name) == (True, True)
    assert launch_refusal(studio, name) != "provider_disabled"


def test_c2_a_missing_provider_is_counted_by_the_two_runs_that_mark_it(studio: Hub) -> None:
    vanish(studio)

    counted = []
    for _ in range(3):
        studio.sync()
        counted.append(studio.notes.metrics["ProvidersMissing"])

    assert counted == [1, 2, 2]


def test_c2_a_catalogue_without_most_of_its_providers_marks_none(studio: Hub) -> None:
    for _ in range(2):
        vanish(studio)

    assert all(studio.sync().dropped for _ in range(3))
    assert all(provider.available for provider in studio.catalogue.providers("sandbox"))


def test_c3_a_run_counts_what_is_missing_added_and_changed(studio: Hub) -> None:
    control, names = studio.provider.control, [*studio.games()]
    for gone in names[:12]:
        control.delete("games", gone, hard=True)
    control.add("games", [{"name": "New"}, {"name": "Newer"}])
    control.change("games", names[20:23], {"rtp": 0.5})
    first = studio.notes.metrics.copy()

    outcome = studio.sync()

    counted = studio.notes.metrics - first
    assert (first["CatalogueAdded"], first["CatalogueChanged"]) == (126, 0)
    assert outcome.run is not None
    assert (outcome.run.counts.missing, outcome.run.counts.added) == (12, 2)
    assert (counted["CatalogueAdded"], counted["CatalogueChanged"]) == (2, 3)
    assert (counted["CatalogueMissing"], counted["CatalogueMissingPercent"]) == (12, 10)


def test_c3_a_game_that_is_disabled_for_missing_is_counted_and_written_no_more(studio: Hub) -> None:
    gone = next(iter(studio.games()))
    studio.provider.control.delete("games", gone, hard=True)
    studio.sync()
    studio.sync()
    before, studio.dynamodb.writes = studio.everything(), 0

    studio.sync()

    assert studio.notes.metrics["CatalogueMissing"] == 2
    assert studio.dynamodb.writes == 1 + 1 + 3 + 1  # lease, a page, three pages, the end
    assert studio.everything() == before
