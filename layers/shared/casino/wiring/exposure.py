"""Wires the function that measures the exposure; the money path never loads it."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from casino.aws.clients import dynamodb_client
from casino.base.clock import SystemClock
from casino.exposure.service import ExposureService
from casino.exposure.store.counts import DynamoDbCounts
from casino.exposure.stream import ExposureStream
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.wiring.settings import load_settings, required


def exposure_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None
) -> Callable[[Mapping[str, Any], object], None]:
    """Return the Lambda handler of the ledger's stream, wired from the environment."""
    settings, client = load_settings(environment), client or dynamodb_client()
    registry = DynamoDbRegistry(client, settings.tables)
    counts = DynamoDbCounts(client, required(environment, "EXPOSURE_TABLE"))
    service = ExposureService(registry, counts, SystemClock())
    return ExposureStream(service, Telemetry(settings.service)).handle
