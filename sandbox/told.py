"""Follows what was written onto the bus of a local stack and into its lake, and times it."""

import gzip
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from casino.base.money import to_major
from casino.base.times import epoch
from casino.events.model import Event
from ops.context import Operations
from sandbox.part import Played
from sandbox.processes import poll

#: It takes seconds; a busy machine may take its time.
PATIENCE_S: Final = 180.0


class UntoldError(Exception):
    """What was written did not reach the bus or the lake in time; the message says what."""


@dataclass(frozen=True)
class Told:
    """An event, and how many seconds after it happened it was seen on the bus and in the lake."""

    event: Event
    on_bus_s: float
    in_lake_s: float

    @property
    def amount(self) -> str:
        """What it says of money, with the currency; empty when it says nothing of it."""
        payload = self.event.payload
        found = payload.get("amount") or payload.get("win") or payload.get("bet")
        if not found:
            return ""
        return f"{to_major(int(found['minor']), found['currency'])} {found['currency']}"


@dataclass
class Listener:
    """A queue that gets every event of the bus, and a reader of the lake."""

    operations: Operations
    queue_url: str
    heard: dict[str, tuple[Event, float]] = field(default_factory=dict)
    """Events by their ids, each with when it was first seen on the bus."""
    stored: dict[str, float] = field(default_factory=dict)
    """When the event of an id was first seen in the lake."""
    _read: set[str] = field(default_factory=set)
    _since: float = field(default_factory=time.time)

    def follow(self, expected: Mapping[str, set[str]]) -> list[Told]:
        """Wait until events are in both places: transaction → types.

        Returns them in the order in which they happened; raises `UntoldError` when they are late.
        """
        wanted = {(name, kind) for name, kinds in expected.items() for kind in kinds}

        def there() -> bool:
            self.look()
            return wanted <= {_name(e) for e, _ in self.heard.values() if e.event_id in self.stored}

        if not poll(there, PATIENCE_S, 0.5):
            untold = wanted - {_name(event) for event, _ in self.heard.values()}
            where = f"on the bus: {sorted(untold)}" if untold else "in the lake"
            raise UntoldError(f"events are not {where}")
        told = [
            Told(
                event,
                seen_at - epoch(event.occurred_at),
                self.stored[event_id] - epoch(event.occurred_at),
            )
            for event_id, (event, seen_at) in self.heard.items()
            if _name(event) in wanted
        ]
        return sorted(told, key=lambda each: (each.event.occurred_at, each.event.event_type))

    def beside(self, played: Iterable[Played]) -> Iterator[Played]:
        """Yield what is played, and look for events after each step."""
        for each in played:
            yield each
            self.look()

    def look(self) -> None:
        """Note what is new on the bus and in the lake."""
        self.hear()
        self._read_lake()

    def hear(self, batches: int = sys.maxsize) -> None:
        """Take what is in the queue, so many batches of ten at most."""
        sqs, request = self.operations.queues, {"QueueUrl": self.queue_url}
        for _ in range(batches):
            messages = sqs.receive_message(**request, MaxNumberOfMessages=10).get("Messages")
            if not messages:
                return
            for message in messages:
                event = Event.read(json.dumps(json.loads(message["Body"])["detail"]).encode())
                self.heard.setdefault(event.event_id, (event, time.time()))
                sqs.delete_message(**request, ReceiptHandle=message["ReceiptHandle"])

    def _read_lake(self) -> None:
        """Read the objects that the lake got since the listener began."""
        s3, bucket = self.operations.objects, self.operations.stack.lake_bucket
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="lake/"):
            for found in page.get("Contents", ()):
                key, at = found["Key"], found["LastModified"].timestamp()
                if key in self._read or at < self._since - 1:  # whole seconds
                    continue
                self._read.add(key)
                body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                for line in gzip.decompress(body).splitlines():
                    self.stored.setdefault(Event.read(line).event_id, time.time())


def show_told(console: Console, told: Iterable[Told]) -> None:
    """Print each event with its way."""
    table = Table(
        title="what the world was told of the deposit, the round, the limit and the bonus",
        caption="seconds from the entry in the ledger to the bus, and into the lake",
    )
    for name in ("event", "transaction", "amount"):
        table.add_column(name)
    for name in ("bus", "lake"):
        table.add_column(name, justify="right")
    for each in told:
        names = (each.event.event_type, str(each.event.payload["transaction_id"]), each.amount)
        table.add_row(*names, f"{each.on_bus_s:.1f} s", f"{each.in_lake_s:.1f} s")
    console.print(table)


@contextmanager
def listening(operations: Operations) -> Iterator[Listener]:
    """Put a queue on the bus of a local stack until the end of the block."""
    name, bus = f"listener-{uuid4().hex[:8]}", operations.stack.events.bus
    events, sqs = operations.aws("events"), operations.queues
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = json.dumps({"source": ["casino.wallet"]})
    events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    target = {"Id": "listener", "Arn": found["QueueArn"]}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    try:
        yield Listener(operations, url)
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["listener"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)


def _name(event: Event) -> tuple[str, str]:
    return str(event.payload.get("transaction_id")), event.event_type
