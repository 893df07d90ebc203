"""Amounts: integers in minor units inside, decimal JSON numbers outside, never a binary float.

Exponents follow ISO 4217; the crypto assets use their chain's smallest unit.
"""

from decimal import Decimal, InvalidOperation
from typing import Final

#: Number of decimals of the minor unit → the currencies that have it.
_BY_EXPONENT: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP"
        " BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP"
        " GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT"
        " LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
        " NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP"
        " SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED"
        " VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF",
    6: "ADA TRX USDC USDT XRP",
    8: "BCH BTC DOGE LTC",
    9: "SOL TON",
    18: "BNB ETH",
}

#: Currency code → number of decimals of its minor unit. The one table of currencies.
EXPONENTS: Final = {
    currency: exponent
    for exponent, currencies in _BY_EXPONENT.items()
    for currency in currencies.split()
}

_SCALE: Final[dict[str, int]] = {currency: 10**exponent for currency, exponent in EXPONENTS.items()}

#: The largest amount of one request, in major units: a trillion. With 18 decimals and DynamoDB's
#: 38 digits a balance then still holds the sum of 10^8 such amounts.
MAX_AMOUNT_MAJOR: Final = 10**12

_MAX_DIGITS: Final = 1_000


class AmountError(ValueError):
    """The value is no amount: not a JSON number, negative, not finite or above the maximum."""


class AmountPrecisionError(ValueError):
    """The amount has more decimals than its currency."""


def to_minor(value: object, currency: str) -> int:
    """Return the JSON number `value` (an `int` or `Decimal`) in minor units of `currency`.

    Raises `AmountError` for anything but a finite number from 0 to the maximum, and
    `AmountPrecisionError` for decimals that the currency does not have (2.50 JPY, 0.001 EUR).
    `currency` must be in `EXPONENTS`.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise AmountError("amount must be a JSON number")
    if isinstance(value, int):
        if not 0 <= value <= MAX_AMOUNT_MAJOR:
            raise AmountError(f"amount must be from 0 to {MAX_AMOUNT_MAJOR}")
        return value * _SCALE[currency]
    if not value.is_finite() or value < 0 or value > MAX_AMOUNT_MAJOR:
        raise AmountError(f"amount must be from 0 to {MAX_AMOUNT_MAJOR}")
    if value == 0:
        return 0
    return _shift(value, EXPONENTS[currency])


def _shift(value: Decimal, exponent: int) -> int:
    """Move the decimal point without the rounding of a decimal context."""
    _, digits, power = value.as_tuple()
    if not isinstance(power, int) or len(digits) > _MAX_DIGITS:
        raise AmountError("amount has too many digits")
    coefficient = "".join(map(str, digits))
    power += exponent
    if power >= 0:
        return int(coefficient + "0" * power)
    if -power > len(digits):
        raise AmountPrecisionError(f"amount has more than {exponent} decimals")
    minor, rest = divmod(int(coefficient), int("1" + "0" * -power))
    if rest:
        raise AmountPrecisionError(f"amount has more than {exponent} decimals")
    return minor


def to_major(minor: int, currency: str) -> str:
    """Return `minor` units as the text of a JSON number with the currency's decimals: `97.50`."""
    exponent = EXPONENTS[currency]
    sign, digits = ("-", str(-minor)) if minor < 0 else ("", str(minor))
    if exponent == 0:
        return sign + digits
    digits = digits.rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"


def amount(minor: int, currency: str) -> Decimal:
    """Return minor units as an amount with the currency's decimals; a notice has no currency."""
    return Decimal(minor) if not currency else Decimal(to_major(minor, currency))


def parse_major(text: str, currency: str) -> int:
    """Return an operator's decimal text (`1000.00`) in minor units; the errors of `to_minor`."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise AmountError("amount must be a decimal number") from error
    return to_minor(value, currency)
