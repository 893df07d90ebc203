"""The description of the calls to Invo says what the template routes and the code does."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest

from casino.base.api import error_body
from casino.base.errors import AdminError, RequestRefusedError
from casino.dialects.invo.client import ItemPurchase
from casino.dialects.invo.endpoint import read_player, read_purchase
from casino.dialects.invo.refusals import CALL_ERRORS
from testing.openapi import Document

CALLS: Final = Document("invo-calls.yaml")
TOKEN, PURCHASE = "/player-tokens", "/item-purchases"


def test_the_document_is_valid_and_describes_the_routes_of_the_template() -> None:
    CALLS.check_against("InvoCallsFunction")


def test_every_error_has_its_status_and_fits() -> None:
    statuses = {str(error.status) for error in CALL_ERRORS.values()}
    described = CALLS.paths[PURCHASE]["post"]["responses"].keys()
    of_api_gateway = {"403"}
    assert described - {"200", "202"} == statuses | of_api_gateway
    assert CALLS.paths[TOKEN]["post"]["responses"].keys() == described - {"202", "402", "409"}
    for error in CALL_ERRORS.values():
        assert CALLS.fits(error_body(error, "trace-1", "detail"), "Error")


def test_the_examples_fit_their_schemas() -> None:
    for path in CALLS.paths:
        name, example = CALLS.request_of(path)
        assert CALLS.fits(example, name)
        for name, example in CALLS.answer_examples(path):
            assert CALLS.fits(example, name)


ODD: Final[dict[str, Any]] = {
    "nothing": {},
    "an unknown field": {"total_price": "7.50"},
    "no player": {"player_id": None},
    "an empty name": {"player_name": ""},
    "a control character": {"item_name": "a\x85"},
    "a long id": {"item_id": "a" * 257},
    "an e-mail without a host": {"player_email": "ann"},
    "an e-mail with two": {"player_email": "ann@b@c"},
    "an e-mail with a space": {"player_email": "a nn@example.org"},
    "a subscription's id": {"client_request_id": "sub_1"},
    "an id with a space": {"client_request_id": "a b"},
    "a long request id": {"client_request_id": "a" * 129},
    "no items": {"quantity": 0},
    "a thousand items": {"quantity": 1000},
    "a thousand and one": {"quantity": 1001},
    "a quantity as text": {"quantity": "3"},
    "a quantity that is true": {"quantity": True},
    "a price as a number": {"unit_price": 2.5},
    "a price of nothing": {"unit_price": "0.00"},
    "a price of nothing at all": {"unit_price": "0"},
    "a cent": {"unit_price": "0.01"},
    "a tenth of a cent": {"unit_price": "0.001"},
    "a price below nothing": {"unit_price": "-1"},
}


@pytest.mark.parametrize("name", ODD)
def test_the_schema_and_the_code_take_the_same_purchases(name: str) -> None:
    body = CALLS.request_of(PURCHASE)[1] | ODD[name]
    assert CALLS.fits(body, "Purchase") == is_taken(body)


@pytest.mark.parametrize(
    "odd", [{}, {"refused": ""}, {"refused": "a b"}, {"refused": "ptk"}, {"x": 1}]
)
def test_the_schema_and_the_code_take_the_same_players(odd: dict[str, Any]) -> None:
    body = CALLS.request_of(TOKEN)[1] | odd
    try:
        taken = bool(read_player({"body": json.dumps(body)}))
    except RequestRefusedError:
        taken = False
    assert CALLS.fits(body, "Player") == taken


def is_taken(body: dict[str, Any]) -> bool:
    try:
        return bool(read_purchase({"body": json.dumps(body)})[1].fields())
    except (AdminError, RequestRefusedError):
        return False


def test_a_purchase_of_a_million_is_refused() -> None:
    sword = ItemPurchase("r", "a@b", "Ann", "i", "Sword", 1000, "999.99")
    assert sword.fields()["total_price"] == "999990.00"
    with pytest.raises(AdminError, match="million"):
        replace(sword, unit_price="1000").fields()
