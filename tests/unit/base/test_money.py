"""Amounts never pass through a binary float, and never lose or gain a minor unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.money import (
    EXPONENTS,
    MAX_AMOUNT_MAJOR,
    AmountError,
    AmountPrecisionError,
    parse_major,
    to_major,
    to_minor,
)

currencies = st.sampled_from(sorted(EXPONENTS))


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        (Decimal("2.50"), "EUR", 250),
        (Decimal("2.5"), "EUR", 250),
        (Decimal("2.500000"), "EUR", 250),
        (Decimal("25e-1"), "EUR", 250),
        (Decimal("1E+3"), "EUR", 100_000),
        (2, "EUR", 200),
        (0, "EUR", 0),
        (Decimal("0.00000"), "JPY", 0),
        (Decimal("0e999999999"), "EUR", 0),
        (Decimal("-0.0"), "EUR", 0),
        (150, "JPY", 150),
        (Decimal("150.0"), "JPY", 150),
        (Decimal("0.001"), "KWD", 1),
        (Decimal("0.00000001"), "BTC", 1),
        (Decimal("0.000000000000000001"), "ETH", 1),
        (MAX_AMOUNT_MAJOR, "EUR", MAX_AMOUNT_MAJOR * 100),
        (Decimal("1e12"), "JPY", MAX_AMOUNT_MAJOR),
    ],
)
def test_a_json_number_becomes_minor_units(value: object, currency: str, minor: int) -> None:
    assert to_minor(value, currency) == minor


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        "1.00",
        1.5,
        [1],
        {"amount": 1},
        -1,
        Decimal("-0.01"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("-Infinity"),
        MAX_AMOUNT_MAJOR + 1,
        Decimal("1000000000000.01"),
        Decimal("1e400"),
        Decimal("1e999999999999"),
        10**99,
        Decimal("9" * 5000),
        Decimal("1." + "0" * 5000),
    ],
)
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(AmountError):
        to_minor(value, "EUR")


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        (Decimal("2.501"), "EUR"),
        (Decimal("0.5"), "JPY"),
        (Decimal("0.0001"), "KWD"),
        (Decimal("1e-999999999"), "EUR"),
        (Decimal("0.1"), "XPF"),
    ],
)
def test_decimals_that_the_currency_does_not_have_are_refused(
    value: Decimal, currency: str
) -> None:
    with pytest.raises(AmountPrecisionError):
        to_minor(value, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (9750, "EUR", "97.50"),
        (5, "EUR", "0.05"),
        (0, "EUR", "0.00"),
        (-5, "EUR", "-0.05"),
        (-12345, "KWD", "-12.345"),
        (1000, "JPY", "1000"),
        (-1000, "JPY", "-1000"),
        (1, "ETH", "0.000000000000000001"),
        (10**30, "ETH", "1000000000000.000000000000000000"),
    ],
)
def test_minor_units_are_written_with_the_decimals_of_the_currency(
    minor: int, currency: str, text: str
) -> None:
    assert to_major(minor, currency) == text


@given(st.data(), currencies)
def test_what_is_written_reads_back_to_the_same_minor_units(
    data: st.DataObject, currency: str
) -> None:
    largest = MAX_AMOUNT_MAJOR * 10 ** EXPONENTS[currency]
    minor = data.draw(st.integers(0, largest))
    assert to_minor(Decimal(to_major(minor, currency)), currency) == minor
    assert parse_major(to_major(minor, currency), currency) == minor


@given(st.decimals(min_value=0, max_value=10**6, places=5), currencies)
def test_an_amount_is_exact_or_refused(value: Decimal, currency: str) -> None:
    exact = value.scaleb(EXPONENTS[currency])
    try:
        assert to_minor(value, currency) == exact
    except AmountPrecisionError:
        assert exact % 1 != 0


@pytest.mark.parametrize("text", ["", "ten", "1,5", "--1", "NaN", "Infinity", "-1", "1e400"])
def test_an_operators_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_major(text, "EUR")


def test_the_exponents_follow_iso_4217() -> None:
    known = {"JPY": 0, "KRW": 0, "ISK": 0, "EUR": 2, "USD": 2, "HUF": 2, "KWD": 3, "TND": 3}
    assert {currency: EXPONENTS[currency] for currency in known} == known
    assert all(name.isascii() and name.isupper() and "#" not in name for name in EXPONENTS)
