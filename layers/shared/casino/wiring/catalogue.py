"""Wires catalogue and launch; a module of its own, which the money path never loads."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from botocore.config import Config

from casino.aws.clients import aws_client, dynamodb_client, secrets_client
from casino.aws.invoke import Invoker
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.base.proxy import Event, Response
from casino.catalogue.endpoint import CatalogueEndpoint
from casino.catalogue.lobby import CatalogueReads
from casino.catalogue.schedule import SyncEndpoint
from casino.catalogue.store.games import DynamoDbCatalogue
from casino.catalogue.store.pages import S3Pages
from casino.catalogue.store.runs import DynamoDbSync
from casino.catalogue.sync import CatalogueSync
from casino.dialects.igsp.records import IgspRecords
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.provider_calls import ProviderTelemetry
from casino.observability.telemetry import Telemetry
from casino.wiring.providers import provider_client
from casino.wiring.settings import load_settings, load_sync_settings, required
from casino.wiring.versions import versioned

#: Nobody waits for these calls, and each can be made again.
_BACKGROUND = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    parameter_validation=False,
    user_agent="seamless-wallet",
)
#: Reads of a lobby, where somebody waits.
_TWICE = Config(retries={"mode": "standard", "total_max_attempts": 2})


def sync_endpoint(environment: Mapping[str, str] = os.environ) -> SyncEndpoint:
    """Return the synchronisation, wired from the environment."""
    settings, own = load_settings(environment), load_sync_settings(environment)
    clock, observer = SystemClock(), ProviderTelemetry(settings.service)
    dynamodb, functions = _client("dynamodb"), _client("lambda")
    store = DynamoDbSync(dynamodb, own.catalogue_table, own.sync_table, clock)
    keyring = SecretsManagerKeyring(secrets_client(), clock, cache_s=settings.cache_s)
    sync = CatalogueSync(
        provider_client(keyring, clock, observer, page_limit=own.page_limit, local=settings.local),
        store,
        DynamoDbCatalogue(dynamodb, own.catalogue_table),
        S3Pages(_client("s3"), own.pages_bucket),
        IgspRecords(),
        observer,
        clock,
        ThreadPoolExecutor(max_workers=2),
        own.drop_share,
    )
    return SyncEndpoint(
        sync=sync,
        store=store,
        integrations=DynamoDbRegistry(dynamodb, settings.tables),
        invoke=partial(Invoker(lambda: functions), environment.get("AWS_LAMBDA_FUNCTION_NAME", "")),
        observer=observer,
        clock=clock,
        hand_over_s=own.hand_over_s,
    )


def sync_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Mapping[str, Any], Context], dict[str, Any]]:
    """Return the Lambda handler of the synchronisation."""
    return sync_endpoint(environment).handle


def reads_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of the lobby's reads."""
    settings, clock = load_settings(environment), SystemClock()
    table = required(environment, "CATALOGUE_TABLE")
    reads = CatalogueReads(DynamoDbCatalogue(dynamodb_client(_TWICE), table), clock)
    endpoint = CatalogueEndpoint(reads, clock, Telemetry(settings.service))
    return versioned(endpoint.handle, environment)


def _client(service: str) -> Any:
    return aws_client(service, _BACKGROUND)
