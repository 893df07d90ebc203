"""Wires the function that stores the events of the bus in the lake."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import aws_client
from casino.base.clock import SystemClock
from casino.events.lake import LakeWriter
from casino.events.queue import LakeQueue
from casino.events.store.lake import S3Lake
from casino.observability.telemetry import Telemetry
from casino.wiring.settings import load_settings, required

#: Nobody waits, and the queue tells again what fails: less than the function's time in all.
_PATIENT: Final = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)


def lake_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None
) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    """Return the Lambda handler of the lake's queue, wired from the environment."""
    observer = Telemetry(load_settings(environment).service)
    lake = S3Lake(client or aws_client("s3", _PATIENT), required(environment, "LAKE_BUCKET"))
    return LakeQueue(LakeWriter(lake, SystemClock(), observer)).handle
