"""Wires what publishes events and counts them; the money path never loads it."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import aws_client, dynamodb_client
from casino.base.clock import SystemClock
from casino.events.count import DayCount
from casino.events.model import Place
from casino.events.publish import Publisher
from casino.events.schedule import CountEndpoint
from casino.events.store.archive import S3Archive
from casino.events.store.bus import EventBridgeBus
from casino.events.store.items import DynamoDbItems
from casino.events.stream import EventStream, StreamReader
from casino.observability.telemetry import Telemetry
from casino.wiring.event_admin import events_of, sources
from casino.wiring.settings import load_settings, required

#: Nobody waits for these calls; the publisher itself asks the bus again.
_PATIENT: Final = Config(connect_timeout=2, read_timeout=10)
_AGAIN: Final = _PATIENT.merge(Config(retries={"mode": "standard", "total_max_attempts": 4}))
_ONCE: Final = _PATIENT.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))


def publish_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    """Return the Lambda handler of the streams."""
    settings, clock = load_settings(environment), SystemClock()
    observer = Telemetry(settings.service)
    home = Place(required(environment, "BRAND_ID"), required(environment, "BRAND_REGION"))
    publisher = Publisher(
        events_of(dynamodb_client(_AGAIN), settings.tables, home, clock),
        S3Archive(aws_client("s3", _AGAIN), required(environment, "ARCHIVE_BUCKET")),
        EventBridgeBus(aws_client("events", _ONCE), required(environment, "EVENT_BUS")),
        clock,
        observer,
    )
    reader = StreamReader(sources(settings.tables), observer)
    return EventStream(publisher, reader, clock, observer).handle


def count_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    """Return the Lambda handler of the daily count."""
    settings = load_settings(environment)
    items = DynamoDbItems(dynamodb_client(_AGAIN), settings.tables)
    archive = S3Archive(aws_client("s3", _AGAIN), required(environment, "ARCHIVE_BUCKET"))
    return CountEndpoint(
        DayCount(items, archive), SystemClock(), Telemetry(settings.service)
    ).handle
