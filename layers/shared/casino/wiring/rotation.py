"""Wires the rotation; a module of its own, so that the hooks load no HTTP client."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.audit.model import Who
from casino.aws.clients import aws_client
from casino.base.clock import SystemClock
from casino.integrations.admin_ports import PairProvider
from casino.integrations.credentials import RotationError
from casino.integrations.deployed import STEPS
from casino.integrations.rotation import Rotation
from casino.integrations.store.registry import DynamoDbRegistry
from casino.integrations.store.secrets import SecretsManagerStore
from casino.observability.credentials import RotationTelemetry
from casino.observability.provider_calls import ProviderTelemetry
from casino.wiring.pairs import PairProviders
from casino.wiring.settings import load_settings

#: No player waits: slower and more patient than the money path.
_PATIENT: Final = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
)
_STEPS: Final[dict[str, Callable[[Rotation, str, str], None]]] = dict(
    zip(STEPS, (Rotation.create, Rotation.set, Rotation.test, Rotation.finish), strict=True)
)

type Handler = Callable[[Mapping[str, str], object], None]


def rotation_handler(
    environment: Mapping[str, str] = os.environ,
    dynamodb: Any = None,
    secrets: Any = None,
    provider: PairProvider | None = None,
) -> Handler:
    """Return the Lambda handler that Secrets Manager calls with each of the four steps."""
    settings = load_settings(environment)
    dynamodb = dynamodb or aws_client("dynamodb", _PATIENT)
    secrets = secrets or aws_client("secretsmanager", _PATIENT)
    observer, clock = RotationTelemetry(settings.service), SystemClock()
    registry, store = DynamoDbRegistry(dynamodb, settings.tables), SecretsManagerStore(secrets)
    calls = ProviderTelemetry(settings.service)
    provider = provider or PairProviders(clock, calls, local=settings.local)

    def handle(event: Mapping[str, str], context: object) -> None:
        # A person's own invocation names the person; a schedule's is the function's own.
        own_name = str(getattr(context, "invoked_function_arn", "rotate_secret"))
        who = Who(event.get("RequestedBy") or own_name, event.get("Reason", ""))
        rotation = Rotation(store, registry, provider, clock, who)
        step, secret, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
        failure = "internal_error"
        try:
            _STEPS[step](rotation, secret, token)
            failure = ""
        except RotationError as error:
            failure = error.code
            raise
        finally:
            observer.step(secret.rpartition("/")[2], step, token, failure)

    return handle
