"""The names of the stack's tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tables:
    """One table for each kind of right: who may append, who may update, who may only read."""

    ledger: str
    wallets: str
    players: str
    sessions: str
    rounds: str
    registry: str
    audit: str = ""
    """Empty for functions that change nothing of an integration: they cannot write there."""
    partners: str = ""
    """What partners' names stand for: players and orders. Empty where nobody asks."""
    references: str = ""
    """What our references and trace ids stand for. Empty where nobody asks."""
    deliveries: str = ""
    """What partners told us. Empty where nobody receives it or acts on it."""
