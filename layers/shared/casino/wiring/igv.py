"""Wires iGV's clients: the effect of its callbacks, the orders' function, the merchant's."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.config import Config

from casino.aws.clients import dynamodb_client, secrets_client
from casino.base.clock import Clock, SystemClock
from casino.dialects.igv.effect import OrderEffect
from casino.dialects.igv.endpoint import MerchantEndpoint, OrdersEndpoint
from casino.dialects.igv.fulfil import Fulfilment
from casino.dialects.igv.merchant_api import MerchantApi
from casino.dialects.igv.poll import Poll
from casino.dialects.igv.seller_api import SellerApi
from casino.dialects.igv.seller_token import seller_token
from casino.dialects.registry import family
from casino.integrations.model import Integration
from casino.integrations.ports import Keyring
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.integrations.store.token_shelf import AwsTokenShelf
from casino.observability.credentials import TokenTelemetry
from casino.observability.provider_calls import ProviderTelemetry
from casino.orders.store.orders import DynamoDbSoldOrders
from casino.providers.circuit import Circuits
from casino.providers.connection import pool_manager
from casino.providers.post import JsonPost
from casino.providers.token import SharedToken
from casino.providers.transport import Limits, Transport
from casino.wiring.deliveries import inbox_of
from casino.wiring.settings import Settings, load_settings

#: A worker has other deliveries to act on, and tries again itself.
_LIMITS: Final = Limits(connect_s=2.0, read_s=6.0, deadline_s=15.0, attempts=4)
#: A delivery is sent once, and may take its time.
_ONCE: Final = Limits(connect_s=2.0, read_s=15.0, deadline_s=20.0, attempts=1)
_PATIENT: Final = Config(connect_timeout=2, read_timeout=5)

type Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]


class IgvParts:
    """The clients of one environment; accounts share their circuits, and each has one token."""

    def __init__(
        self, client: Any, secrets: Any, settings: Settings, keyring: Keyring, clock: Clock
    ) -> None:
        self.client = client
        self._secrets = secrets
        self.settings = settings
        self._keyring = keyring
        self._clock = clock
        self._observer = ProviderTelemetry(settings.service)
        self._logins = TokenTelemetry(settings.service)
        self._pool = pool_manager(public_only=not settings.local)
        self._circuits = Circuits(clock, self._observer)
        self._tokens: dict[tuple[str, str], SharedToken] = {}
        self.orders = DynamoDbSoldOrders(client, settings.tables)

    def seller(self) -> SellerApi:
        """Return the seller's client."""
        return SellerApi(self._transport(_LIMITS), self._transport(_ONCE), self._token)

    def merchant(self) -> MerchantApi:
        """Return the merchant's client."""
        return MerchantApi(self._transport(_LIMITS))

    def effect(self, integration: Callable[[str], Integration | None]) -> OrderEffect:
        """Return what acts on callbacks."""
        return OrderEffect(self.seller(), self.orders, integration)

    def _transport(self, limits: Limits) -> Transport:
        return Transport(
            self._keyring,
            family,
            self._clock,
            self._observer,
            self._circuits,
            limits,
            self._pool,
        )

    def _token(self, account: Integration) -> SharedToken:
        # An account that moves must not be logged in where it was.
        token = self._tokens.get((account.name, account.base_url))
        if token is None:
            post = JsonPost(account.base_url, self._clock, pool=self._pool)
            shelf = AwsTokenShelf(
                self._secrets,
                self.client,
                self.settings.tables,
                account.secret_name.replace("/integration/", "/token/"),
                account.name,
                self.settings.token_key,
            )
            token = seller_token(post, self._keyring, account, self._clock, self._logins, shelf)
            self._tokens[account.name, account.base_url] = token
        return token


def orders_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None, secrets: Any = None
) -> Handler:
    """Return the Lambda handler of the orders: the poll, deliveries, failed deliveries."""
    clock = SystemClock()
    parts, registry = _parts(environment, client or dynamodb_client(_PATIENT), secrets, clock)
    seller, observer = parts.seller(), ProviderTelemetry(parts.settings.service)
    inbox = inbox_of(parts.client, environment)
    names = registry.names
    poll = Poll(seller, inbox, parts.orders, registry.in_force, names, clock, observer)
    return OrdersEndpoint(poll, Fulfilment(seller, parts.orders, registry.in_force, clock)).handle


def merchant_handler(
    environment: Mapping[str, str] = os.environ, client: Any = None, secrets: Any = None
) -> Handler:
    """Return the Lambda handler of the merchant's calls; its layer holds `cryptography`."""
    clock = SystemClock()
    parts, registry = _parts(environment, client or dynamodb_client(_PATIENT), secrets, clock)
    return MerchantEndpoint(parts.merchant(), registry.in_force, clock).handle


def _parts(
    environment: Mapping[str, str], client: Any, secrets: Any, clock: Clock
) -> tuple[IgvParts, DynamoDbRegistry]:
    settings, secrets = load_settings(environment), secrets or secrets_client()
    registry = DynamoDbRegistry(client, settings.tables)
    cached = CachedRegistry(registry, clock, settings.cache_s)
    keyring = SecretsManagerKeyring(secrets, clock, cached, settings.cache_s)
    return IgvParts(client, secrets, settings, keyring, clock), registry
