"""The descriptions of the receivers say what the template routes and the code does."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from casino.base.errors import RequestRefusedError
from casino.deliveries.dialect import Webhook
from casino.deliveries.model import KEY
from casino.dialects.igv.callback import IgvCallback
from casino.dialects.invo.webhook import InvoWebhook
from casino.integrations.model import Integration
from casino.wallet.dialect import Call
from testing.openapi import Document

DOCUMENTS: Final = {"invo": Document("invo.yaml"), "igv": Document("igv.yaml")}
WEBHOOKS: Final[dict[str, Webhook]] = {"invo": InvoWebhook(), "igv": IgvCallback()}
CODES: Final = (
    *("stored", "duplicate", "conflict", "malformed_body", "payload_too_large", "unauthorized"),
    *("invalid_signature", "timestamp_out_of_range", "ip_not_allowed", "unavailable"),
    *("internal_error", "wrong_tenant", "key_mismatch"),
)
EVENT: Final = {"idempotency_key": "k", "event_type": "t", "data": {}}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_valid_and_describes_the_route_of_the_template(name: str) -> None:
    DOCUMENTS[name].check_against(f"{name.capitalize()}Function")


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("code", CODES)
def test_every_answer_is_one_of_the_document(name: str, code: str) -> None:
    if name == "igv" and code in ("wrong_tenant", "key_mismatch"):
        return  # iGV's body is not signed: neither is looked for
    status, body = WEBHOOKS[name].answer(code, "trace-1")
    (path,) = DOCUMENTS[name].paths
    described = DOCUMENTS[name].paths[path]["post"]["responses"][str(status)]
    shape = described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert DOCUMENTS[name].fits(json.loads(body), shape)
    assert (status == 200) == (code in ("stored", "duplicate", "conflict"))
    assert (status >= 500) == (code in ("unavailable", "internal_error"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_example_is_one_that_the_code_reads(name: str) -> None:
    (path,) = DOCUMENTS[name].paths
    shape, example = DOCUMENTS[name].request_of(path)
    assert DOCUMENTS[name].fits(example, shape)
    assert is_read(name, example)


def bodies() -> Iterator[dict[str, Any]]:
    yield EVENT
    for field in ("idempotency_key", "event_type"):
        yield {key: value for key, value in EVENT.items() if key != field}
        odd: Any
        for odd in ("", None, 7, True, ["x"], {}, "a b", "ü", "k" * 129, "k" * 256, "k" * 257):
            yield EVENT | {field: odd}


@pytest.mark.parametrize("body", list(bodies()), ids=lambda body: json.dumps(body)[:60])
def test_the_schema_and_the_code_take_the_same_bodies_for_deliveries(body: dict[str, Any]) -> None:
    assert DOCUMENTS["invo"].fits(body, "Event") == is_read("invo", body)


def is_read(name: str, body: Any) -> bool:
    """Tell whether the code finds a key and a kind that can be stored."""
    headers = {"x-request-id": ["2002986662652579841"], "x-timestamp": ["1734850099000"]}
    call = Call("POST", "/", headers, json.dumps(body).encode(), "t")
    try:
        named = WEBHOOKS[name].read(call, Integration("acme", WEBHOOKS[name].name, "s"))
    except RequestRefusedError:
        return False
    return KEY.fullmatch(named.key) is not None
