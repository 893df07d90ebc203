"""The word of held wins that were looked at; the hot path knows no releases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """Says that a held win was made spendable, by whom and why: there can be only one."""

    integration: str
    transaction_id: str
    player_id: str
    currency: str
    amount_minor: int
    at: str
    who: str
    reason: str
