"""Every test of a port runs against the fake and against the store."""

from collections.abc import Iterator

import pytest

from testing.casinos import furnish
from testing.fake_events import FakeEvents, FakeS3, Outside
from testing.fakes import Casino
from tests.simulation.casinos import casino_on


@pytest.fixture(params=["in memory", "on the model", "on DynamoDB"])
def empty_casino(request: pytest.FixtureRequest) -> Iterator[Casino]:
    with casino_on(request.param) as casino:
        yield casino


@pytest.fixture
def casino(empty_casino: Casino) -> Casino:
    """A casino with one player, who has EUR 1000.00 and an open session."""
    furnish(empty_casino)
    return empty_casino


@pytest.fixture
def outside() -> Outside:
    """S3 and EventBridge in memory."""
    events = FakeEvents()
    return Outside(FakeS3(), events, "archive", "bus", lambda _: events.told)
