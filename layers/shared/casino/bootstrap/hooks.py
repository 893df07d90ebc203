"""Wires the hooks, and makes the clients that all functions share; called once, in the init."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from casino.adapters.cached_registry import CachedRegistry
from casino.adapters.dynamodb_accounts import DynamoDbAccounts
from casino.adapters.dynamodb_ledger import DynamoDbLedger
from casino.adapters.dynamodb_registry import DynamoDbRegistry
from casino.adapters.secrets_manager import SecretsManagerKeyring
from casino.adapters.system_clock import SystemClock
from casino.adapters.tables import Tables
from casino.endpoints.hooks import HookEndpoint
from casino.endpoints.proxy import Event, Response
from casino.igsp.hooks import Action
from casino.igsp.render import IgspRenderer
from casino.observability import Observer
from casino.services.wallet import WalletService
from casino.settings import load_settings
from casino.signing import family

#: One attempt: the wallet's own loop tries again, and only it can tell what an attempt did.
_DYNAMODB = Config(
    connect_timeout=0.5,
    read_timeout=1.0,
    retries={"mode": "standard", "total_max_attempts": 1},
    parameter_validation=False,
    user_agent="seamless-wallet",
)
_SECRETS = _DYNAMODB.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))


@cache
def _session() -> botocore.session.Session:
    """One session for all clients: a second one costs as much as a client."""
    return botocore.session.get_session()


def dynamodb_client(more: Config | None = None) -> Any:
    """Return a DynamoDB client with the money path's time-outs, and with `more` over them."""
    config = _DYNAMODB if more is None else _DYNAMODB.merge(more)
    return _session().create_client("dynamodb", config=config)


def secrets_client() -> Any:
    """Return a Secrets Manager client with the money path's time-outs."""
    return _session().create_client("secretsmanager", config=_SECRETS)


def aws_client(service: str, config: Config) -> Any:
    """Return a client for what is off the money path, of the same session."""
    return _session().create_client(service, config=config)


def wallet_service(client: Any, tables: Tables) -> WalletService:
    """Return the wallet's use cases over the stack's tables."""
    return WalletService(
        DynamoDbLedger(client, tables),
        DynamoDbAccounts(client, tables),
        SystemClock(),
        IgspRenderer(),
    )


def hook_handler(
    route: Action | None, environment: Mapping[str, str] = os.environ
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of one hook route, wired from the environment."""
    settings = load_settings(environment)
    client, clock = dynamodb_client(), SystemClock()
    registry = CachedRegistry(
        DynamoDbRegistry(client, settings.tables), clock, ttl_s=settings.cache_s
    )
    endpoint = HookEndpoint(
        route=route,
        family=family("igsp"),
        family_name="igsp",
        registry=registry,
        keyring=SecretsManagerKeyring(secrets_client(), clock, registry, settings.cache_s),
        wallet=wallet_service(client, settings.tables),
        renderer=IgspRenderer(),
        clock=clock,
        observer=Observer(settings.service),
    )
    return endpoint.handle
