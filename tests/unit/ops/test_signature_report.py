"""The first thing that is wrong in a signed request: every family, every usual mistake."""

import base64
import hmac
import json
from collections.abc import Callable, Iterable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, PREVIOUS, Pair
from casino.signing.scheme import Message, Particulars
from ops.signature.report import Diagnosis, Known, Request, compare, diagnose
from testing.signatures import API_KEY, BODY, NAMES, NOW, REQUEST_ID, rsa_key, secret_of

TIME = b"2025-10-17T12:03:45Z"
every_family = pytest.mark.parametrize("name", NAMES)


def signed(name: str, body: bytes = BODY, which: str = "current") -> dict[str, str]:
    """Sign as a provider with the current, the previous or another secret."""
    pair = Pair(API_KEY, secret_of(name, which))
    return family(name).sign(body, pair, NOW, Particulars(request_id=REQUEST_ID))


def request_of(
    name: str,
    headers: Iterable[tuple[str, str]],
    body: bytes = BODY,
    *,
    now: float = NOW,
    query: str = "",
) -> Request:
    return Request(family(name), Message(body, headers_of(headers), query), now)


def judged(request: Request, name: str, *, previous_lives: bool = True) -> Diagnosis:
    """Judge a request by a secret with a current and a previous version."""
    current = Pair(API_KEY, secret_of(name), CURRENT)
    previous = Pair(API_KEY, secret_of(name, "previous"), PREVIOUS)
    return diagnose(request, [Known(current, live=True), Known(previous, previous_lives)])


def differs(
    name: str, headers: Iterable[tuple[str, str]], body: bytes = BODY, query: str = ""
) -> str:
    found = judged(request_of(name, headers, body, query=query), name)
    assert found.verdict != "accepted"
    assert found.first_difference is not None
    return found.first_difference


@every_family
def test_a_request_that_differs_in_nothing_is_accepted(name: str) -> None:
    found = judged(request_of(name, signed(name).items()), name)
    assert found == Diagnosis("accepted", "current", None)


@every_family
def test_a_version_that_died_is_named(name: str) -> None:
    request = request_of(name, signed(name, which="previous").items())
    assert judged(request, name) == Diagnosis("accepted", "previous", None)
    found = judged(request, name, previous_lives=False)
    assert found.fits == "previous (no longer live)"
    assert found.first_difference == (
        "secret: the previous version signed it, which is no longer live"
    )


@every_family
def test_a_secret_that_is_not_ours_is_not_explained_away(name: str) -> None:
    headers = signed(name, which="of somebody else")
    assert differs(name, headers.items()).startswith("bytes or secret: no known mistake")


@every_family
def test_each_header_is_looked_for_in_its_turn(name: str) -> None:
    headers = signed(name)
    for header in family(name).headers:
        value = headers[header]
        rest = [pair for pair in headers.items() if pair[0] != header]
        assert differs(name, rest) == f"{header}: the header is missing"
        twice = differs(name, [*headers.items(), (header.lower(), value)])
        assert twice == f"{header}: the header is there 2 times"


@pytest.mark.parametrize("name", ["igsp", "invo", "igv-seller", "igv-merchant"])
def test_an_old_request_is_told_from_a_wrong_one(name: str) -> None:
    for now, said in ((NOW + 3600, "3600 s in the past"), (NOW - 3600, "3600 s in the future")):
        found = judged(request_of(name, signed(name).items(), now=now), name)
        assert (found.verdict, found.fits) == ("timestamp_out_of_range", "current")
        assert str(found.first_difference).startswith(f"time: it lies {said}")


def test_a_key_of_somebody_else_is_found_before_the_signature() -> None:
    headers = {**signed("igsp"), "Authorization": "Bearer another-key"}
    assert "names a key that is not this integration's" in differs("igsp", headers.items())


MISTAKES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("line feed", lambda body: body + b"\n", "body: a line feed at its end was signed"),
    ("escaped", lambda body: json.dumps(json.loads(body)).encode(), "body: the JSON was written"),
    ("latin-1", lambda body: body.decode().replace("€", "E").encode("latin-1"), "body: it was"),
    ("empty", lambda body: b"", "body: an empty body was signed"),
]


@pytest.mark.parametrize(("kind", "wrong", "said"), MISTAKES, ids=[kind for kind, *_ in MISTAKES])
@pytest.mark.parametrize("name", ["igsp", "flexsoft", "invo", "igv-merchant"])
def test_a_usual_mistake_with_the_body_is_named(
    name: str, kind: str, wrong: Callable[[bytes], bytes], said: str
) -> None:
    sent = BODY.replace("€".encode(), b"E") if kind == "latin-1" else BODY
    assert differs(name, signed(name, wrong(sent)).items(), sent).startswith(said)


def _hmac(signed: bytes, key: bytes = secret_of("igsp").encode()) -> bytes:
    return hmac.digest(key, signed, "sha256")


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
def test_a_usual_mistake_in_the_igsp_family_is_named(signature: str, said: str) -> None:
    headers = {
        "Authorization": f"Bearer {API_KEY}",
        "X-Timestamp": TIME.decode(),
        "X-Signature": signature,
    }
    assert differs("igsp", headers.items()).startswith(said)


def test_a_query_that_was_not_sorted_is_named() -> None:
    text = b"b=2&a=1" + str(int(NOW)).encode() + REQUEST_ID.encode() + BODY
    key = serialization.load_pem_private_key(rsa_key("current").encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    headers = {
        "timestamp": str(int(NOW)),
        "nonce": REQUEST_ID,
        "signature": base64.b64encode(signature).decode(),
    }
    said = differs("igv-merchant", headers.items(), query="b=2&a=1")
    assert said.startswith("query: it was not in")


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (BODY + TIME, None),
        (
            BODY.replace(b"912", b"913") + TIME,
            "body: byte 42 (byte 42 of it) is 0x32 as received, 0x33 as signed",
        ),
        (
            BODY,
            f"X-Timestamp: byte {len(BODY)} (byte 0 of it) is 0x32 as received, missing as signed",
        ),
        (BODY + TIME + b"\n", "end: 1 more bytes were signed, the first is 0x0a"),
        (b"", "body: byte 0 (byte 0 of it) is 0x7b as received, missing as signed"),
    ],
)
def test_the_bytes_that_the_sender_signed_are_compared(theirs: bytes, said: str | None) -> None:
    request = request_of("igsp", signed("igsp").items())
    assert compare(request.parts(secret_of("igsp")), theirs) == said


def test_a_difference_in_the_secret_is_told_without_showing_it() -> None:
    headers = signed("igv-seller")
    request = request_of("igv-seller", headers.items())
    theirs = (headers["X-Timestamp"] + headers["X-Request-Id"] + "another secret").encode()
    said = compare(request.parts(secret_of("igv-seller")), theirs)
    assert said == "secret: from byte 45 on, where the secret stands, they differ"
