"""Wires the function that ends grants of bonus money; the money path never loads it."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from casino.accounts.bonus_ends import BonusEnds
from casino.accounts.store.granted import DynamoDbGrants
from casino.aws.clients import dynamodb_client, lambda_client
from casino.aws.invoke import Invoker
from casino.base.clock import Clock, SystemClock
from casino.base.invocation import Context
from casino.observability.telemetry import Telemetry
from casino.wiring.players import bonus_admin
from casino.wiring.settings import load_settings


def bonus_ends_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None, clock: Clock | None = None
) -> Callable[[Mapping[str, Any], Context], dict[str, object]]:
    """Return the Lambda handler of bus and schedule, wired from the environment."""
    settings, client = load_settings(environment), client or dynamodb_client()
    clock = clock or SystemClock()
    tables = settings.tables
    bonuses, grants = bonus_admin(client, tables, clock), DynamoDbGrants(client, tables.wallets)
    invoke, observer = Invoker(lambda_client), Telemetry(settings.service)
    return BonusEnds(bonuses, grants, clock, invoke, observer).handle
