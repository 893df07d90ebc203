"""Amounts that can be played, and what a round wins."""

import random
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

_EXPONENTS: Final = {"JPY": 0, "KWD": 3, "USDT": 6}
_STAKES: Final = ("0.20", "0.50", "1", "2", "5")
#: multiple of the stake → how often of 100 rounds
_WINS: Final = {0: 62, 1: 16, 2: 14, 5: 7, 20: 1}
_MAX: Final = 1_000_000


class StakeError(ValueError):
    """The amount cannot be played in this currency."""


class Chance:
    """Draws wins; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        # Not for secrets: demonstrations are to be repeatable.
        self._random = random.Random(seed)  # noqa: S311

    def win(self, stake: Decimal) -> Decimal:
        """Return what a stake wins."""
        return stake * self._random.choices(list(_WINS), weights=list(_WINS.values()))[0]


def decimal(value: object) -> Decimal:
    """Return an amount that came as a JSON text; raises `StakeError` for anything else."""
    if not isinstance(value, str):
        raise StakeError("an amount is a text of digits")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise StakeError("an amount is a text of digits") from None


def stakes(currency: str) -> list[str]:
    """Return what the page offers to bet."""
    exact = ((Decimal(stake), whole(Decimal(stake), currency)) for stake in _STAKES)
    return [str(shown) for stake, shown in exact if stake == shown]


def amount(value: Decimal, currency: str, least: int = 1) -> Decimal:
    """Return an amount with the currency's decimals; raises `StakeError` when it has others.

    `least` is in the currency's smallest unit.
    """
    unit = _unit(currency)
    if not value.is_finite() or not least * unit <= value <= _MAX:
        raise StakeError(f"an amount is from {least * unit} to {_MAX}")
    if value != whole(value, currency):
        raise StakeError(f"{currency} has amounts of {unit}")
    return whole(value, currency)


def whole(value: Decimal, currency: str) -> Decimal:
    """Return an amount rounded to the currency's decimals."""
    return value.quantize(_unit(currency), ROUND_HALF_UP)


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_EXPONENTS.get(currency, 2))
