"""Invo's deliveries before they are stored: packing, the key, the tenant, the answers."""

import gzip
import json
import zlib
from dataclasses import replace

import pytest

from casino.base.errors import RequestRefusedError
from casino.dialects.invo.signature import signature_header
from casino.dialects.invo.webhook import MOST_BYTES, InvoWebhook
from casino.integrations.model import Integration, PartnerTerms
from casino.signing.pair import CURRENT, Pair
from casino.signing.scheme import SignatureRefusedError
from casino.wallet.dialect import Call

NOW = 1_760_702_625
SECRET = "whsec_test_0123456789abcdef"
PAIRS = (Pair("game-1", SECRET, CURRENT),)
INVO = InvoWebhook()
INTEGRATION = Integration("invo", "invo", "s", partner=PartnerTerms("", (("game_id", "game-1"),)))
EVENT = {
    "event_id": "evt_1",
    "idempotency_key": "key_1",
    "event_type": "purchase.completed",
    "schema_version": "1",
    "created_at": "2026-01-01T00:00:00Z",
    "tenant_id": "game-1",
    "data": {"order_id": "ord_1"},
}


def call(body: bytes, **headers: str) -> Call:
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Call("POST", "/invo/v1/webhooks/invo", named, body, "t")


def body(**changes: object) -> bytes:
    return json.dumps({k: v for k, v in (EVENT | changes).items() if v is not ...}).encode()


def refusal(sent: Call, integration: Integration = INTEGRATION) -> str:
    with pytest.raises(RequestRefusedError) as refused:
        INVO.read(INVO.unpack(sent), integration)
    return refused.value.code


def test_the_signature_covers_the_unpacked_body() -> None:
    packed = call(gzip.compress(body()), content_encoding="gzip")
    packed = replace(
        packed,
        headers={**packed.headers, "x-invo-signature": [signature_header(body(), NOW, [SECRET])]},
    )
    assert INVO.verify(INVO.unpack(packed), PAIRS, NOW) == CURRENT
    with pytest.raises(SignatureRefusedError):
        INVO.verify(packed, PAIRS, NOW)


def test_the_unsigned_header_of_the_key_may_be_missing_but_not_doubled() -> None:
    signed = {"x-invo-signature": [signature_header(body(), NOW, [SECRET])]}
    assert INVO.verify(replace(call(body()), headers=signed), PAIRS, NOW) == CURRENT
    doubled = signed | {"x-invo-idempotency-key": ["key_1", "key_1"]}
    with pytest.raises(SignatureRefusedError):
        INVO.verify(replace(call(body()), headers=doubled), PAIRS, NOW)


def test_a_delivery_is_named_by_the_key_in_its_body() -> None:
    plain = call(body(), x_invo_idempotency_key="key_1")
    assert INVO.read(INVO.unpack(plain), INTEGRATION)[:2] == ("key_1", "purchase.completed")
    unnamed = call(body(), content_encoding="identity")
    assert INVO.read(INVO.unpack(unnamed), INTEGRATION).key == "key_1"


def test_another_key_in_the_header_is_refused() -> None:
    assert refusal(call(body(), x_invo_idempotency_key="key_2")) == "key_mismatch"
    assert refusal(call(body(), x_invo_idempotency_key="")) == "key_mismatch"


@pytest.mark.parametrize("key", ["", None, 7, ..., ["key_1"]])
def test_an_empty_key_is_refused(key: object) -> None:
    assert refusal(call(body(idempotency_key=key))) == "malformed_body"


def test_both_copies_of_one_transfer_are_two_deliveries() -> None:
    for kind in ("transfer.claim_pending", "transfer.claim_expired"):
        assert INVO.read(call(body(event_type=kind)), INTEGRATION).key == "evt_1"
    other = call(body(event_type="transfer.received"))
    assert INVO.read(other, INTEGRATION).key == "key_1"


@pytest.mark.parametrize("tenant", ["game-2", "", None, ...])
def test_a_delivery_for_another_tenant_is_refused(tenant: object) -> None:
    assert refusal(call(body(tenant_id=tenant))) == "wrong_tenant"
    anybody = replace(INTEGRATION, partner=PartnerTerms())
    assert INVO.read(call(body(tenant_id=tenant)), anybody).key == "key_1"


def test_unknown_types_and_unknown_fields_are_taken() -> None:
    named = INVO.read(call(body(event_type="planet.discovered", more={"a": [1.5]})), INTEGRATION)
    assert named.kind == "planet.discovered"


@pytest.mark.parametrize(
    "sent",
    [b"", b"null", b"[]", b'"text"', b"{", b"\xff", b'{"a":1,"a":2}', body(event_type=""),
     body(event_type=None), body(event_type="two words"), body(event_type=...)],
)  # fmt: skip
def test_what_is_no_event_is_refused(sent: bytes) -> None:
    assert refusal(call(sent)) == "malformed_body"


@pytest.mark.parametrize(
    "packed",
    [b"", body(), gzip.compress(body())[:-1], gzip.compress(body()) + b"x",
     gzip.compress(body()) * 2, zlib.compress(body())],
)  # fmt: skip
def test_what_is_no_gzip_is_refused(packed: bytes) -> None:
    assert refusal(call(packed, content_encoding="gzip")) == "malformed_body"


def test_another_packing_is_refused() -> None:
    assert refusal(call(body(), content_encoding="br")) == "malformed_body"
    twice = replace(call(body()), headers={"content-encoding": ["gzip", "gzip"]})
    assert refusal(twice) == "malformed_body"


def test_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * (MOST_BYTES + 1))
    assert len(bomb) < 1_000
    assert refusal(call(bomb, content_encoding="gzip")) == "payload_too_large"
    fits = body() + b" " * (MOST_BYTES - len(body()))
    largest = INVO.unpack(call(gzip.compress(fits), content_encoding="gzip"))
    assert INVO.read(largest, INTEGRATION).key == "key_1"


def test_only_what_is_stored_ends_a_delivery() -> None:
    endings = ("stored", "duplicate", "conflict")
    refusals = (
        *("malformed_body", "payload_too_large", "wrong_tenant", "key_mismatch", "unauthorized"),
        *("invalid_signature", "timestamp_out_of_range", "ip_not_allowed"),
    )
    ours = ("unavailable", "internal_error")
    for codes, least, most in ((endings, 200, 299), (refusals, 400, 499), (ours, 500, 599)):
        assert all(least <= INVO.answer(code, "t").status <= most for code in codes)
    told = json.loads(INVO.answer("invalid_signature", "trace-1").body)
    assert (told["error"], told["trace_id"]) == ("invalid_signature", "trace-1")
