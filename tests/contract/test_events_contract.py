"""What the archive and the bus promise: over clients in memory, and on the emulator."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casino.events.model import Event
from casino.events.record import Kept
from casino.events.store.archive import S3Archive
from casino.events.store.bus import SOURCE, EventBridgeBus
from testing.fake_events import Outside

EVENT = Event(
    event_type="wallet.debit.completed",
    schema_version="1.0.0",
    event_id="00000000-0000-5000-8000-000000000000",
    occurred_at="2026-01-01T12:00:00.123Z",
    tenant_id="casino",
    region="eu",
    player_id="p-1",
    trace_id=None,
    idempotency_key="bet-1",
    sequence=1,
    payload={"note": "ü"},
)
DAY = "2026-01-01"


def archive_of(outside: Outside) -> S3Archive:
    return S3Archive(outside.s3, outside.bucket)


def names(outside: Outside) -> list[str]:
    found = outside.s3.list_objects_v2(Bucket=outside.bucket, Prefix="ledger/")
    return [each["Key"] for each in found.get("Contents", ())]


def events(number: int, **more: Any) -> list[Event]:
    return [replace(EVENT, event_id=f"event-{n}", **more) for n in range(number)]


def kept(*keys: str) -> list[Kept]:
    return [Kept("ledger", key, (f"id of {key}",), {"id": {"S": key}}) for key in keys]


def test_what_is_put_is_found_on_its_day_and_of_its_source_alone(outside: Outside) -> None:
    lost = Kept("ledger", "é#tx#b", (), {"x": {"B": "AAE="}}, unreadable=True)
    told = Kept("sessions", "s", ("1", "2"), ["a", "b"])
    archive_of(outside).put("ledger", DAY, [*kept("a"), lost])
    archive_of(outside).put("sessions", DAY, [told])
    assert sorted(archive_of(outside).of_day("ledger", DAY), key=lambda k: k.key) == [
        *kept("a"),
        lost,
    ]
    assert list(archive_of(outside).of_day("sessions", DAY)) == [
        replace(told, content=["a", "b"], event_ids=("1", "2"))
    ]
    assert list(archive_of(outside).of_day("ledger", "2026-01-02")) == []


def test_a_list_of_many_pages_is_read_to_its_end(outside: Outside) -> None:
    for number in range(5):
        archive_of(outside).put("ledger", DAY, kept(f"{number}"))
    assert sorted(each.key for each in archive_of(outside).of_day("ledger", DAY)) == list("01234")


def test_the_same_lines_in_any_order_and_company_of_copies_are_one_object(outside: Outside) -> None:
    for keys in ("abc", "cab", "bccab", "abc"):
        archive_of(outside).put("ledger", DAY, kept(*keys))
    assert len(names(outside)) == 1
    archive_of(outside).put("ledger", DAY, kept("a"))
    assert len(names(outside)) == 2


def test_what_is_in_the_archive_is_not_written_over(outside: Outside) -> None:
    archive_of(outside).put("ledger", DAY, kept("a"))
    (name,) = names(outside)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        outside.s3.put_object(Bucket=outside.bucket, Key=name, Body=b"", IfNoneMatch="*")
    assert [each.key for each in archive_of(outside).of_day("ledger", DAY)] == ["a"]


def test_more_events_than_one_call_takes_are_told_each_once(outside: Outside) -> None:
    bus = EventBridgeBus(outside.events, outside.bus)
    assert bus.put(events(23)) == ([], [])
    told = outside.told(23)
    assert sorted(each["Detail"] for each in told) == sorted(e.text() for e in events(23))
    assert {(each["Source"], each["DetailType"]) for each in told} == {(SOURCE, EVENT.event_type)}


def test_events_too_long_for_one_call_go_in_several_and_one_too_long_for_any_stays(
    outside: Outside,
) -> None:
    bus = EventBridgeBus(outside.events, outside.bus)
    long, longest = ({"note": "x" * size} for size in (100_000, 300_000))
    (never,) = events(1, payload=longest, idempotency_key="never")
    assert bus.put([*events(5, payload=long), never]) == ([], [never])
    assert len(outside.told(5)) == 5
