"""Wires who gives held stakes back; a module of its own, since operators have no telemetry."""

from typing import Any

from casino.accounts.holds import HoldReleases
from casino.aws.tables import Tables
from casino.base.clock import Clock
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms
from casino.wallet.decide_hold import decide_hold
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.audited import AuditedHoldLedger
from casino.wallet.store.history import DynamoDbHistory


def hold_releases(client: Any, tables: Tables, clock: Clock) -> HoldReleases:
    """Return what gives held stakes back, as operators have it."""
    ledger, accounts = AuditedHoldLedger(client, tables), DynamoDbAccounts(client, tables)
    rules, words = Rules(decide_hold, hold_commit_for), Winupgo()
    service = WalletService(ledger, accounts, clock, words, rules=rules)
    return HoldReleases(DynamoDbHistory(client, tables), service, WalletTerms())
