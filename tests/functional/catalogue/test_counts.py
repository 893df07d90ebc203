"""The numbers that a run reports: they survive its failure, and count each record once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from casino.aws.clients import aws_client
from testing.provider import provider
from testing.world import World
from tests.functional.catalogue.hub import Hub, hub


@pytest.fixture
def studio(world: World) -> Iterator[Hub]:
    """A provider with 120 games of 6 studios, read in pages of 10."""
    with (
        provider(games=120, providers=6) as simulated,
        hub(
            world.client, world.environment, aws_client("s3", Config()), simulated, page_limit=10
        ) as made,
    ):
        yield made


@pytest.mark.parametrize(
    ("fault", "options"), [("status", {"status": 401}), ("repeated_cursor", {}), ("garbage", {})]
)
def test_c10_a_run_that_fails_after_nine_pages_reports_nine(
    studio: Hub, fault: str, options: dict[str, Any]
) -> None:
    studio.provider.control.add_fault(fault, "games", after=9, **options)

    outcome = studio.sync()

    assert outcome.status == "failed"
    assert outcome.run is not None
    assert (outcome.run.game_pages, outcome.run.counts.records) == (9, 96)
    (told,) = studio.notes.named("sync failed")
    assert (told["pages"], told["records"], told["written"]) == (10, 96, 96)


def test_c10_a_run_that_hands_over_reports_how_far_it_is(studio: Hub) -> None:
    outcomes = [studio.sync(has_time=lambda: False) for _ in range(3)]

    read = [(o.status, o.run.counts.records) for o in outcomes if o.run]
    assert read == [("handed_over", 6), ("handed_over", 16), ("handed_over", 26)]


def test_c10_a_list_read_anew_after_a_forgotten_cursor_counts_each_record_once(
    studio: Hub,
) -> None:
    for _ in range(6):
        studio.sync(has_time=lambda: False)
    studio.provider.control.add_fault("status", "games", status=400)

    outcome = studio.sync()

    assert outcome.run is not None
    counts = outcome.run.counts
    assert (outcome.status, outcome.run.game_pages) == ("done", 12)
    assert (counts.records, counts.written) == (126, 126)
    assert studio.notes.metrics["SyncRecords"] == 126


def test_c10_a_record_that_comes_twice_in_a_page_counts_once(studio: Hub) -> None:
    record = studio.provider.control.records("providers")[0]
    page = json.dumps({"data": [record, record]})
    studio.provider.control.add_fault("garbage", "providers", body=page)

    outcome = studio.sync()

    assert outcome.run is not None
    assert outcome.run.counts.records == 1 + 120
