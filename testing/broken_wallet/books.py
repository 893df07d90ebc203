"""What the wallet keeps: outcomes by id, sessions, rounds; and how it writes its answers."""

import json
from dataclasses import dataclass
from decimal import Decimal

from testing.broken_wallet.door import Asked, RefusalError


@dataclass
class Outcome:
    """What an id stands for."""

    asked: Asked
    status: int
    body: bytes
    reference: str = ""
    debited: int = 0
    applied: bool = False
    voided: bool = False


@dataclass
class Session:
    """Whose it is, and whether it takes bets."""

    player: str
    currency: str
    status: str = "active"


@dataclass
class Round:
    """A player's round."""

    finished: bool = False
    bets: int = 0
    refunded: int = 0


def number(minor: int) -> Decimal:
    """Return minor units as the number that is written."""
    return Decimal(minor) / 100


def error(refusal: RefusalError) -> bytes:
    """Return the body of an error."""
    said = {"error": refusal.code, "message": refusal.code, "status": refusal.status}
    return json.dumps(said | refusal.more, default=float).encode()
