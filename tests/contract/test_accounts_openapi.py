"""The description of the casino's own API says what the template routes and the code answers."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from openapi_spec_validator import validate

from casino.accounts.api import Movement, NewPlayer, Payout, Profile, Reasoned, parsed
from casino.accounts.granting import NewBonus
from casino.accounts.model import KYC_LEVELS
from casino.accounts.refusals import ACCOUNT_ERRORS
from casino.accounts.responsible import Bet, InWallet, NewExclusion, NewLimits
from casino.base.errors import RequestRefusedError
from casino.wallet.model import Kind
from casino.wallet.shown import COLUMNS
from casino.wallet.statement import MOST_ENTRIES
from testing.openapi import Document, Node
from testing.template import load_template

DOCUMENT = Document("accounts.yaml")
SCHEMAS = DOCUMENT.spec["components"]["schemas"]
OF_PLAYERS = (NewPlayer, Profile, Reasoned, Movement, Payout)
OF_PROTECTION = (InWallet, NewLimits, NewExclusion, Bet, NewBonus)
BODIES: dict[str, type[Any]] = {each.__name__: each for each in OF_PLAYERS + OF_PROTECTION}


def operations() -> Iterator[Node]:
    for item in DOCUMENT.paths.values():
        yield from (item[method] for method in item.keys() - {"parameters"})


def codes_of(response: Node) -> Iterator[str]:
    said = DOCUMENT.spec["components"]["responses"][response["$ref"].rpartition("/")[2]]
    _, own = said["content"]["application/json"]["schema"]["allOf"]
    yield from own["properties"]["error"]["enum"]


def test_the_document_is_valid_and_describes_the_routes_of_the_function() -> None:
    validate(DOCUMENT.spec)
    events = load_template()["Resources"]["AccountsFunction"]["Properties"]["Events"].values()
    routed = {(e["Properties"]["Path"], e["Properties"]["Method"].lower()) for e in events}
    assert routed == {
        (path, method)
        for path, item in DOCUMENT.paths.items()
        for method in item
        if method != "parameters"
    }


def test_the_documented_errors_are_the_table_status_by_status() -> None:
    documented = {
        (int(status), code)
        for operation in operations()
        for status, response in operation["responses"].items()
        if status >= "4"
        for code in codes_of(response)
    }
    of_the_code = {(error.status, error.code) for error in ACCOUNT_ERRORS.values()}
    assert documented == of_the_code | {(403, "ip_not_allowed")}


def test_the_schemas_and_the_code_have_the_same_words() -> None:
    assert SCHEMAS["Kind"]["enum"] == list(get_args(Kind.__value__))
    assert SCHEMAS["Row"]["required"] == list(SCHEMAS["Row"]["properties"]) == list(COLUMNS)
    assert SCHEMAS["Profile"]["properties"]["kyc_level"]["enum"] == [*KYC_LEVELS, None]
    limit = DOCUMENT.spec["components"]["parameters"]["Limit"]["schema"]
    assert limit["maximum"] == MOST_ENTRIES


def accepted(name: str, body: Node) -> bool:
    try:
        parsed(BODIES[name], json.dumps(body).encode())
    except RequestRefusedError:
        return False
    return True


def requests() -> Iterator[tuple[str, Node]]:
    for operation in operations():
        if "requestBody" in operation:
            media = operation["requestBody"]["content"]["application/json"]
            yield media["schema"]["$ref"].rpartition("/")[2], media["example"]


def test_the_examples_fit_their_schemas_and_the_code() -> None:
    for name, example in requests():
        assert DOCUMENT.fits(example, name), name
        assert accepted(name, example), name
    for operation in operations():
        said = next(r for status, r in operation["responses"].items() if status < "3")
        media = said["content"]["application/json"]
        if "example" in media:
            assert DOCUMENT.fits(media["example"], media["schema"]["$ref"].rpartition("/")[2])


MUTATIONS: dict[str, Node] = {
    "no reason": {"reason": None},
    "an empty reason": {"reason": ""},
    "a blank reason": {"reason": "  "},
    "a long reason": {"reason": "r" * 301},
    "a reason of two lines": {"reason": "a\nb"},
    "a field that nobody knows": {"balance": 5},
    "an amount as text": {"amount": "5"},
    "an amount that is true": {"amount": True},
    "a player with a space": {"player_id": "a b"},
    "a player with a slash": {"player_id": "a/b"},
    "dots for a player": {"player_id": ".."},
    "a long player": {"player_id": "a" * 257},
    "a list that is none": {"currencies": "EUR"},
    "a reservation with a hash": {"reservation_id": "a#b"},
    "a grant with a slash": {"grant_id": "a/b"},
    "a long grant": {"grant_id": "a" * 41},
    "nothing to wager": {"times": 0},
    "half to wager": {"times": 1.5},
    "an order that nobody knows": {"order": "any"},
    "more than all that counts": {"contributions": {"live": 101}},
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_schemas_and_the_code_accept_the_same_bodies(mutation: str) -> None:
    for name, example in requests():
        body = example | MUTATIONS[mutation]
        assert DOCUMENT.fits(body, name) == accepted(name, body), name
