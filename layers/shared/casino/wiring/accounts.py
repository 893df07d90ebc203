"""Wires the casino's own API; a module of its own, which the money path never loads."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from casino.accounts.endpoint import AccountsEndpoint
from casino.accounts.granting import Granting
from casino.accounts.once import Repeats
from casino.accounts.reads import Reads
from casino.accounts.reservations import Reservations
from casino.accounts.responsible import Responsible
from casino.accounts.store.reservations import DynamoDbReservations
from casino.accounts.writes import Writes
from casino.audit.store import DynamoDbAnswers
from casino.aws.clients import dynamodb_client
from casino.aws.tables import Tables
from casino.base.clock import Clock, SystemClock
from casino.base.proxy import Event, Response
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.telemetry import Telemetry
from casino.sessions.store.sessions import DynamoDbSessions
from casino.wallet.explain import LedgerReader
from casino.wallet.statement import Statements
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.references import DynamoDbReferences
from casino.wiring.players import bonus_history, limits_admin, player_admin
from casino.wiring.settings import Settings, load_settings
from casino.wiring.versions import versioned


def _ledger_reads(client: Any, tables: Tables, clock: Clock) -> tuple[Statements, LedgerReader]:
    """Return the use cases that tell of the ledger; without logs, nobody counts replays."""
    accounts, history = DynamoDbAccounts(client, tables), DynamoDbHistory(client, tables)
    reader = LedgerReader(
        history,
        accounts,
        DynamoDbRegistry(client, tables).names,
        DynamoDbSessions(client, tables).get,
        lambda integration, transaction_id, since: None,
        DynamoDbReferences(client, tables.references, clock).entries,
    )
    return Statements(history, accounts), reader


def accounts_endpoint(client: Any, settings: Settings) -> AccountsEndpoint:
    """Return the casino's own API over a client of DynamoDB."""
    tables, clock = settings.tables, SystemClock()
    players = player_admin(client, tables, clock)
    reservations = Reservations(DynamoDbReservations(client, tables), players)
    writes = Writes(players, reservations, Repeats(DynamoDbAnswers(client, tables)))
    reads = Reads(players, *_ledger_reads(client, tables, clock))
    limits = limits_admin(client, tables, clock, settings.limit_wait_s, settings.time_zone)
    routes = writes.routes() | reads.routes() | Responsible(players, limits, writes.once).routes()
    routes |= Granting(bonus_history(client, tables, clock)).routes()
    return AccountsEndpoint(routes, clock, Telemetry(settings.service), settings.local)


def accounts_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of the casino's own API, wired from the environment."""
    endpoint = accounts_endpoint(dynamodb_client(), load_settings(environment))
    return versioned(endpoint.handle, environment)
