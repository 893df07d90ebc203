"""What somebody may try who has seen a delivery of Invo, or has a key of another integration."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Final

import pytest

from casino.aws.clients import secrets_client
from casino.deliveries.store.inbox import DynamoDbInbox
from casino.dialects.invo.signature import signature_header
from casino.integrations.model import PartnerTerms
from testing.integrations import an_integration
from testing.world import World
from tests.functional.deliveries.receiving import EVENT, Partner, invo, to_bytes

BODY: Final = to_bytes(EVENT)
OTHER_KEY: Final = to_bytes(EVENT | {"idempotency_key": "key_2"})
DEEP: Final = b"[" * 50_000 + b"]" * 50_000

type Sent = tuple[bytes, dict[str, str]]


@pytest.fixture
def partner(world: World) -> Partner:
    return invo(world)


def seen(partner: Partner, body: bytes = BODY, ago_s: float = 0) -> dict[str, str]:
    """Return the headers of a delivery that somebody has seen."""
    return partner.headers(body, "key_1", ago_s)


def doubled(partner: Partner, name: str) -> dict[str, str]:
    headers = seen(partner)
    return headers | {name.upper(): headers[name]}


TRIES: Final[dict[str, Callable[[Partner], Sent]]] = {
    "another body": lambda p: (OTHER_KEY, seen(p)),
    "a body with a space more": lambda p: (BODY + b" ", seen(p)),
    "the packed body, not said to be packed": lambda p: (gzip.compress(BODY), seen(p)),
    "the body packed twice": lambda p: (
        gzip.compress(gzip.compress(BODY)), seen(p) | {"Content-Encoding": "gzip"}),
    "packed, and two packings said": lambda p: (
        gzip.compress(BODY), seen(p) | {"Content-Encoding": "gzip, gzip"}),
    "two halves of the packed body": lambda p: (
        gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), seen(p) | {"Content-Encoding": "gzip"}),
    "a bomb": lambda p: (
        gzip.compress(b" " * 10**7), seen(p, b" " * 10**7) | {"Content-Encoding": "gzip"}),
    "the time moved on": lambda p: (BODY, seen(p, ago_s=400) | {
        "X-Invo-Signature": seen(p, ago_s=400)["X-Invo-Signature"].replace(
            str(int(time.time()) - 400), str(int(time.time())))}),
    "five minutes too late": lambda p: (BODY, seen(p, ago_s=302)),
    "from the future": lambda p: (BODY, seen(p, ago_s=-302)),
    "the signature twice": lambda p: (BODY, doubled(p, "X-Invo-Signature")),
    "the key twice": lambda p: (BODY, doubled(p, "X-Invo-Idempotency-Key")),
    "another key in the header": lambda p: (BODY, seen(p) | {"X-Invo-Idempotency-Key": "key_2"}),
    "a key of other letters": lambda p: (BODY, seen(p) | {"X-Invo-Idempotency-Key": "KEY_1"}),
    "upper-case hex": lambda p: (BODY, seen(p) | {
        "X-Invo-Signature": seen(p)["X-Invo-Signature"].replace(",v1=", ",V1=").upper()}),
    "a version that is none": lambda p: (BODY, seen(p) | {
        "X-Invo-Signature": seen(p)["X-Invo-Signature"].replace("v1=", "v0=")}),
    "the signature in a cookie": lambda p: (BODY, {"Cookie": str(seen(p))}),
}  # fmt: skip


@pytest.mark.parametrize("name", TRIES)
def test_what_invo_did_not_sign_so_is_stored_nowhere(partner: Partner, name: str) -> None:
    body, headers = TRIES[name](partner)
    assert 400 <= partner.sent(body, headers).status < 500
    for key in ("key_1", "key_2"):
        assert partner.stored(key) is None
    assert partner.sent(BODY, seen(partner)).status == 200


SIGNED: Final[dict[str, bytes]] = {
    "a key twice": BODY.replace(b"{", b'{"idempotency_key":"key_2",', 1),
    "a key twice, spelled in two ways": BODY.replace(b"{", b'{"idempotency\\u005fkey":"key_2",', 1),
    "a key twice, deep inside": to_bytes(EVENT).replace(b'"name"', b'"name":1,"name"'),
    "nested without end": BODY.replace(b'{"name"', b'{"x":' + DEEP + b',"name"'),
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "UTF-16": BODY.decode().encode("utf-16"),
    "Latin-1": BODY.decode().encode("latin-1"),
    "two documents": BODY + b"\n" + BODY,
    "NaN": BODY.replace(b'{"name"', b'{"x":NaN,"name"'),
    "a key that is a list": to_bytes(EVENT | {"idempotency_key": ["key_1"]}),
    "a key with a line in it": to_bytes(EVENT | {"idempotency_key": "key_1\n"}),
    "a key of half a character": json.dumps(EVENT | {"idempotency_key": "\ud800"}).encode(),
    "a key that is too long": to_bytes(EVENT | {"idempotency_key": "k" * 257}),
    "a type of half a character": json.dumps(EVENT | {"event_type": "\ud800"}).encode(),
    "larger than the cap": BODY + b" " * 128 * 1024,
    "another tenant": to_bytes(EVENT | {"tenant_id": "game-2"}),
    "a tenant that is a list": to_bytes(EVENT | {"tenant_id": ["game-1"]}),
}


@pytest.mark.parametrize("name", SIGNED)
def test_what_two_readers_could_read_differently_is_refused(
    partner: Partner, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also when Invo's own secret signed it: one reading would be stored, another acted on."""
    headers = {
        "X-Invo-Signature": signature_header(SIGNED[name], int(time.time()), [partner.secret])
    }
    assert partner.sent(SIGNED[name], headers).status in (400, 403, 413)
    assert partner.stored() is None
    assert "unexpected error" not in capsys.readouterr().out


def test_a_replay_changes_nothing_however_its_unsigned_headers_change(partner: Partner) -> None:
    headers = seen(partner)
    assert partner.sent(BODY, headers).status == 200
    first = partner.stored()
    odd = [{"X-Invo-Secret-Version": "9"}, {"X-Trace-Id": "other"}, {"Content-Type": "text/plain"}]
    for changed in odd:
        assert partner.sent(BODY, headers | changed).status == 200
    zipped = headers | {"Content-Encoding": "GZIP "}
    assert partner.sent(gzip.compress(BODY), zipped).status == 200
    bare = {name: value for name, value in headers.items() if name == "X-Invo-Signature"}
    assert partner.sent(BODY, bare).status == 200
    assert partner.stored() == first
    stored = partner.world.client.scan(TableName=partner.world.tables.deliveries)
    assert stored["Count"] == 1


def test_a_delivery_of_one_integration_is_no_delivery_of_another_with_the_same_game(
    world: World, partner: Partner
) -> None:
    """Each has a secret of its own; neither path is signed."""
    terms = PartnerTerms("", (("game_id", "game-1"),))
    other = an_integration("invo-2", "invo", partner=terms)
    world.registry.put(other, ("invo-2-key",))
    text = json.dumps({"api_key": "invo-2-key", "secret_key": f"whsec_{'9' * 32}"})
    secrets_client().create_secret(Name=other.secret_name, SecretString=text)
    for name in ("invo-2", "INVO", "invo ", "invo/../invo", "sandbox"):
        assert partner.sent(BODY, seen(partner), name).status == 401
    assert DynamoDbInbox(world.client, world.tables).get("invo-2", "key_1") is None
    assert partner.sent(BODY, seen(partner)).status == 200
