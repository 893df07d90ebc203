"""Wires the use cases of players; a module of its own, since operators have no telemetry."""

from typing import Any

from casino.accounts.admin import PlayerAdmin
from casino.accounts.answers import PlatformWords
from casino.accounts.bonus_history import BonusHistory
from casino.accounts.bonuses import BonusAdmin
from casino.accounts.limits import LimitsAdmin
from casino.accounts.store.controls import DynamoDbControls
from casino.accounts.store.reservations import PayoutLedger
from casino.aws.tables import Tables
from casino.base.clock import Clock
from casino.limits.windows import is_zone
from casino.wallet.bonus_grant import bonus_commit_for, decide_bonus
from casino.wallet.service import Rules, WalletService
from casino.wallet.statement import Statements
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.audited import AuditedLedger
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.profiles import DynamoDbProfiles
from casino.wiring.settings import SettingsError


def player_admin(client: Any, tables: Tables, clock: Clock) -> PlayerAdmin:
    """Return the use cases of players, as the API and the operators have them."""
    accounts = DynamoDbAccounts(client, tables)
    service = WalletService(PayoutLedger(client, tables), accounts, clock, PlatformWords())
    profiles, history = DynamoDbProfiles(client, tables), DynamoDbHistory(client, tables)
    return PlayerAdmin(accounts, profiles, history, service, clock)


def bonus_admin(client: Any, tables: Tables, clock: Clock) -> BonusAdmin:
    """Return the use cases of bonus money, as the API, the operators and the schedule have them."""
    accounts, rules = DynamoDbAccounts(client, tables), Rules(decide_bonus, bonus_commit_for)
    ledger, words = AuditedLedger(client, tables), PlatformWords()
    return BonusAdmin(accounts, WalletService(ledger, accounts, clock, words, rules=rules))


def bonus_history(client: Any, tables: Tables, clock: Clock) -> BonusHistory:
    """Return who makes and ends grants, and who tells what became of them."""
    accounts, history = DynamoDbAccounts(client, tables), DynamoDbHistory(client, tables)
    statements = Statements(history, accounts)
    return BonusHistory(bonus_admin(client, tables, clock), statements, history, clock)


def limits_admin(client: Any, tables: Tables, clock: Clock, wait_s: int, zone: str) -> LimitsAdmin:
    """Return the use cases of responsible gaming, as the API and the operators have them.

    Raises `SettingsError` for a time zone that is not known.
    """
    if not is_zone(zone):
        raise SettingsError(f"TIME_ZONE is no time zone: {zone}")
    accounts, history = DynamoDbAccounts(client, tables), DynamoDbHistory(client, tables)
    controls = DynamoDbControls(client, tables)
    return LimitsAdmin(accounts, controls, history, clock, wait_s, zone)
