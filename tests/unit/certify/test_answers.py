"""How the kit reads answers, also those that mean harm."""

from decimal import Decimal

import pytest

from certify.dialects import Access
from certify.dialects.flexsoft import Flexsoft
from certify.dialects.igsp import Igsp
from certify.dialects.winupgo import Winupgo
from certify.model import Minor, Reply

ACCESS = Access("https://casino.example", "key", "secret")


def reply(status: int, body: str) -> Reply:
    return Reply(status, {}, body.encode())


@pytest.mark.parametrize(
    ("told", "minor"),
    [("97.5", 9750), ("97.50", 9750), ("97.501", None), ("\"97.50\"", None), ("true", None),
     ("null", None), ("NaN", None), ("1e999999999", None), ("0.30000000000000004", None)],
)  # fmt: skip
def test_a_balance_is_a_number_that_the_currency_holds(told: str, minor: int | None) -> None:
    answer = Igsp(ACCESS).read("balance", reply(200, f'{{"balance":{told}}}'), 2)
    assert answer.balance == minor
    assert bool(answer.faults) == (minor is None)


@pytest.mark.parametrize(
    ("body", "faults"),
    [('{"error":"a","message":"b"}', 0), ('{"error":"a"}', 1), ('{"error":1,"message":"b"}', 1),
     ("<html>", 3), ("[" * 9000, 3), ('{"error":"a","message":"b","status":500}', 1)],
)  # fmt: skip
def test_an_error_has_the_form_of_the_contract(body: str, faults: int) -> None:
    answer = Igsp(ACCESS).read("bet", reply(400, body), 2)
    assert (answer.kind, len(answer.faults)) == ("refused", faults)


@pytest.mark.parametrize(("status", "kind"), [(0, "lost"), (302, "failed"), (503, "failed")])
def test_what_no_protocol_describes_is_no_refusal(status: int, kind: str) -> None:
    for speaker in (Igsp(ACCESS), Flexsoft(ACCESS), Winupgo(ACCESS)):
        assert speaker.read("bet", reply(status, ""), 2).kind == kind


@pytest.mark.parametrize(
    ("told", "minor"),
    [("97500", 9750), ("97505", Decimal("9750.5")), ("97.5", None), ("1e999999999", None)],
)
def test_flexsofts_balance_is_an_integer_of_thousandths(told: str, minor: Minor | None) -> None:
    body = f'{{"code":200,"message":"ok","data":{{"new_balance":{told}}}}}'
    assert Flexsoft(ACCESS).read("bet", reply(200, body), 2).balance == minor


def test_a_refusal_that_is_final_is_not_called_retryable() -> None:
    body = '{"code":"DUPLICATE","message":"m","retryable":true,"trace_id":"t"}'
    assert Winupgo(ACCESS).read("authorize", reply(409, body), 2).faults
