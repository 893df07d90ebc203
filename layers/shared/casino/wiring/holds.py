"""Wires the function that looks for forgotten holds; the money path never loads it."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from casino.accounts.holds import OpenHolds
from casino.accounts.schedule import HoldsEndpoint
from casino.aws.clients import dynamodb_client, lambda_client
from casino.aws.invoke import Invoker
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.observability.telemetry import Telemetry
from casino.wallet.store.history import DynamoDbHistory
from casino.wiring.settings import load_settings


def holds_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], Context], dict[str, object]]:
    """Return the Lambda handler of the schedule, wired from the environment."""
    settings = load_settings(environment)
    history = DynamoDbHistory(dynamodb_client(), settings.tables)
    holds = OpenHolds(history, SystemClock())
    return HoldsEndpoint(holds, Invoker(lambda_client), Telemetry(settings.service)).handle
