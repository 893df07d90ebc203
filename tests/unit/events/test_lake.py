"""The lake holds every event where it belongs, and a batch told again changes nothing."""

import gzip
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from casino.base.errors import UnavailableError
from casino.events.lake import LakeWriter, line_of
from casino.events.queue import LakeQueue
from casino.events.store.lake import S3Lake
from casino.observability.telemetry import Telemetry
from testing.clock import FakeClock

NOW = datetime(2025, 10, 23, 16, 25, tzinfo=UTC).timestamp()


@dataclass
class FakeLake:
    """A lake in memory; writes below `closed` fail."""

    objects: dict[str, bytes] = field(default_factory=dict)
    closed: str = "nothing"

    def put(self, key: str, lines: bytes) -> None:
        if self.closed in key:
            raise UnavailableError("closed")
        self.objects[key] = lines

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for text in self.objects.values() for line in text.splitlines()]


class Counted(Telemetry):
    """Keeps what is counted."""

    def __init__(self) -> None:
        super().__init__("test")
        self.counts: dict[str, float] = {}

    def count(self, metric: str, value: float = 1, **metadata: object) -> None:
        self.counts[metric] = value


def event(**changes: Any) -> dict[str, Any]:
    return {
        "event_type": "bet.settled",
        "schema_version": "1.0.0",
        "event_id": str(uuid4()),
        "occurred_at": "2025-10-23T16:21:05.000Z",
        "tenant_id": "brand-7",
        "region": "EU",
        "payload": {"win": {"amount": 14.6, "currency": "EUR"}},
    } | changes


def message(detail: object) -> str:
    """Return an event as the bus puts it into a queue."""
    return json.dumps({"version": "0", "id": str(uuid4()), "source": "test", "detail": detail})


def batch(*details: object) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{n}", "body": message(d)} for n, d in enumerate(details)]}


@pytest.fixture
def lake() -> FakeLake:
    return FakeLake()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def queue(lake: FakeLake, counted: Counted) -> LakeQueue:
    return LakeQueue(LakeWriter(lake, FakeClock(NOW), counted))


def test_events_lie_under_their_brand_region_type_and_day(lake: FakeLake, queue: LakeQueue) -> None:
    late = event(occurred_at="2025-10-22T23:59:59.999Z", event_type="session.ended")
    told = [event(), event(), late, event(tenant_id="a/b=c d", region="")]
    assert queue.handle(batch(*told), None) == {"batchItemFailures": []}
    assert sorted(key.rpartition("/")[0] for key in lake.objects) == [
        "lake/tenant=a%2Fb%3Dc%20d/region=/type=bet.settled/date=2025-10-23",
        "lake/tenant=brand-7/region=EU/type=bet.settled/date=2025-10-23",
        "lake/tenant=brand-7/region=EU/type=session.ended/date=2025-10-22",
    ]
    assert sorted(lake.lines, key=str) == sorted(told, key=str)


def test_a_batch_told_again_in_another_order_and_doubled_writes_the_same_objects(
    lake: FakeLake, queue: LakeQueue
) -> None:
    told = [event(), event(), event(event_type="session.started")]
    queue.handle(batch(*told), None)
    before = dict(lake.objects)
    queue.handle(batch(*reversed(told), told[0]), None)
    assert lake.objects == before


def test_both_versions_of_an_event_are_kept_while_both_are_written(
    lake: FakeLake, queue: LakeQueue
) -> None:
    one = event()
    queue.handle(batch(one, one | {"schema_version": "2.0.0"}), None)
    assert {line["schema_version"] for line in lake.lines} == {"1.0.0", "2.0.0"}


def test_an_event_is_stored_byte_for_byte_on_one_line() -> None:
    body = '{"detail": ' + json.dumps(event(amount=0), indent=1).replace(
        '"amount": 0', '"amount": 1.000000000000000001'
    )
    text = line_of(body + "}").text
    assert b"1.000000000000000001" in text
    assert b"\n" not in text


NO_EVENTS = {
    "no JSON": "{",
    "no event of the bus": json.dumps({"account": "1"}),
    "a detail that is no object": message([]),
    "no id": message(event(event_id="")),
    "a number for an id": message(event(event_id=7)),
    "no time": message(event(occurred_at="yesterday")),
    "a time without an offset": message(event(occurred_at="2025-10-23T16:21:05")),
    "a time in another form": message(event(occurred_at="2025-10-23T18:21:05+02:00")),
    "a time that no calendar has": message(event(occurred_at="9999-12-31T23:59:59-14:00")),
    "a type that leads elsewhere": message(event(event_type="../x")),
    "a type of one word": message(event(event_type="bet")),
    "a brand that no key can hold": message(event(tenant_id="x" * 2000)),
}


@pytest.mark.parametrize("case", NO_EVENTS)
def test_what_is_no_event_stays_in_the_queue_and_stops_nothing_else(
    lake: FakeLake, queue: LakeQueue, case: str
) -> None:
    good = event()
    records = [*batch(good)["Records"], {"messageId": "bad", "body": NO_EVENTS[case]}]
    answer = queue.handle({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert lake.lines == [good]


def test_only_what_could_not_be_stored_is_told_again(lake: FakeLake, queue: LakeQueue) -> None:
    lake.closed = "session."
    told = [event(), event(event_type="session.ended"), event()]
    answer = queue.handle(batch(*told), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert len(lake.lines) == 2


def test_the_lag_is_the_age_of_the_newest_event_stored(queue: LakeQueue, counted: Counted) -> None:
    queue.handle(batch(event(occurred_at="2020-01-01T00:00:00.000Z"), event()), None)
    assert counted.counts == {"EventsStored": 2, "LakeLagSeconds": 235}


def test_nothing_stored_counts_nothing(queue: LakeQueue, counted: Counted) -> None:
    queue.handle({"Records": [{"messageId": "bad", "body": "{"}]}, None)
    assert counted.counts == {}


def test_the_same_lines_are_the_same_compressed_bytes() -> None:
    put: list[dict[str, Any]] = []

    class Client:
        def put_object(self, **request: Any) -> None:
            put.append(request)

    for _ in range(2):
        S3Lake(Client(), "bucket").put("key", b"{}\n")
    assert put[0] == put[1]
    assert gzip.decompress(put[0]["Body"]) == b"{}\n"
