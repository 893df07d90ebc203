"""Wires what the people who run a stack do: the command line, the console and the tests use it.

The tools bring the clients; whatever they leave out, they do not ask for.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casino.accounts.admin import PlayerAdmin
from casino.base.clock import Clock, SystemClock
from casino.dialects.igsp.dialect import Igsp
from casino.integrations.store.audit import DynamoDbAudit
from casino.integrations.store.registry import DynamoDbRegistry
from casino.observability.logs import RequestLogs
from casino.sessions.store.sessions import DynamoDbSessions
from casino.wallet.explain import LedgerReader
from casino.wallet.proof.verify import Verifier
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.profiles import DynamoDbProfiles
from casino.wiring.hooks import wallet_service
from casino.wiring.stack import Stack


@dataclass(frozen=True)
class Admin:
    """The use cases of one stack, over botocore clients of the services that they need."""

    stack: Stack
    dynamodb: Any
    secrets: Any
    logs: Any
    cloudformation: Any
    functions: Any = None
    """Lambda: where rotations and syncs run."""
    clock: Clock = field(default_factory=SystemClock)

    # The use cases.

    @cached_property
    def players(self) -> PlayerAdmin:
        service = wallet_service(self.dynamodb, self.stack.tables, Igsp())
        profiles = DynamoDbProfiles(self.dynamodb, self.stack.tables)
        return PlayerAdmin(self.accounts, profiles, self.history, service, self.clock)

    @cached_property
    def ledger(self) -> LedgerReader:
        return LedgerReader(
            self.history,
            self.accounts,
            self.registry.names,
            self.sessions.get,
            self.request_logs.replays,
        )

    @cached_property
    def verifier(self) -> Verifier:
        return Verifier(self.history, self.accounts)

    # What they stand on.

    @cached_property
    def accounts(self) -> DynamoDbAccounts:
        return DynamoDbAccounts(self.dynamodb, self.stack.tables)

    @cached_property
    def history(self) -> DynamoDbHistory:
        return DynamoDbHistory(self.dynamodb, self.stack.tables)

    @cached_property
    def sessions(self) -> DynamoDbSessions:
        return DynamoDbSessions(self.dynamodb, self.stack.tables)

    @cached_property
    def registry(self) -> DynamoDbRegistry:
        return DynamoDbRegistry(self.dynamodb, self.stack.tables)

    @cached_property
    def audit(self) -> DynamoDbAudit:
        return DynamoDbAudit(self.dynamodb, self.stack.tables)

    @cached_property
    def request_logs(self) -> RequestLogs:
        return RequestLogs(self.cloudformation, self.logs, self.stack.name, self.clock)
