"""A wallet with a grant: EUR 3.00 of cash, EUR 10.00 of bonus money, EUR 5.00 of EUR 20.00 wagered.

It is the second grant; the first one became cash.
"""

from dataclasses import replace
from typing import Any, Final

from casino.bonus.model import Bonus, BonusPart, BonusTerms, Grant
from casino.wallet.decision import RoundChange
from testing.transactions import NOW

TERMS: Final = BonusTerms("g2", 1_000, 2_000, expires_at=NOW + 1)
GRANT: Final = Grant(2, TERMS, 1_000, 2_000, 500)
BONUS: Final = Bonus(count=2, converted=0b010, grant=GRANT)


def granted(**changes: Any) -> Bonus:
    """Return what the wallet knows, with changes of it, of its grant or of the grant's terms."""
    own = {name: changes.pop(name) for name in [*changes] if hasattr(BONUS, name)}
    terms = {name: changes.pop(name) for name in [*changes] if not hasattr(GRANT, name)}
    return replace(BONUS, grant=replace(GRANT, terms=replace(TERMS, **terms), **changes), **own)


def purse(cash_minor: int = 300, bonus: Bonus | None = None, **changes: Any) -> dict[str, Any]:
    """Return the wallet's part of a situation; changes are those of `granted`."""
    return {"balance_minor": cash_minor, "bonus": bonus or granted(**changes)}


def part(
    balance_minor: int, counts_minor: int, wagered_minor: int, weight_minor: int = 0, **changes: Any
) -> BonusPart:
    """Return what an entry says of the grant."""
    said = BonusPart("g2", 2, balance_minor, counts_minor, wagered_minor, 2_000, weight_minor)
    return replace(said, **changes)


def staked(minor: int, of_grant: int, version: int = 0, **changes: Any) -> RoundChange:
    """Return what the round `r1` is told of a bet: its stake, and how much was the grant's."""
    told = RoundChange("r1", 1, expected_version=version, staked_minor=minor, grant=(2, of_grant))
    return replace(told, **changes)


#: The grant is over: it was forfeited, or became cash.
OVER: Final = replace(BONUS, grant=None)
BECAME_CASH: Final = replace(OVER, converted=0b110)
