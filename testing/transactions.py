"""Builders of transactions, sessions and commits: a test names only what it is about."""

from dataclasses import replace
from typing import Any

from casino.dialects.igsp.dialect import Igsp
from casino.integrations.model import Integration
from casino.wallet.decide import decide
from casino.wallet.decision import Posting, Refusal, Snapshot
from casino.wallet.dialect import Outcome
from casino.wallet.model import PLATFORM, Session, Tombstone, Transaction
from casino.wallet.ports import Commit
from casino.wallet.record import commit_for

INTEGRATION = Integration("sandbox", "igsp", "test/integration/sandbox")
PLAYER = "p1"
SESSION = Session(
    session_id="s1",
    player_id=PLAYER,
    currency="EUR",
    integration="sandbox",
    game_id="g1",
    status="active",
    opened_at="2026-01-01T00:00:00.000Z",
    expires_at=2_000_000_000,
)
AT = "2026-01-01T00:00:01.000Z"
NOW = 1_767_225_601

_BET = Transaction(
    integration="sandbox",
    transaction_id="bet-1",
    kind="bet",
    type="bet",
    player_id=PLAYER,
    currency="EUR",
    amount_minor=250,
    game_id="g1",
    session_id="s1",
    trace_id="trace-1",
)


def a_bet(**changes: Any) -> Transaction:
    """Return a bet of EUR 2.50."""
    return replace(_BET, **changes)


def a_win(**changes: Any) -> Transaction:
    """Return a win of EUR 5.00."""
    win = replace(_BET, transaction_id="win-1", kind="win", type="win", amount_minor=500)
    return replace(win, **changes)


def a_refund(**changes: Any) -> Transaction:
    """Return the refund of `a_bet()`."""
    refund = replace(_BET, transaction_id="ref-1", kind="refund", bet_transaction_id="bet-1")
    return replace(refund, **changes)


def a_deposit(amount_minor: int = 100_000, **changes: Any) -> Transaction:
    """Return a deposit by the platform: EUR 1000.00 unless the test says otherwise."""
    deposit = Transaction(
        integration=PLATFORM,
        transaction_id="dep-1",
        kind="deposit",
        type="deposit",
        player_id=PLAYER,
        currency="EUR",
        amount_minor=amount_minor,
    )
    return replace(deposit, **changes)


def a_withdrawal(amount_minor: int, **changes: Any) -> Transaction:
    """Return a withdrawal by the platform."""
    withdrawal = a_deposit(amount_minor, transaction_id="wdr-1", kind="withdrawal")
    return replace(withdrawal, type="withdrawal", **changes)


def a_tombstone(bet_id: str, refund_id: str) -> Tombstone:
    """Return what the refund of an unknown bet leaves under the bet's id."""
    status, body = Igsp().answer(Outcome("bet_cancelled", a_refund().trace_id))
    return Tombstone("sandbox", bet_id, refund_id, PLAYER, "EUR", AT, status, body)


def commit_of(snapshot: Snapshot, request: Transaction, now: int = NOW) -> Commit:
    """Return what the wallet would write for `request`, decided from `snapshot`."""
    decision = decide(snapshot, request, INTEGRATION.wallet, now)
    assert isinstance(decision, Posting | Refusal), decision
    return commit_for(snapshot, request, decision, AT, Igsp())
