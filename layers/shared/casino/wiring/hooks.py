"""Wires the hooks; a function calls it once, in its init."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from casino.aws.lean.clients import dynamodb_client, secrets_client
from casino.aws.lean.protocol import DynamoDb
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.base.proxy import Event, Response
from casino.integrations.ports import Keyring
from casino.integrations.store.cached_registry import CachedRegistry
from casino.integrations.store.keyring import SecretsManagerKeyring
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.hooks import HookTelemetry
from casino.wallet.dialect import Dialect
from casino.wallet.endpoint import HookEndpoint
from casino.wallet.ports import Tokens
from casino.wallet.service import WalletService
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.ledger import DynamoDbLedger
from casino.wiring.settings import load_settings
from casino.wiring.versions import load_versions

#: Lambda gives the init 10 s, and begins it again when they are over.
PRIMING_S: Final = 3.0


def wallet_service(client: Any, tables: Tables, dialect: Dialect) -> WalletService:
    """Return the wallet's use cases over the stack's tables, answering in `dialect`."""
    ledger, accounts = DynamoDbLedger(client, tables), DynamoDbAccounts(client, tables)
    return WalletService(ledger, accounts, SystemClock(), dialect)


def hook_handler(
    dialect: Dialect,
    environment: Mapping[str, str] = os.environ,
    tokens: Callable[[Any, Tables], Tokens] | None = None,
    endpoint: Callable[..., HookEndpoint] | None = None,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of a dialect's hooks, wired from the environment and primed.

    `tokens` makes the store of one-time tokens, for a dialect that exchanges some; `endpoint` makes
    an endpoint of a dialect's own, of client, tables and what every endpoint has.
    """
    settings = load_settings(environment)
    client, clock = dynamodb_client(), SystemClock()
    stored = DynamoDbRegistry(client, settings.tables)
    registry = CachedRegistry(stored, clock, settings.cache_s)
    keyring = SecretsManagerKeyring(secrets_client(), clock, registry, settings.cache_s)
    observer = HookTelemetry(settings.service)
    observer.started("lean" if isinstance(client, DynamoDb) else "botocore")
    make = partial(endpoint, client, settings.tables) if endpoint is not None else HookEndpoint
    made = make(
        dialect=dialect,
        registry=registry,
        keyring=keyring,
        wallet=wallet_service(client, settings.tables, dialect),
        clock=clock,
        observer=observer,
        tokens=tokens(client, settings.tables) if tokens is not None else None,
        versions=load_versions(environment),
    )
    if settings.primed is not None:
        give_up_at = clock.monotonic() + PRIMING_S
        for step in _priming(settings.primed, registry, keyring):
            try:
                step()
            except Exception as error:  # noqa: BLE001 - the request meets it again, and answers
                observer.crash(error, trace_id="init")
            if clock.monotonic() > give_up_at:
                break
    return made.handle


def _priming(
    names: tuple[str, ...], registry: CachedRegistry, keyring: Keyring
) -> Iterator[Callable[[], object]]:
    """Yield what opens the connections and fills the caches, so that no request pays for it."""
    yield registry.read_keys
    for name in names:
        yield partial(_read_credentials, name, registry, keyring)


def _read_credentials(name: str, registry: CachedRegistry, keyring: Keyring) -> None:
    integration = registry.get(name)
    if integration is not None:
        for secret in keyring.live(integration):
            registry.by_api_key(secret.api_key)
