"""Wires the function that follows the ledger: it measures the exposure, and keeps references.

Both are done by one function, since only two may read a stream at once without slowing each other
down, and the other tells the world. The money path loads neither.
"""

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
from casino.wallet.references import ReferenceStream
from casino.wallet.store.references import DynamoDbReferences
from casino.wiring.settings import load_settings, required


def exposure_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None
) -> Callable[[Mapping[str, Any], object], None]:
    """Return the Lambda handler of the ledger's stream, wired from the environment."""
    settings, client = load_settings(environment), client or dynamodb_client()
    clock = SystemClock()
    registry = DynamoDbRegistry(client, settings.tables)
    counts = DynamoDbCounts(client, required(environment, "EXPOSURE_TABLE"))
    service = ExposureService(registry, counts, clock)
    exposure = ExposureStream(service, Telemetry(settings.service))
    references = ReferenceStream(DynamoDbReferences(client, settings.tables.references, clock))

    def handle(event: Mapping[str, Any], context: object) -> None:
        # A player waits for no reference, but wins above a limit wait for the exposure.
        exposure.handle(event, context)
        references.handle(event, context)

    return handle
