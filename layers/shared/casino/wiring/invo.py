"""Wires our calls to Invo: the function that the casino's site asks for tokens and items."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import urllib3
from botocore.config import Config

from casino.audit.store import DynamoDbIntents
from casino.aws.clients import dynamodb_client, secrets_client
from casino.base.clock import Clock, SystemClock
from casino.base.proxy import Event, Response
from casino.dialects.invo.buying import ItemDesk
from casino.dialects.invo.client import InvoClient
from casino.dialects.invo.endpoint import InvoCallEndpoint
from casino.dialects.invo.player_token import PlayerTokens
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.credentials import TokenTelemetry
from casino.observability.provider_calls import ProviderTelemetry
from casino.providers.circuit import Circuits
from casino.providers.connection import pool_manager
from casino.providers.post import JsonPost
from casino.providers.transport import Limits, Transport
from casino.wiring.settings import Settings, load_settings
from casino.wiring.versions import versioned

#: The order is looked up before a repeated purchase and after a lost answer: three calls have to
#: end before API Gateway stops waiting, after 29 s.
_LIMITS: Final = Limits(connect_s=2.0, read_s=4.0, deadline_s=7.0, attempts=3)
#: Every write here is conditional, or appends what may stand there twice.
_TWICE: Final = Config(retries={"mode": "standard", "total_max_attempts": 2})


class InvoClients:
    """The clients of one environment: a circuit for each account, a token for each player."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        clock: Clock,
        pool: urllib3.PoolManager,
        desk: ItemDesk,
    ) -> None:
        observer = ProviderTelemetry(settings.service)
        circuits = Circuits(clock, observer)
        self._transport = Transport(keyring, family, clock, observer, circuits, _LIMITS, pool)
        self._logins = TokenTelemetry(settings.service)
        self._keyring, self._clock, self._pool, self._desk = keyring, clock, pool, desk
        self._clients: dict[tuple[str, str], InvoClient] = {}

    def of(self, account: Integration) -> InvoClient:
        """Return the client of an account, which keeps its players' tokens."""
        at = (account.name, account.base_url)
        if at not in self._clients:
            post = JsonPost(account.base_url, self._clock, pool=self._pool)
            is_news = partial(self._desk.is_news, account)
            tokens = PlayerTokens(post, self._keyring, account, self._clock, self._logins, is_news)
            self._clients[at] = InvoClient(self._transport, self._keyring, tokens)
        return self._clients[at]


def calls_handler(
    environment: Mapping[str, str] = os.environ,
    client: Any = None,
    secrets: Any = None,
    pool: urllib3.PoolManager | None = None,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of `POST /player-tokens` and `POST /item-purchases`."""
    settings, clock = load_settings(environment), SystemClock()
    client = client or dynamodb_client(_TWICE)
    keyring = SecretsManagerKeyring(secrets or secrets_client(), clock, cache_s=settings.cache_s)
    pool = pool or pool_manager(public_only=not settings.local)
    desk = ItemDesk(DynamoDbIntents(client, settings.tables), clock)
    endpoint = InvoCallEndpoint(
        DynamoDbRegistry(client, settings.tables).in_force,
        InvoClients(settings, keyring, clock, pool, desk).of,
        desk,
        clock,
        ProviderTelemetry(settings.service),
        settings.local,
    )
    return versioned(endpoint.handle, environment)
