"""Wires what people do with events, and what functions share with them; loads no Powertools."""

from collections.abc import Callable
from typing import Any, NamedTuple

from casino.audit.store import DynamoDbIntents
from casino.aws.tables import Tables
from casino.base.clock import Clock
from casino.events.count import DayCount
from casino.events.model import Place
from casino.events.publish import Publisher
from casino.events.record import Source
from casino.events.replay import Replay
from casino.events.store.archive import S3Archive
from casino.events.store.bus import EventBridgeBus
from casino.events.store.failed import DynamoDbStreams, SqsFailedBatches
from casino.events.store.items import DynamoDbItems
from casino.events.store.told import EventsOf
from casino.events.stream import StreamReader
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.registry import DynamoDbRegistry
from casino.wiring.stack import Stack


def sources(tables: Tables) -> dict[str, Source]:
    """Return the tables whose streams are published, by their names."""
    return {
        tables.ledger: "ledger",
        tables.sessions: "sessions",
        tables.deliveries: "deliveries",
        tables.audit: "audit",
    }


def events_of(dynamodb: Any, tables: Tables, home: Place, clock: Clock) -> EventsOf:
    """Return what maps a record to its events."""
    registry = CachedRegistry(DynamoDbRegistry(dynamodb, tables), clock)
    return EventsOf(registry.get, home, clock)


class _Unobserved:
    """Says nothing: a person is told of the failures themselves."""

    def event(self, name: str, *, error: bool = False, **fields: object) -> None:
        """Say nothing."""

    def crash(self, error: BaseException, **fields: object) -> None:
        """Say nothing."""

    def count(self, metric: str, value: float = 1, **metadata: object) -> None:
        """Say nothing."""


class Outside(NamedTuple):
    """Clients of DynamoDB, S3 and SQS, and what makes one of another service."""

    dynamodb: Any
    s3: Any
    queues: Any
    aws: Callable[[str], Any]


def day_count_of(stack: Stack, dynamodb: Any, s3: Any) -> DayCount:
    """Return the count of a day."""
    return DayCount(DynamoDbItems(dynamodb, stack.tables), S3Archive(s3, stack.events.archive))


def replay_of(stack: Stack, clients: Outside, clock: Clock) -> Replay:
    """Return the use cases of people."""
    dynamodb, s3, queues, aws = clients
    outputs, observer = stack.events, _Unobserved()
    publisher = Publisher(
        events_of(dynamodb, stack.tables, Place(outputs.tenant_id, outputs.region), clock),
        S3Archive(s3, outputs.archive),
        EventBridgeBus(aws("events"), outputs.bus),
        clock,
        observer,
    )
    return Replay(
        DynamoDbItems(dynamodb, stack.tables),
        publisher,
        SqsFailedBatches(queues, outputs.unpublished_queue),
        DynamoDbStreams(aws("dynamodbstreams")),
        StreamReader(sources(stack.tables), observer),
        DynamoDbIntents(dynamodb, stack.tables),
        clock,
    )
