"""Wires the hooks of WinUpGo; its function calls it once, in its init."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from casino.audit.model import AuditRecord
from casino.aws.tables import Tables
from casino.base.clock import SystemClock
from casino.base.proxy import Event, Response
from casino.dialects.winupgo.dialect import Winupgo
from casino.dialects.winupgo.endpoint import Opening, WinupgoEndpoint
from casino.wallet.decide_hold import decide_hold
from casino.wallet.dialect import Dialect
from casino.wallet.model import Session
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from casino.wiring.hooks import hook_handler
from casino.wiring.settings import load_session_settings


def hold_service(client: Any, tables: Tables, dialect: Dialect) -> WalletService:
    """Return the use cases of bets in two steps over the stack's tables."""
    ledger, accounts = DynamoDbHoldLedger(client, tables), DynamoDbAccounts(client, tables)
    rules = Rules(decide_hold, hold_commit_for)
    return WalletService(ledger, accounts, SystemClock(), dialect, rules=rules)


def _add_session(client: Any, tables: Tables, session: Session, audit: AuditRecord) -> bool:
    """Create a session; what only that needs is loaded here, since bets start cold as well."""
    from casino.sessions.store.sessions import DynamoDbSessions

    return DynamoDbSessions(client, tables).add(session, audit)


def winupgo_handler(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Event, object], Response]:
    """Return the Lambda handler of WinUpGo's resources, wired from the environment and primed."""
    ttl_s = load_session_settings(environment).session_ttl_s

    def endpoint(client: Any, tables: Tables, **parts: Any) -> WinupgoEndpoint:
        opening = Opening(
            DynamoDbHoldLedger(client, tables),
            DynamoDbAccounts(client, tables),
            partial(_add_session, client, tables),
            ttl_s,
        )
        parts |= {"wallet": hold_service(client, tables, dialect)}
        return WinupgoEndpoint(**parts, opening=opening)

    dialect = Winupgo()
    return hook_handler(dialect, environment, endpoint=endpoint)
