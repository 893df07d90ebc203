"""Requests of counterparts that move no money."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BalanceQuery:
    """One request for the balance that a player can spend, verified and typed."""

    integration: str
    player_id: str
    currency: str
    session_id: str | None = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """One request to open a launched session: the one-time token of our launch is exchanged.

    The counterpart's `session_token` names the session from then on.
    """

    integration: str
    user_token: str
    session_token: str
    currency: str | None = None
    trace_id: str = ""
