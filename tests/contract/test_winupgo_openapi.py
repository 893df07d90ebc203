"""The description of WinUpGo's resources says what the template routes and the code does."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from casino.base.errors import RequestRefusedError
from casino.dialects.winupgo.access import SCOPES, check_headers, resource_of
from casino.dialects.winupgo.answers import WORDS, answer
from casino.dialects.winupgo.requests import parse_bet, parse_event, parse_session
from casino.dialects.winupgo.signature import WinupgoFamily, content_digest
from casino.wallet.dialect import Call, Outcome
from casino.wallet.hold import HoldRequest
from casino.wallet.hold_refusals import HOLD_REFUSALS
from casino.wallet.refusals import REFUSALS
from testing.openapi import Document, Node
from testing.template import PROJECT

DOCUMENT: Final = Document("winupgo.yaml")
PATHS: Final = DOCUMENT.paths
fits, request_of = DOCUMENT.fits, DOCUMENT.request_of
BASE: Final = "/winupgo/v1"
HEADERS: Final = {
    "x-idempotency-key": ["k1"],
    "x-brand-id": ["brand-7"],
    "x-region": ["EU"],
    "x-provider-id": ["studio"],
}


def is_read(path: str, body: Any) -> bool:
    call = Call("POST", path, HEADERS, json.dumps(body).encode(), "trace")
    try:
        match path.removeprefix(BASE):
            case "/sessions":
                parse_session(call, "studio", lambda player: f"s.{player}", "")
            case "/events":
                parse_event(call, "studio")
            case resource:
                parse_bet(resource, call.body, "studio", "k1", "trace")
    except RequestRefusedError:
        return False
    return True


def variants() -> Iterator[tuple[str, Node]]:
    """Yield each request's example with each field missing, odd or of the wrong type."""
    for path in PATHS:
        _, example = request_of(path)
        yield path, example
        for name in example:
            yield path, {key: value for key, value in example.items() if key != name}
            odd: Any
            for odd in ("", None, 7, True, ["x"], "x" * 257, {"amount": -1, "currency": "EUR"}):
                yield path, example | {name: odd}


def test_the_document_is_valid_and_describes_the_routes_of_the_template() -> None:
    DOCUMENT.check_against("WinupgoFunction")
    assert {path.removeprefix(BASE) for path in PATHS} == set(SCOPES)


def test_examples_fit_their_schemas() -> None:
    for path in PATHS:
        name, example = request_of(path)
        assert fits(example, name), path
        assert is_read(path, example), path
        for shape, body in DOCUMENT.answer_examples(path):
            assert fits(body, shape), path


def test_the_sample_events_fit_their_routes_and_show_each() -> None:
    shown = set()
    for file in (PROJECT / "events" / "winupgo").glob("*.json"):
        event = json.loads(file.read_text("utf-8"))
        headers = {name.lower(): [value] for name, value in event["headers"].items()}
        body = event["body"].encode()
        call = Call("POST", event["path"], headers, body, "trace")
        check_headers(call)
        assert WinupgoFamily().credential(headers) == "placeholder"
        assert event["headers"]["Content-Digest"] == content_digest(body), file.name
        assert SCOPES[resource_of(call)] in event["requestContext"]["authorizer"]["claims"]["scope"]
        assert fits(json.loads(body), request_of(event["path"])[0]), file.name
        assert is_read(event["path"], json.loads(body)), file.name
        shown.add(event["path"])
    assert shown == set(PATHS)


def test_the_schema_and_the_code_accept_the_same_requests() -> None:
    judged = [(path, body, fits(body, request_of(path)[0])) for path, body in variants()]
    assert {fine for _, _, fine in judged} == {True, False}
    differing = [(path, body) for path, body, fine in judged if fine != is_read(path, body)]
    # What only the code can tell: a currency, an event's type and version, another brand.
    unknown = [
        body
        for _, body in differing
        if body.get("currency", "EUR") == "EUR"
        and body.get("event_type", "bet.settled") == "bet.settled"
        and body.get("schema_version", "1.2.0") == "1.2.0"
        and (body.get("tenant_id", "brand-7"), body.get("region", "EU")) == ("brand-7", "EU")
    ]
    assert unknown == []


@pytest.mark.parametrize("code", sorted({*REFUSALS, *HOLD_REFUSALS, *WORDS}))
def test_every_code_is_answered_in_the_one_schema(code: str) -> None:
    request = HoldRequest("studio", "k1", "rollback", "rollback", "", "", 0)
    status, body = answer(Outcome(code, "tr_1", reference="plt-1", request=request))
    if code.startswith("rollback_"):
        assert (status, fits(json.loads(body), "RolledBack")) == (200, True)
        return
    assert fits(json.loads(body), "Error"), body
    documented = {status for item in PATHS.values() for status in item["post"]["responses"]}
    assert str(status) in documented
