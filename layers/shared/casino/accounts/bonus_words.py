"""Grants of bonus money in words: as people write them, and as they are shown."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from casino.accounts.limit_words import moment_of
from casino.base.checks import a_currency
from casino.base.errors import AdminError
from casino.base.money import AmountError, AmountPrecisionError, amount, parse_major
from casino.base.times import iso_utc
from casino.bonus.model import BonusTerms, Grant, Order, Pays
from casino.limits.model import FOR_GOOD

#: How often money may have to be wagered at most.
MOST_TIMES: Final = 1_000


def terms_of(
    grant_id: str,
    currency: str,
    value: Decimal | int | str,
    times: int,
    expires_at: str,
    *,
    order: Order = "cash_first",
    pays: Pays = "cash",
    max_bet: Decimal | int | str | None = None,
    contributions: Mapping[str, int] | None = None,
) -> BonusTerms:
    """Return the terms of a grant as they were given; raises `AdminError`.

    `value` and `max_bet` are decimals of the currency's main unit. The money, and with
    `pays="bonus"` each win of free spins, has to be wagered `times` times, until `expires_at` (ISO
    8601 with its offset). `contributions` are percents by category of game.
    """
    if not 1 <= times <= MOST_TIMES:
        raise AdminError("invalid_request", f"money is wagered 1 to {MOST_TIMES} times")
    amount_minor, ends = _minor(value, currency), moment_of(expires_at)
    if ends > FOR_GOOD:
        raise AdminError("invalid_request", "a deadline is a moment of a year up to 9999")
    return BonusTerms(
        grant_id=grant_id,
        amount_minor=amount_minor,
        required_minor=amount_minor * times,
        expires_at=ends,
        order=order,
        max_bet_minor=None if max_bet is None else _minor(max_bet, currency),
        contributions=tuple(sorted((contributions or {}).items())),
        pays=pays,
        times=times if pays == "bonus" else 0,
    )


def _minor(value: Decimal | int | str, currency: str) -> int:
    try:
        return parse_major(str(value), a_currency(currency))
    except AmountPrecisionError as error:
        raise AdminError("amount_precision", str(error)) from error
    except AmountError as error:
        raise AdminError("invalid_request", str(error)) from error


def terms_shown(terms: BonusTerms, currency: str) -> dict[str, Any]:
    """Return what a grant says; amounts are exact decimals, times ISO 8601."""
    most = terms.max_bet_minor
    return {
        "grant_id": terms.grant_id,
        "amount": amount(terms.amount_minor, currency),
        "order": terms.order,
        "pays": terms.pays,
        "max_bet": None if most is None else amount(most, currency),
        "contributions": dict(terms.contributions),
        "expires_at": iso_utc(terms.expires_at),
    }


def active_shown(grant: Grant, currency: str, now: float) -> dict[str, Any]:
    """Return a grant that stands: what it says, what it holds, and how far it is wagered.

    `status` is `met` or `expired` for one that is over as soon as the ledger says so.
    """
    status = "met" if grant.is_met else "active" if grant.holds(int(now)) else "expired"
    money = {
        "balance": grant.balance_minor,
        "wagered": grant.wagered_minor,
        "required": grant.required_minor,
    }
    told = {name: amount(minor, currency) for name, minor in money.items()}
    return {**terms_shown(grant.terms, currency), "status": status, **told}
