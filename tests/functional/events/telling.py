"""The streams of a played casino, told as Lambda tells them: again from where it failed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from casino.base.errors import RetryableError
from casino.events.model import Event, Place
from casino.events.publish import Publisher
from casino.events.record import Kept
from casino.events.store.archive import S3Archive
from casino.events.store.bus import EventBridgeBus
from casino.events.store.items import DynamoDbItems, as_told
from casino.events.store.told import EventsOf
from casino.events.stream import EventStream, StreamReader
from casino.integrations.model import Integration
from casino.observability.telemetry import Telemetry
from casino.wiring.event_admin import sources
from testing.clock import FakeClock
from testing.crashes import CrashError, Crashes, CrashingClient
from testing.fake_events import FakeEvents, FakeS3
from testing.fold import fold
from testing.play import Play
from testing.world import World

HOME = Place("casino", "eu")


def play_some(play: Play) -> None:
    """Play what makes every kind of entry that iGSP knows."""
    play.bet("20.00", transaction_id="bet-1", round_id="r1")
    play.win("35.50", round_id="r1", finished=True)
    play.bet("1.00", transaction_id="bet-2", round_id="r2")
    play.refund("1.00", "bet-2")
    play.refund("2.00", "bet-3")
    play.bet("2.00", transaction_id="bet-3")
    play.bet("99999.00")
    play.win("0.00", type="prize")
    play.bet("5.00", player_id="nobody")
    for number in range(4):
        play.bet("0.50", transaction_id=f"small-{number}")


def records_of(world: World) -> list[dict[str, Any]]:
    """Return the ledger's stream from its beginning: order holds of one item alone."""
    items = world.client.scan(TableName=world.tables.ledger)["Items"]
    return [record_of(item, world.tables.ledger, n) for n, item in enumerate(items, 1000)]


def record_of(item: Mapping[str, Any], table: str, number: int, **more: Any) -> dict[str, Any]:
    """Return the record of an insert; Lambda gets bytes as text."""
    change = {"NewImage": as_told(dict(item)), "SequenceNumber": str(number), **more}
    change.setdefault("ApproximateCreationDateTime", 1_767_225_600.0)
    arn = f"arn:aws:dynamodb:eu-central-1:000000000000:table/{table}/stream/2026"
    return {"eventName": "INSERT", "eventSourceARN": arn, "dynamodb": change}


@dataclass
class Played:
    """A casino in which everything was played: what its ledger holds, and what that tells."""

    world: World

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        return records_of(self.world)

    @cached_property
    def integrations(self) -> dict[str, Integration]:
        registry = self.world.registry
        return {name: found for name in registry.names() if (found := registry.get(name))}

    @cached_property
    def items(self) -> dict[str, Any]:
        found = DynamoDbItems(self.world.client, self.world.tables).between("0", "9")
        return {item["id"]["S"]: item for item in found}

    @cached_property
    def expected(self) -> dict[str, Event]:
        """Return what is to be told of the ledger, by id."""
        house = House(self)
        found = house.reader.records(self.records)
        return {event.event_id: event for record in found for event in house.events_of(record)}

    @cached_property
    def wallets(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the balance and the sequence number of each wallet that moved."""
        return {
            (wallet.player_id, wallet.currency): (wallet.balance_minor, wallet.seq)
            for wallet in self.world.accounts.wallets()
            if wallet.seq
        }


@dataclass
class House:
    """Everything that publishes, over clients in memory that die when `crashes` says so."""

    played: Played
    s3: FakeS3 = field(default_factory=FakeS3)
    events: FakeEvents = field(default_factory=FakeEvents)
    crashes: Crashes = field(default_factory=Crashes)
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def archive(self) -> S3Archive:
        return S3Archive(self.s3, "archive")

    @property
    def reader(self) -> StreamReader:
        return StreamReader(sources(self.played.world.tables), Telemetry("test"))

    @property
    def events_of(self) -> EventsOf:
        return EventsOf(self.played.integrations.get, HOME, self.clock)

    @property
    def publisher(self) -> Publisher:
        archive = S3Archive(CrashingClient(self.s3, self.crashes), "archive")
        bus = EventBridgeBus(CrashingClient(self.events, self.crashes), "bus")
        return Publisher(self.events_of, archive, bus, self.clock, Telemetry("test"), lambda: 1.0)

    def tell(self, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """Tell a batch once; return from which sequence number on it is to be told again."""
        stream = EventStream(self.publisher, self.reader, self.clock, Telemetry("test"))
        answer = stream.handle({"Records": list(records)}, None)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def tell_all(self, records: list[dict[str, Any]], random: Random, most_tries: int) -> None:
        """Tell a stream to its end, as Lambda does; a try may die before or after any call."""
        place = 0
        while place < len(records):
            batch = records[place : place + random.randint(1, 7)]
            self.crashes.at = random.choice([None, *range(4)]) if most_tries else None
            self.crashes.after, self.crashes.calls = random.random() < 0.5, 0
            most_tries -= bool(most_tries)
            try:
                failed = self.tell(batch)
            except (CrashError, RetryableError):
                continue
            finally:
                self.crashes.at = None
            numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
            done = numbers.index(failed[0]) if failed else len(batch)
            place += done
            if done and random.random() < 0.2:
                place -= random.randint(1, done)  # told again, although it was done

    def told(self) -> list[Event]:
        """Return what came out of the bus, as often as it came."""
        return [Event.read(entry["Detail"].encode()) for entry in self.events.told]

    def kept(self) -> list[Kept]:
        """Return the archive of the ledger."""
        days = {name.split("date=")[1][:10] for name in self.s3.objects if "ledger" in name}
        return [kept for day in sorted(days) for kept in self.archive.of_day("ledger", day)]

    def assert_complete(self) -> None:
        """The archive holds each item and event id, a consumer's state equals the ledger's."""
        wanted, told, kept = self.played.expected, self.told(), self.kept()
        assert {event.event_id: event for event in told} == wanted
        assert {each for line in kept for each in line.event_ids} == wanted.keys()
        assert {line.key: line.content for line in kept} == self.played.items
        states = fold(told)
        assert {
            wallet: (state.balance_minor, state.newest) for wallet, state in states.items()
        } == self.played.wallets
        for state in states.values():
            assert (state.missing, state.sums["player"]) == (0, state.balance_minor)


def changed(record: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """Return a record whose image has other attributes; `None` takes one away."""
    found: dict[str, Any] = json.loads(json.dumps(record))
    image = found["dynamodb"]["NewImage"] | attributes
    found["dynamodb"]["NewImage"] = {k: v for k, v in image.items() if v is not None}
    return found
