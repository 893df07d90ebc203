"""What was not told, or not kept, is published again: from its stream, or from the ledger."""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from casino.events.model import EDITIONS, Edition
from casino.events.schedule import CountEndpoint
from casino.observability.telemetry import Telemetry
from casino.wiring.stack import EventsOutputs
from testing.clock import FakeClock
from testing.fake_events import refused
from testing.play import Play
from tests.functional.events.telling import House, Played, changed, play_some, record_of
from tests.functional.ops.console import Console

_NUMBERS = count()
OUTPUTS = EventsOutputs("bus", "archive", "queue", "casino", "eu")


@dataclass
class FakeQueue:
    """SQS with the messages that Lambda sends of a batch that failed for good."""

    messages: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def fail(self, records: list[dict[str, Any]]) -> None:
        numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
        said = {
            "shardId": "shardId-1",
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z",
            "approximateArrivalOfLastRecord": datetime.now(UTC).isoformat(),
            "batchSize": len(records),
            "streamArn": records[0]["eventSourceARN"],
        }
        self.messages[f"m{next(_NUMBERS)}"] = json.dumps({"DDBStreamBatchInfo": said})

    def receive_message(self, **request: Any) -> dict[str, Any]:
        found = [name for name in self.messages if name not in self.hidden][:1]
        self.hidden |= {*found}
        return {"Messages": [{"ReceiptHandle": n, "Body": self.messages[n]} for n in found]}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        del self.messages[ReceiptHandle]


@dataclass
class FakeStreams:
    """A shard, in pages of three; what is trimmed is forgotten."""

    records: list[dict[str, Any]] = field(default_factory=list)
    trimmed: bool = False

    def get_shard_iterator(self, **request: Any) -> dict[str, str]:
        if self.trimmed:
            raise refused("TrimmedDataAccessException", "GetShardIterator", 400)
        numbers = [each["dynamodb"]["SequenceNumber"] for each in self.records]
        return {"ShardIterator": str(numbers.index(request["SequenceNumber"]))}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803
        place = int(ShardIterator)
        page = [_as_a_client_gets_it(each) for each in self.records[place : place + 3]]
        return {"Records": page, "NextShardIterator": str(place + 3)}


def _as_a_client_gets_it(record: dict[str, Any]) -> dict[str, Any]:
    change = record["dynamodb"]
    at = datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC)
    image = {
        name: {"B": b64decode(value["B"])} if "B" in value else value
        for name, value in change["NewImage"].items()
    }
    return {
        "eventName": record["eventName"],
        "dynamodb": change | {"ApproximateCreationDateTime": at, "NewImage": image},
    }


@dataclass
class Desk:
    """An operator before everything that publishes."""

    house: House
    queue: FakeQueue = field(default_factory=FakeQueue)
    streams: FakeStreams = field(default_factory=FakeStreams)

    @property
    def ops(self) -> Console:
        clients = {
            "events": self.house.events,
            "dynamodbstreams": self.streams,
        }
        world = self.house.played.world
        return Console(
            world,
            events=OUTPUTS,
            objects=self.house.s3,
            aws=clients.__getitem__,
            queues=self.queue,
        )

    @property
    def day(self) -> str:
        (day,) = {item["at"]["S"][:10] for item in self.house.played.items.values()}
        return str(day)

    def forget(self) -> None:
        self.house.s3.objects.clear()
        self.house.events.told.clear()


@pytest.fixture
def desk(play: Play) -> Desk:
    play_some(play)
    house = House(Played(play.world))
    house.tell(house.played.records)
    return Desk(house)


def test_what_is_replayed_from_the_ledger_has_the_ids_that_it_had_before(desk: Desk) -> None:
    desk.forget()
    said = desk.ops.json("events", "replay", "--from", "2020-01-01", "--to", "2100-01-01")
    assert said == {"records": len(desk.house.played.items), "untaken": 0, "lost": 0}
    desk.house.assert_complete()
    again = desk.ops("events", "replay", "--from", "2020-01-01", "--to", "2020-01-02")
    assert (again.code, again.out) == (0, "0 items of the ledger published again\n")
    audited = desk.ops.json("audit", "--integration", "all")["records"]
    assert [each["what"] for each in audited if "event" in each["what"]] == ["replay events"] * 2


def test_a_replay_of_a_wallet_tells_of_no_other(desk: Desk) -> None:
    desk.forget()
    words = ("events", "replay", "--from", "2020-01-01", "--to", "2100-01-01", "--wallet")
    desk.ops.json(*words, "player-912", "EUR")
    told = desk.house.told()
    assert {event.player_id for event in told} == {"player-912"}
    wanted = [e for e in desk.house.played.expected.values() if e.player_id == "player-912"]
    assert {event.event_id for event in told} == {event.event_id for event in wanted}
    assert "invalid_request" in desk.ops.error("events", "replay", "--from", "2026", "--to", "x")
    assert "unsupported_currency" in desk.ops.error(*words, "player-912", "XXY")
    backwards = ("events", "replay", "--from", "2026-01-02", "--to", "2026-01-01")
    assert desk.ops.error(*backwards) == "invalid_request"


def test_a_replay_says_what_the_bus_did_not_take(desk: Desk) -> None:
    desk.house.events.down = True
    said = desk.ops("events", "replay", "--from", "2020-01-01", "--to", "2100-01-01")
    assert said.code == 1
    assert "the bus took no events: try again" in said.out


@pytest.mark.parametrize("trimmed", [False, True])
def test_what_failed_for_good_is_published_and_leaves_the_queue(desk: Desk, trimmed: bool) -> None:
    desk.forget()
    records = desk.house.played.records
    desk.streams.records, desk.streams.trimmed = records, trimmed
    desk.queue.fail(records[:4])
    desk.queue.fail(records[4:])
    said = desk.ops.json("events", "redrive")
    assert (said["batches"], said["stay"], desk.queue.messages) == (2, 0, {})
    desk.house.assert_complete()
    assert desk.ops.json("events", "redrive")["batches"] == 0


def test_what_fails_again_and_what_only_a_stream_knew_stay_in_the_queue(desk: Desk) -> None:
    desk.streams.records = desk.house.played.records
    desk.queue.fail(desk.streams.records)
    desk.house.events.down = True
    said = desk.ops("events", "redrive")
    assert (said.code, len(desk.queue.messages)) == (1, 1)
    assert "stays in the queue" in said.out
    desk.house.events.down = False
    desk.queue.hidden.clear()
    assert desk.ops.json("events", "redrive")["batches"] == 1

    world = desk.house.played.world
    (session, *_) = world.client.scan(TableName=world.tables.sessions)["Items"]
    desk.queue.fail([record_of(session, world.tables.sessions, 1)])
    desk.streams.trimmed = True
    assert desk.ops("events", "redrive").code == 1
    assert len(desk.queue.messages) == 1


def test_the_count_names_what_the_archive_lacks_until_it_is_replayed(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    found = desk.ops.json("events", "count", desk.day)
    assert (found["items"], found["faults"]) == (len(desk.house.played.items), {})
    desk.forget()
    lost = next(each for each in desk.house.played.records if _key(each).endswith("#bet-1"))
    desk.house.tell([each for each in desk.house.played.records if each is not lost])
    said = desk.ops("events", "count", desk.day, "--json")
    assert said.code == 1
    assert said.json["faults"] == {"EUR#player-912": {"missing": [_key(lost)], "gaps": []}}
    assert "not in the archive" in desk.ops("events", "count", desk.day).out

    world = desk.house.played.world
    noon = datetime.fromisoformat(f"{desk.day}T12:00:00Z").timestamp() + 24 * 3600
    schedule = CountEndpoint(desk.ops.operations.day_count, FakeClock(noon), Telemetry("test"))
    assert schedule.handle({}, None)["missing"] == 1
    assert '"EventsMissing":[1.0]' in capsys.readouterr().out
    desk.ops.json("events", "replay", "--from", desk.day, "--to", "2100-01-01")
    assert schedule.handle({"day": desk.day}, None)["missing"] == 0
    assert '"EventsMissing":[0.0]' in capsys.readouterr().out
    assert schedule.handle({"day": "2020-01-01"}, None)["items"] == 0
    assert "invalid_request" in desk.ops.error("events", "count", "yesterday")
    assert world.tables.ledger


def test_the_count_names_what_nobody_could_read_and_what_the_ledger_lost(desk: Desk) -> None:
    desk.forget()
    records = desk.house.played.records
    bad = next(each for each in records if _key(each).endswith("#small-1"))
    desk.house.tell([each for each in records if each is not bad])
    desk.house.tell([changed(bad, amount={"N": "ten"})])
    world = desk.house.played.world
    (lost,) = (i for i in desk.house.played.items.values() if _is(i, "small-2"))
    world.client.delete_item(TableName=world.tables.ledger, Key={"id": lost["id"]})
    faults = desk.ops("events", "count", desk.day, "--json").json["faults"]
    gaps = [int(lost["seq"]["N"])]
    assert faults == {"EUR#player-912": {"missing": [_key(bad)], "gaps": gaps}}
    assert f"number {gaps[0]}" in desk.ops("events", "count", desk.day).out


def test_an_entry_of_another_day_by_a_clock_that_is_ahead_is_no_gap(desk: Desk) -> None:
    world = desk.house.played.world
    (ahead,) = (
        i for i in world.client.scan(TableName=world.tables.ledger)["Items"] if _is(i, "small-2")
    )
    late = ahead | {"at": {"S": f"{desk.day[:8]}{int(desk.day[8:]) + 1:02}T00:00:01.000Z"}}
    world.client.put_item(TableName=world.tables.ledger, Item=late)
    assert desk.ops.json("events", "count", desk.day)["faults"] == {}


def test_a_new_major_is_told_beside_the_old_one_until_its_date(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.forget()
    kind = "wallet.debit.completed"
    old = Edition("1.0.0", "2026-02-01T00:00:00Z", lambda payload: {"old": payload["kind"]})
    editions = {**EDITIONS, kind: (old, Edition("2.0.0"))}
    monkeypatch.setattr("casino.events.model.published.__defaults__", (editions,))
    monkeypatch.setattr("casino.events.model.EDITIONS", editions)
    desk.house.events.refuses = lambda entry: '"1.0.0"' in entry["Detail"] and kind in str(entry)
    failed = desk.house.tell(desk.house.played.records)
    assert failed, "each version is told, or told again"
    desk.house.events.refuses = lambda entry: False
    assert desk.house.tell(desk.house.played.records) == []
    debits = {(e.event_id, e.schema_version) for e in desk.house.told() if e.event_type == kind}
    assert {version for _, version in debits} == {"1.0.0", "2.0.0"}
    assert len(debits) == 2 * len({event_id for event_id, _ in debits})
    desk.forget()
    desk.house.clock = FakeClock(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    desk.house.tell(desk.house.played.records)
    assert {e.schema_version for e in desk.house.told() if e.event_type == kind} == {"2.0.0"}


def _key(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["NewImage"]["id"]["S"])


def _is(item: Any, transaction_id: str) -> bool:
    return str(item["id"]["S"]).endswith(f"#tx#{transaction_id}")
