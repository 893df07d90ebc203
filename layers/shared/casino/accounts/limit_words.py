"""Limits and exclusions in words: as people write them, and as they are shown."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from casino.accounts.model import Controlled
from casino.base.checks import a_currency
from casino.base.errors import AdminError
from casino.base.money import AmountError, AmountPrecisionError, amount, parse_major
from casino.base.times import iso_utc
from casino.limits.model import AMOUNT_LIMITS, WINDOWS, Play

_MINUTE_S: Final = 60
_LONGEST_MINUTES: Final = 9


def limit_of(name: str, value: object, currency: str) -> int | None:
    """Return a limit as it was given, in minor units or seconds; `None` is none.

    An amount is a decimal of the currency's main unit, a time a whole number of minutes, both as
    text or as a number. Raises `AdminError`.
    """
    if value is None:
        return None
    text = str(value)
    if name in AMOUNT_LIMITS:
        try:
            return parse_major(text, a_currency(currency))
        except AmountPrecisionError as error:
            raise AdminError("amount_precision", str(error)) from error
        except AmountError as error:
            raise AdminError("invalid_request", str(error)) from error
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_MINUTES:
        raise AdminError("invalid_request", f"{name} is a whole number of minutes")
    return int(text) * _MINUTE_S


def moment_of(text: str) -> int:
    """Return an ISO 8601 time with its offset, in seconds since the epoch; raises `AdminError`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise AdminError(
            "invalid_request", "a time is ISO 8601, such as 2027-01-31T00:00:00Z"
        ) from error
    if moment.tzinfo is None:
        raise AdminError("invalid_request", "a time says its offset, such as Z")
    return int(moment.timestamp())


def limits_shown(standing: Controlled) -> dict[str, Any]:
    """Return what holds for a wallet, what was used of it in the present windows, and what waits.

    Amounts are exact decimals, times whole minutes; `None` is not known.
    """
    limits, currency = standing.limits, standing.wallet.currency
    used = _used(standing.wallet.play or Play())

    def shown(name: str, value: int | None) -> Decimal | int | None:
        if value is None:
            return None
        return amount(value, currency) if name in AMOUNT_LIMITS else value // _MINUTE_S

    rows = []
    for name, value in limits.values:
        spent = used.get(name)
        left = None if spent is None else max(0, value - spent)
        row = {"value": value, "used": spent, "left": left}
        rows.append({"limit": name, **{key: shown(name, each) for key, each in row.items()}})
    return {
        "time_zone": limits.zone,
        "limits": rows,
        "waiting": [
            {
                "limit": each.name,
                "value": shown(each.name, each.value),
                "confirm_from": iso_utc(each.since),
            }
            for each in standing.pending
        ],
        "self_exclusion": ending(limits.self_excluded_until),
        "cool_off": ending(limits.cool_off_until),
    }


def _used(play: Play) -> dict[str, int]:
    """Return what counts against each limit that counts anything, as of the last movement."""
    used = {"time_day": play.active_s, "reality_check": play.check_active_s}
    sums = zip(WINDOWS, play.staked, play.returned, strict=True)
    for window, staked, returned in sums:
        used |= {f"loss_{window}": staked - returned, f"wager_{window}": staked}
    return used


def ending(until: int) -> str | None:
    """Return the end of an exclusion, ISO 8601; `None` is none."""
    return iso_utc(until) if until else None
