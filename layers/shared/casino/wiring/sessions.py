"""Wires launching and closing sessions; a module of its own, which the money path never loads."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import dynamodb_client, lambda_client, secrets_client
from casino.aws.invoke import Invoker
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.base.invocation import Context
from casino.base.proxy import Event, Response
from casino.catalogue.store.game_items import game_key, read_game
from casino.catalogue.store.games import DynamoDbCatalogue
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.provider_calls import ProviderTelemetry
from casino.providers.transport import Limits
from casino.sessions.closing import ClosingService
from casino.sessions.endpoint import LaunchEndpoint
from casino.sessions.exclusion import ExclusionStream
from casino.sessions.expiry import ExpiryService
from casino.sessions.launch import LaunchService, LaunchSettings
from casino.sessions.schedule import ExpiryEndpoint
from casino.sessions.store.activity import DynamoDbActivity
from casino.sessions.store.counterparts import CachedCounterparts
from casino.sessions.store.launches import DynamoDbLaunches, GameItems
from casino.sessions.store.watched import DynamoDbWatchedSessions
from casino.sessions.url import Hosts
from casino.wiring.providers import provider_client
from casino.wiring.settings import load_session_settings, load_settings
from casino.wiring.versions import versioned

#: Every write here is conditional and tells its own from another's, so the SDK may repeat it.
_TWICE: Final = Config(retries={"mode": "standard", "total_max_attempts": 2})


class _Parts:
    """The stores and clients that both functions use."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        settings, own = load_settings(environment), load_session_settings(environment)
        self.own, self.local = own, settings.local
        self.tables: Tables = settings.tables
        self.client: Any = dynamodb_client(_TWICE)
        self.clock = SystemClock()
        self.observer = ProviderTelemetry(settings.service)
        self.counterparts = CachedCounterparts(
            DynamoDbRegistry(self.client, self.tables).in_force,
            DynamoDbCatalogue(self.client, own.catalogue_table).provider,
            self.clock,
            settings.cache_s,
        )
        self.launches = DynamoDbLaunches(
            self.client, self.tables, GameItems(own.catalogue_table, game_key, read_game)
        )
        self.watch = DynamoDbWatchedSessions(self.client, self.tables)
        keyring = SecretsManagerKeyring(secrets_client(), self.clock, cache_s=settings.cache_s)
        # A try gets less than half of the deadline, so that a second one has its chance.
        limits = Limits(
            connect_s=min(2.0, own.deadline_s / 2),
            read_s=own.deadline_s * 0.45,
            deadline_s=own.deadline_s,
            backoff_s=0.1,
            longest_backoff_s=1.0,
        )
        self.provider = provider_client(
            keyring, self.clock, self.observer, limits, local=settings.local
        )
        self.closing = ClosingService(
            self.launches, self.watch, self.counterparts, self.provider, self.clock
        )


def launch_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of the session API, wired from the environment."""
    parts = _Parts(environment)
    service = LaunchService(
        parts.launches,
        parts.counterparts,
        parts.provider,
        parts.clock,
        LaunchSettings(parts.own.session_ttl_s, parts.own.repeat_s),
    )
    hosts = Hosts(parts.own.return_hosts, loopback=parts.local)
    endpoint = LaunchEndpoint(
        service, parts.closing, parts.clock, parts.observer, parts.local, hosts
    )
    return versioned(endpoint.handle, environment)


def expiry_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[object, Context], dict[str, object]]:
    """Return the Lambda handler of the schedule, wired from the environment."""
    parts = _Parts(environment)
    service = ExpiryService(
        parts.launches,
        parts.watch,
        DynamoDbActivity(parts.client, parts.tables),
        parts.closing,
        parts.clock,
        parts.own.idle_s,
        parts.own.expiry_budget_s,
    )
    invoke = Invoker(lambda_client)
    excluded = ExclusionStream(parts.watch, parts.closing, parts.observer)
    return ExpiryEndpoint(service, excluded, invoke, parts.observer).handle
