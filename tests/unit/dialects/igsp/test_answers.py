"""Answers are written exactly: numbers as JSON numbers, errors as the catalogue has them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.money import EXPONENTS
from casino.dialects.igsp.answers import STATUSES, answer
from casino.wallet.dialect import Outcome
from casino.wallet.refusals import REFUSALS


def ok(minor: int, currency: str, reference: str | None = None) -> str:
    return answer(Outcome("ok", "", currency, minor, reference)).body


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
    assert ok(minor, currency) == body


def test_a_transaction_answer_names_our_transaction() -> None:
    assert ok(250, "EUR", "plt-1") == '{"balance":2.50,"transaction_id":"plt-1"}'


@given(st.integers(-(10**38), 10**38), st.sampled_from(sorted(EXPONENTS)))
def test_any_balance_reads_back_exactly(minor: int, currency: str) -> None:
    body = json.loads(ok(minor, currency, "x"), parse_float=Decimal)
    sign, digits, exponent = Decimal(body["balance"]).as_tuple()
    assert isinstance(exponent, int)
    read = int("".join(map(str, digits))) * 10 ** (exponent + EXPONENTS[currency])
    assert (-read if sign else read) == minor


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_written_as_it_stands(code: str) -> None:
    spec, written = REFUSALS[code], answer(Outcome(code, "trace-1"))
    assert written.status == STATUSES[code]
    assert json.loads(written.body) == {
        "error": code,
        "message": spec.message,
        "status": STATUSES[code],
        "retryable": spec.retryable,
        "trace_id": "trace-1",
    }


def test_every_code_has_a_status_and_only_5xx_are_retryable() -> None:
    assert STATUSES.keys() == {"ok"} | REFUSALS.keys()
    for spec in REFUSALS.values():
        assert spec.retryable == (STATUSES[spec.code] >= 500), spec
        assert not (spec.recorded and spec.retryable), spec


def test_a_402_carries_the_balance_as_a_number() -> None:
    text = answer(Outcome("insufficient_funds", "t", "EUR", 50)).body
    assert text.endswith('"balance":0.50}')
    assert json.loads(text)["balance"] == 0.5


def test_a_second_refund_carries_the_first_ones_transaction() -> None:
    body = json.loads(answer(Outcome("bet_already_refunded", "t", reference="plt-1")).body)
    assert body["transaction_id"] == "plt-1"


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_out_of_the_json(trace_id: str, detail: str) -> None:
    body = json.loads(answer(Outcome("invalid_request", trace_id, detail=detail)).body)
    assert body["trace_id"] == trace_id
    assert body["message"].endswith(f"({detail})")
