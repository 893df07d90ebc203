"""Wires what receives deliveries, and what acts on them."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from casino.aws.lean.clients import dynamodb_client, secrets_client
from casino.base.clock import SystemClock
from casino.base.proxy import Event, Response
from casino.deliveries.dialect import Webhook
from casino.deliveries.endpoint import DeliveryEndpoint
from casino.deliveries.store.inbox import DAY_S, DynamoDbInbox
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.wiring.settings import load_settings, whole
from casino.wiring.versions import versioned


def receiver_handler(
    webhook: Webhook, environment: Mapping[str, str] = os.environ
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of a counterpart's receiver, wired from the environment."""
    settings = load_settings(environment)
    client, clock = dynamodb_client(), SystemClock()
    registry = CachedRegistry(DynamoDbRegistry(client, settings.tables), clock, settings.cache_s)
    endpoint = DeliveryEndpoint(
        webhook,
        registry.named,
        SecretsManagerKeyring(secrets_client(), clock, registry, settings.cache_s),
        inbox_of(client, environment),
        clock,
        Telemetry(settings.service),
    )
    return versioned(endpoint.handle, environment)


def inbox_of(client: Any, environment: Mapping[str, str]) -> DynamoDbInbox:
    """Return the inbox, as the environment says."""
    tables = load_settings(environment).tables
    retention_s = whole(environment, "DELIVERY_RETENTION_DAYS", 90) * DAY_S
    return DynamoDbInbox(client, tables, retention_s)
