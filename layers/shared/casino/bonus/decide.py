"""Decides how a stake, a win and what comes back are shared between cash and bonus money.

Pure functions. A grant without money sleeps: stakes neither count for it nor meet its maximum,
until a win of an earlier round pays into it again.
"""

from collections.abc import Iterable
from dataclasses import replace

from casino.bonus.model import BONUS, HOUSE, OTHER, WHOLE, Bonus, BonusTerms, Grant

#: Grant number → what was staked of its money.
type Stakes = Iterable[tuple[int, int]]


def bonus_of_stake(grant: Grant, amount_minor: int, cash_minor: int) -> int | None:
    """Return what a stake takes of the bonus money; `None` when both together are too little."""
    cash_minor = max(0, cash_minor)
    if amount_minor > cash_minor + grant.balance_minor:
        return None
    if grant.terms.order == "bonus_first":
        return min(amount_minor, grant.balance_minor)
    return max(0, amount_minor - cash_minor)


def counted(grant: Grant, amount_minor: int, category: str | None) -> int:
    """Return how much of a stake counts towards wagering."""
    if not grant.balance_minor:
        return 0
    percent = dict(grant.terms.contributions).get(category or OTHER, WHOLE)
    return amount_minor * percent // 100


def is_above_maximum(grant: Grant, stakes_minor: int, counts_minor: int, bonus_minor: int) -> bool:
    """Tell whether the stakes of a round are too high for a bet that counts or uses bonus money."""
    most = grant.terms.max_bet_minor
    return most is not None and stakes_minor > most and bool(counts_minor or bonus_minor)


def account_of(bonus: Bonus, number: int) -> str:
    """Return where money belongs that was staked out of a grant."""
    if bonus.grant is not None and bonus.grant.number == number:
        return BONUS
    return "player" if bonus.converted >> number & 1 else HOUSE


def is_reviewed(bonus: Bonus, stakes: Stakes) -> bool:
    """Tell whether a stake was money of a grant that held a win above its integration's limits.

    What comes of such a stake after the grant's conversion is held back like the conversion.
    """
    return any(minor and bonus.reviewed >> number & 1 for number, minor in stakes)


def shared(bonus: Bonus, win_minor: int, staked_minor: int, stakes: Stakes) -> dict[str, int]:
    """Return a win by account, shared as its stakes were; what does not divide is the player's."""
    parts = {"player": win_minor}
    for number, minor in stakes:
        part = win_minor * minor // staked_minor if staked_minor else 0
        account = account_of(bonus, number)
        parts[account] = parts.get(account, 0) + part
        parts["player"] -= part
    return parts


def moved(
    grant: Grant, bonus_minor: int = 0, wagered_minor: int = 0, required_minor: int = 0
) -> Grant:
    """Return a grant after a movement."""
    return replace(
        grant,
        balance_minor=grant.balance_minor + bonus_minor,
        wagered_minor=grant.wagered_minor + wagered_minor,
        required_minor=grant.required_minor + required_minor,
    )


def granted(bonus: Bonus, terms: BonusTerms) -> Bonus:
    """Return what a wallet knows once a grant is made."""
    number = bonus.count + 1
    grant = Grant(number, terms, terms.amount_minor, terms.required_minor)
    return replace(bonus, count=number, grant=grant)


def ended(bonus: Bonus, *, converted: bool) -> Bonus:
    """Return what a wallet knows once its grant is over."""
    if bonus.grant is None:
        return bonus
    mark = int(converted) << bonus.grant.number
    reviewed = bonus.reviewed | mark if bonus.grant.review else bonus.reviewed
    return replace(bonus, converted=bonus.converted | mark, grant=None, reviewed=reviewed)
