"""`ops verify-signature` names the usual mistakes of whoever signs."""

import base64
import hmac
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from testing.signatures import API_KEY, BODY, NOW, REQUEST_ID, rsa_key, secret_of
from tests.functional.ops.signer import Signer

MISTAKES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("line feed", lambda body: body + b"\n", "body: a line feed at its end was signed"),
    ("escaped", lambda body: json.dumps(json.loads(body)).encode(), "body: the JSON was written"),
    ("latin-1", lambda body: body.decode().replace("€", "E").encode("latin-1"), "body: it was"),
    ("empty", lambda body: b"", "body: an empty body was signed"),
]


@pytest.mark.parametrize(("kind", "wrong", "said"), MISTAKES, ids=[kind for kind, *_ in MISTAKES])
@pytest.mark.parametrize("console", ["igsp", "flexsoft", "invo", "igv-merchant"], indirect=True)
def test_a_usual_mistake_with_the_body_is_named(
    console: Signer, kind: str, wrong: Callable[[bytes], bytes], said: str
) -> None:
    sent = BODY.replace("€".encode(), b"E") if kind == "latin-1" else BODY

    assert console.differs(console.sign(wrong(sent)), sent).startswith(said)


def _igsp(signature: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {API_KEY}",
        "X-Timestamp": "2025-10-17T12:03:45Z",
        "X-Signature": signature,
    }


def _hmac(signed: bytes, key: bytes = secret_of("igsp").encode()) -> bytes:
    return hmac.digest(key, signed, "sha256")


TIME = b"2025-10-17T12:03:45Z"


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        (_hmac(BODY + TIME).hex().upper(), "X-Signature: the signature is right, its spelling"),
        (base64.b64encode(_hmac(BODY + TIME)).decode(), "X-Signature: the signature is right"),
        ("sha256=" + _hmac(BODY + TIME).hex(), "X-Signature: the signature is right, its spelling"),
        (_hmac(BODY).hex(), "X-Timestamp: it was left out"),
        (_hmac(TIME + BODY).hex(), "order: the pieces were joined back to front"),
        (_hmac(BODY + b"." + TIME).hex(), "order: the pieces were joined with a full stop"),
        (_hmac(BODY + TIME[:-1] + b"+00:00").hex(), "X-Timestamp: it was signed with +00:00"),
        (
            _hmac(BODY + TIME, secret_of("igsp").encode() + b"\n").hex(),
            "secret: a line feed at its end was used",
        ),
    ],
)
def test_a_usual_mistake_in_the_igsp_family_is_named(
    console: Signer, signature: str, said: str
) -> None:
    assert console.differs(_igsp(signature)).startswith(said)


@pytest.mark.parametrize("console", ["igv-merchant"], indirect=True)
def test_a_query_that_was_not_sorted_is_named(console: Signer) -> None:
    text = b"b=2&a=1" + str(int(NOW)).encode() + REQUEST_ID.encode() + BODY
    key = serialization.load_pem_private_key(rsa_key("current").encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    headers = {
        "timestamp": str(int(NOW)),
        "nonce": REQUEST_ID,
        "signature": base64.b64encode(signature).decode(),
    }

    assert console.differs(headers, BODY, "--query", "b=2&a=1").startswith("query: it was not in")
    signed = console.sign(BODY, "--query", "b=2&a=1")
    assert console.verify(signed, BODY, "--query", "b=2&a=1")[0] == 0
