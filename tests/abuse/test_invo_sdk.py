"""Invo's own SDK beside our receiver: what it signs is taken, and each difference is known.

The SDK has no public way to sign; deliveries are signed with the function that it verifies with.
INVO_SDK_DELIVERIES sets how many; `make abuse` takes 10,000.
"""

import gzip
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from invonetwork import InvoError
from invonetwork.webhooks import WebhookEvent, _hmac_hex, verify_webhook

from casino.base.errors import RequestRefusedError
from casino.deliveries.dialect import Named
from casino.dialects.invo.signature import signature_header
from casino.dialects.invo.webhook import InvoWebhook
from casino.integrations.model import Integration
from casino.signing.pair import CURRENT, PREVIOUS, Pair
from casino.signing.scheme import SignatureRefusedError
from casino.wallet.dialect import Call
from tests.abuse.requests import a_word, secret

NOW = 1_760_702_625
CURRENT_SECRET, OTHER = secret("invo", "current"), secret("invo", "previous")
PAIRS = (Pair("game-1", CURRENT_SECRET, CURRENT), Pair("game-1", OTHER, PREVIOUS))
SECRETS = [CURRENT_SECRET, OTHER]
INVO, INTEGRATION = InvoWebhook(), Integration("invo", "invo", "s")
DELIVERIES = int(os.environ.get("INVO_SDK_DELIVERIES", "1000"))
_TEXT = 'aZ09 "\\/{}[]:,.-_\t\n\u00fc\u20ac\u0130\u4e2d\U0001f3b0'


def a_value(rng: random.Random, depth: int = 0) -> Any:
    texts = "".join(rng.choices(_TEXT, k=rng.randint(0, 20)))
    simple = (texts, rng.randint(-(10**12), 10**12), rng.random(), True, None, "12.50")
    if depth > 3 or rng.random() < 0.7:
        return rng.choice(simple)
    if rng.random() < 0.5:
        return [a_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return {a_word(rng, 1, 9): a_value(rng, depth + 1) for _ in range(rng.randint(0, 4))}


def a_body(rng: random.Random) -> bytes:
    """Return an event with whatever data, in whatever spelling of JSON."""
    event = {
        "event_id": a_word(rng, 8, 36),
        "idempotency_key": a_word(rng, 1, 64),
        "event_type": rng.choice(("purchase.completed", "player.phone_changed", "x.y")),
        "schema_version": "1",
        "created_at": "2026-01-01T00:00:00Z",
        "tenant_id": "game-1",
        "data": {a_word(rng, 1, 9): a_value(rng) for _ in range(rng.randint(0, 6))},
        a_word(rng, 1, 9): a_value(rng),
    }
    indent = rng.choice((None, None, 2))
    return json.dumps(event, ensure_ascii=rng.random() < 0.5, indent=indent).encode()


def signed_by_sdk(body: bytes, at: int, *secrets: str) -> str:
    values = (_hmac_hex(key, f"{at}.".encode() + body) for key in secrets)
    return ",".join((f"t={at}", *(f"v1={value}" for value in values)))


def call(body: bytes, header: str | bytes, **more: str) -> Call:
    named = {"x-invo-signature": [header]} | {n.replace("_", "-"): [v] for n, v in more.items()}
    return Call("POST", "/", named, body, "t")  # type: ignore[arg-type]


def ours(sent: Call) -> Named | str:
    """Return what we make of a delivery: its name, or the reason of the refusal."""
    try:
        plain = INVO.unpack(sent)
        INVO.verify(plain, PAIRS, NOW)
        return INVO.read(plain, INTEGRATION)
    except SignatureRefusedError as refused:
        return refused.reason
    except RequestRefusedError as error:
        return error.code


def theirs(body: bytes, header: str) -> WebhookEvent | str:
    try:
        return verify_webhook(body, header, SECRETS, now=NOW)
    except InvoError as error:
        return str(error.code)


def deliveries(seed: str) -> Iterator[tuple[random.Random, bytes, int]]:
    rng = random.Random(f"sdk/{seed}")
    for _ in range(DELIVERIES):
        yield rng, a_body(rng), NOW + rng.randint(-300, 300)


def test_what_the_sdk_signs_we_take_under_the_same_name() -> None:
    different = []
    for rng, body, at in deliveries("signs"):
        keys = rng.choice(([CURRENT_SECRET], [OTHER], SECRETS, [a_word(rng, 32, 32), OTHER]))
        header = signed_by_sdk(body, at, *keys)
        found = theirs(body, header)
        assert isinstance(found, WebhookEvent)
        packed = call(gzip.compress(body, 1), header, content_encoding="gzip")
        for sent in (call(body, header), packed):
            named = ours(replace(sent))
            if named != Named(found.idempotency_key, found.event_type):
                different.append((named, body))
    assert different == []


def test_what_we_sign_the_sdk_takes() -> None:
    for rng, body, at in deliveries("ours"):
        header = signature_header(body, at, rng.choice((SECRETS[:1], SECRETS[1:], SECRETS)))
        assert isinstance(theirs(body, header), WebhookEvent)


def test_what_the_sdk_refuses_we_refuse() -> None:
    """Of random changes to header and body, ours takes none that the SDK does not."""
    taken = 0
    for rng, body, at in deliveries("changes"):
        header = signed_by_sdk(body, at, CURRENT_SECRET)
        if rng.random() < 0.5:
            spot = rng.randrange(len(header))
            header = header[:spot] + rng.choice("0123456789abcdefAF,=tv1 ") + header[spot + 1 :]
        elif rng.random() < 0.5:
            spot = rng.randrange(len(body))
            body = body[:spot] + rng.choice((b"", b" ", b"0", b"\n")) + body[spot + 1 :]
        named, found = ours(call(body, header)), theirs(body, header)
        if isinstance(named, Named):
            taken += 1
            assert isinstance(found, WebhookEvent), (header, body)
    assert taken > DELIVERIES // 10, "what was not changed is taken"


def event(**changes: Any) -> bytes:
    whole = {"event_id": "e", "idempotency_key": "k", "event_type": "x.y", "data": {}} | changes
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def well_signed(body: bytes) -> str:
    return signed_by_sdk(body, NOW, CURRENT_SECRET)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (event(idempotency_key=...), "malformed_body"),
        (event(idempotency_key=""), "malformed_body"),
        (event(idempotency_key=7), "malformed_body"),
        (event(event_type=""), "malformed_body"),
        (b'{"event_type":"x","idempotency_key":"a","idempotency_key":"b"}', "malformed_body"),
    ],
)
def test_known_difference_of_a_body_that_the_sdk_takes(body: bytes, code: str) -> None:
    assert isinstance(theirs(body, well_signed(body)), WebhookEvent)
    assert ours(call(body, well_signed(body))) == code


def test_known_difference_of_the_unsigned_key() -> None:
    body = event()
    assert isinstance(theirs(body, well_signed(body)), WebhookEvent)
    assert ours(call(body, well_signed(body), x_invo_idempotency_key="other")) == "key_mismatch"


def spelled(change: str) -> str:
    body = event()
    header = well_signed(body)
    t, value = header.split(",")
    stamped = f"{NOW}.0"
    decimals = f"t={stamped},v1={_hmac_hex(CURRENT_SECRET, f'{stamped}.'.encode() + body)}"
    return {
        "t twice": f"t=1,{header}",
        "decimals": decimals,
        "spaces": f"{t} , {value}",
        "unknown part": f"{header},v0=00",
        "value first": f"{value},{t}",
        "nine values": ",".join((t, *["v1=" + "0" * 64] * 8, value)),
    }[change]


@pytest.mark.parametrize(
    "change", ["t twice", "decimals", "spaces", "unknown part", "value first", "nine values"]
)
def test_known_difference_of_a_header_that_the_sdk_takes(change: str) -> None:
    assert isinstance(theirs(event(), spelled(change)), WebhookEvent)
    assert ours(call(event(), spelled(change))) == "invalid_signature"


def test_known_difference_of_a_signature_outside_ascii() -> None:
    header = f"t={NOW},v1=\u00fc"
    with pytest.raises(TypeError):
        theirs(event(), header)
    assert ours(call(event(), header)) == "invalid_signature"
