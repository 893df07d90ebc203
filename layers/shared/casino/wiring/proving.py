"""Wires the daily proof; no tool and no other function loads it."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import aws_client, dynamodb_client
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.events.proving import Proving
from casino.events.store.archive import S3Archive
from casino.events.store.progress import DynamoDbProgress
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.wiring.proof import faults_of, verifier_of
from casino.wiring.settings import load_settings, required

#: Nobody waits for these calls.
_PATIENT: Final = Config(
    connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
)


def proof_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], Context], dict[str, object]]:
    """Return the Lambda handler of the schedule, wired from the environment."""
    settings, client = load_settings(environment), dynamodb_client(_PATIENT)
    verifier = verifier_of(client, settings.tables, DynamoDbRegistry(client, settings.tables).get)
    return Proving(
        S3Archive(aws_client("s3", _PATIENT), required(environment, "ARCHIVE_BUCKET")),
        DynamoDbProgress(client, required(environment, "SYNC_TABLE")),
        partial(faults_of, verifier),
        SystemClock(),
        Telemetry(settings.service),
    ).handle
