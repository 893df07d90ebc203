"""Wires the function that acts on the deliveries; a module of its own, for what effects load."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import aws_client, dynamodb_client
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.deliveries.stream import DeliveryStream
from casino.deliveries.work import Worker
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.provider_calls import ProviderTelemetry
from casino.wiring.deliveries import inbox_of
from casino.wiring.effects import EFFECTS, EffectParts
from casino.wiring.settings import load_settings

#: Nobody waits for the worker: AWS may take longer than on the money path.
_PATIENT: Final = Config(connect_timeout=2, read_timeout=5)
_SECRETS: Final = _PATIENT.merge(Config(retries={"mode": "standard", "total_max_attempts": 3}))


def delivery_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None, secrets: Any = None
) -> Callable[[Mapping[str, Any], Context], dict[str, Any]]:
    """Return the Lambda handler of the deliveries' stream and of their schedule."""
    settings, clock = load_settings(environment), SystemClock()
    client = client or dynamodb_client(_PATIENT)
    observer = ProviderTelemetry(settings.service)
    stored = DynamoDbRegistry(client, settings.tables)
    registry = CachedRegistry(stored, clock, settings.cache_s)
    secrets = secrets or aws_client("secretsmanager", _SECRETS)
    keyring = SecretsManagerKeyring(secrets, clock, registry, settings.cache_s)
    parts = EffectParts(client, secrets, settings, registry, keyring, clock, observer)
    effects = {family: make(parts) for family, make in EFFECTS.items()}
    worker = Worker(inbox_of(client, environment), stored.in_force, effects, clock, observer)
    return DeliveryStream(worker, observer).handle
