"""Answers are written exactly: numbers as JSON numbers, errors as the catalogue has them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.money import EXPONENTS
from casino.dialects.igsp.answers import IgspRenderer
from casino.wallet.refusals import CATALOGUE

RENDER = IgspRenderer()


@pytest.mark.parametrize(
    ("minor", "currency", "body"),
    [
        (9750, "EUR", '{"balance":97.50}'),
        (0, "EUR", '{"balance":0.00}'),
        (1000, "JPY", '{"balance":1000}'),
        (5, "KWD", '{"balance":0.005}'),
    ],
)
def test_a_balance_is_a_number_with_the_decimals_of_its_currency(
    minor: int, currency: str, body: str
) -> None:
    assert RENDER.success(minor, currency, None) == body


def test_a_transaction_answer_names_our_transaction() -> None:
    assert RENDER.success(250, "EUR", "plt-1") == '{"balance":2.50,"transaction_id":"plt-1"}'


@given(st.integers(-(10**38), 10**38), st.sampled_from(sorted(EXPONENTS)))
def test_any_balance_reads_back_exactly(minor: int, currency: str) -> None:
    body = json.loads(RENDER.success(minor, currency, "x"), parse_float=Decimal)
    sign, digits, exponent = Decimal(body["balance"]).as_tuple()
    assert isinstance(exponent, int)
    read = int("".join(map(str, digits))) * 10 ** (exponent + EXPONENTS[currency])
    assert (-read if sign else read) == minor


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_error_of_the_catalogue_is_written_as_it_stands(code: str) -> None:
    spec = CATALOGUE[code]
    assert json.loads(RENDER.error(code, "trace-1")) == {
        "error": code,
        "message": spec.message,
        "status": spec.status,
        "retryable": spec.retryable,
        "trace_id": "trace-1",
    }


def test_the_catalogue_retries_on_5xx_alone_and_records_only_definitive_refusals() -> None:
    for spec in CATALOGUE.values():
        assert spec.retryable == (spec.status >= 500), spec
        assert not (spec.recorded and spec.retryable), spec


def test_a_402_carries_the_balance_as_a_number() -> None:
    text = RENDER.error("insufficient_funds", "t", balance=(50, "EUR"))
    assert text.endswith('"balance":0.50}')
    assert json.loads(text)["balance"] == 0.5


def test_a_second_refund_carries_the_first_ones_transaction() -> None:
    body = json.loads(RENDER.error("bet_already_refunded", "t", transaction_id="plt-1"))
    assert body["transaction_id"] == "plt-1"


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_out_of_the_json(trace_id: str, detail: str) -> None:
    body = json.loads(RENDER.error("invalid_request", trace_id, detail=detail))
    assert body["trace_id"] == trace_id
    assert body["message"].endswith(f"({detail})")
