"""The description of Flexsoft's calls says what the template routes and the code does."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from casino.base.errors import RequestRefusedError
from casino.dialects.flexsoft.answers import answer
from casino.dialects.flexsoft.requests import read
from casino.wallet.dialect import Call, Outcome
from casino.wallet.model import Transaction
from casino.wallet.queries import BalanceQuery
from casino.wallet.refusals import REFUSALS
from testing.openapi import Document, Node
from testing.template import PROJECT

DOCUMENT: Final = Document("flexsoft.yaml")
PATHS: Final = DOCUMENT.paths
fits, request_of = DOCUMENT.fits, DOCUMENT.request_of


def is_read(path: str, body: Node) -> bool:
    try:
        read(Call("POST", path, {}, json.dumps(body).encode(), "trace"), "flexsoft")
    except RequestRefusedError:
        return False
    return True


def variants() -> Iterator[tuple[str, Node]]:
    """Yield each request's example with each field missing, odd or of the wrong type."""
    for path in PATHS:
        _, example = request_of(path)
        actions = ["BET", "FREE_BET", "WIN", "FREE_BET_WIN", "ROLL_BACK", "CLOSE_ROUND"]
        bases = [example] + [example | {"action": a} for a in actions if "action" in example]
        for base in bases:
            yield path, base
            for name in [*base, "amount", "withdraw_provider_tx_id", "session_token", "action_id"]:
                yield path, {key: value for key, value in base.items() if key != name}
                odd: Any
                for odd in ("", None, 7, -1, 2.5, True, ["x"], {}, "x" * 257):
                    yield path, base | {name: odd}


def test_the_document_is_valid_and_describes_the_routes_of_the_template() -> None:
    DOCUMENT.check_against("FlexsoftFunction")


def test_examples_fit_their_schemas() -> None:
    for path in PATHS:
        name, example = request_of(path)
        assert fits(example, name), path
        assert is_read(path, example), path
        for shape, body in DOCUMENT.answer_examples(path):
            assert fits(body, shape), path


def test_the_sample_events_fit_their_routes_and_show_every_action() -> None:
    shown = set()
    for file in (PROJECT / "events" / "flexsoft").glob("*.json"):
        event = json.loads(file.read_text("utf-8"))
        body = json.loads(event["body"])
        assert fits(body, request_of(event["path"])[0]), file.name
        assert is_read(event["path"], body), file.name
        shown.add(body.get("action", event["path"].rpartition("/")[2]))
    actions = {"BET", "FREE_BET", "WIN", "FREE_BET_WIN", "ROLL_BACK", "CLOSE_ROUND"}
    assert shown == actions | {"auth", "balance"}


def test_the_schema_and_the_code_accept_the_same_requests() -> None:
    judged = [(path, body, fits(body, request_of(path)[0])) for path, body in variants()]
    assert {fine for _, _, fine in judged} == {True, False}
    # An empty text is as good as none, which the schema of a required one says as well; what only
    # the code can tell is a currency that there is, an amount's precision, and a bet without a bet.
    differing = [
        (path, body)
        for path, body, fine in judged
        if fine != is_read(path, body)
        and not (fine and body.get("currency") not in (None, "EUR"))
        and not (fine and body.get("action") in ("BET", "FREE_BET") and is_named(body))
        and not (fine and "action" not in request_of(path)[1] and body.get("action"))
        and not (fine and body.get("amount") == 7)
    ]
    assert differing == []


def is_named(body: Node) -> bool:
    return body.get("withdraw_provider_tx_id") not in (None, "")


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_an_error_of_the_document(code: str) -> None:
    status, body = answer(Outcome(code, "trace-1", detail="a hint"))
    assert fits(json.loads(body), "Error")
    assert json.loads(body)["code"] == status
    assert status >= 500 if REFUSALS[code].retryable else status < 500
    assert str(status) in PATHS["/flexsoft/v1/deposit"]["post"]["responses"]


def test_rendered_answers_fit_their_schemas() -> None:
    query = BalanceQuery("flexsoft", "player-912", "EUR")
    bet = Transaction("flexsoft", "p1", "bet", "bet", "player-912", "EUR", 100)
    notice = Transaction("flexsoft", "c1", "notice", "round", "", "", 0)
    ok = Outcome("ok", "t", "EUR", 544, "plt-1")
    for request, name in ((query, "BalanceAnswer"), (bet, "MoneyAnswer"), (notice, "MoneyAnswer")):
        outcome = Outcome("ok", "t", ok.currency, 544, "plt-1", request=request, before_minor=644)
        assert fits(json.loads(answer(outcome).body), name)
