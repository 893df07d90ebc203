"""Decides what a session allows, and what a balance is: pure functions of (facts, request, now)."""

from casino.wallet.decision import BalanceFacts, Refusal
from casino.wallet.model import Session, Transaction, introduction
from casino.wallet.queries import BalanceQuery


def session_refusal(session: Session | None, request: Transaction) -> Refusal | None:
    """Return why a session is none of the request's; `None` where it is."""
    refusal = _owner_refusal(session, request)
    if refusal is None and session is not None and session.is_demo:
        return Refusal("demo_session")
    return refusal


def _owner_refusal(session: Session | None, request: Transaction | BalanceQuery) -> Refusal | None:
    if session is None or session.integration != request.integration:
        return Refusal("session_not_found")
    if session.player_id != request.player_id:
        return Refusal("player_mismatch")
    if session.currency != request.currency:
        return Refusal("currency_mismatch")
    return None


def session_over(session: Session | None, now: int) -> Refusal | None:
    """Return why no bet may be placed in a session of the request's; `None` where it may."""
    assert session is not None  # noqa: S101 - `session_refusal` came first
    if session.status == "suspended":
        return Refusal("session_suspended")
    if session.status in ("launching", "failed"):
        return Refusal("session_not_active")
    if session.status != "active" or now >= session.expires_at:
        return Refusal("session_expired")
    return None


def decide_balance(facts: BalanceFacts, query: BalanceQuery, now: int) -> Refusal | int:
    """Return what the player can play with, in minor units: spendable cash and bonus money.

    Without a session only an integration that had one of this player in this currency is told: for
    any other one the player does not exist.
    """
    session, player = facts.session, facts.player
    if query.session_id is not None:
        refusal = _balance_session_refusal(session, query)
        if refusal is not None:
            return refusal
    elif player and introduction(query.integration, query.currency) not in player.introduced_to:
        player = None
    if player is None:
        return Refusal("player_not_found")
    return facts.wallet.playable_minor(now) if facts.wallet is not None else 0


def _balance_session_refusal(session: Session | None, query: BalanceQuery) -> Refusal | None:
    refusal = _owner_refusal(session, query)
    if session is None or refusal is not None:
        return refusal
    if session.status == "suspended":
        return Refusal("session_suspended")
    if session.is_demo:
        return Refusal("demo_session")
    return Refusal("session_not_active") if session.status == "failed" else None
