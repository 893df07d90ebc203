"""Each family against an implementation that shares nothing with it, on random bodies.

ORACLE says how many; `make abuse` takes 10,000.

The strings to sign are put together here from the words of the contract; the HMACs come from the
openssl command line, the `t=,v1=` form from Stripe's library, RSA from RFC 8017 and openssl.
"""

import base64
import hashlib
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from stripe import SignatureVerificationError, WebhookSignature

from casino.signing.scheme import SignatureRefusedError
from testing.signatures import Signed, openssl
from tests.abuse import seeded_rsa
from tests.abuse.requests import a_request, secret
from tests.abuse.rsa_oracle import agree, text_of

REQUESTS = int(os.environ.get("ORACLE", "2000"))
_DIGEST = re.compile(rb"\((.*?)\)= ([0-9a-f]{64})\n")


def _requests(name: str, seed: str) -> list[Signed]:
    rng = random.Random(f"oracle/{name}/{seed}")
    return [a_request(name, rng, "current") for _ in range(REQUESTS)]


def _hmacs(folder: Path, key: str, texts: list[bytes]) -> list[str]:
    """Return what openssl computes, a thousand files at a time."""
    digests: dict[str, str] = {}
    for i, text in enumerate(texts):
        (folder / str(i)).write_bytes(text)
    names = [str(folder / str(i)) for i in range(len(texts))]
    for start in range(0, len(names), 1000):
        options = ("-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.encode().hex()}")
        said = openssl("dgst", *options, *names[start : start + 1000])
        digests |= {name.decode(): digest.decode() for name, digest in _DIGEST.findall(said)}
    return [digests[name] for name in names]


def _igsp(request: Signed) -> bytes:
    return request.body + request.headers["x-timestamp"][0].encode()


def _flexsoft(request: Signed) -> bytes:
    return request.body


def _seller(request: Signed) -> bytes:
    timestamp, request_id = (request.headers[name][0] for name in ("x-timestamp", "x-request-id"))
    return (timestamp + request_id + secret("igv-seller", "current")).encode()


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("igsp", _igsp, lambda digest: digest),
        ("flexsoft", _flexsoft, lambda digest: base64.b64encode(bytes.fromhex(digest)).decode()),
        ("igv-seller", _seller, lambda digest: digest),
    ],
)
def test_openssl_computes_the_same_signatures(
    name: str,
    text: Callable[[Signed], bytes],
    written: Callable[[str], str],
    tmp_path: Path,
) -> None:
    requests = _requests(name, "openssl")
    theirs = _hmacs(tmp_path, secret(name, "current"), [text(request) for request in requests])
    different = [
        request
        for request, digest in zip(requests, theirs, strict=True)
        if request.headers["x-signature"][0] != written(digest)
    ]

    assert (len(requests), different) == (REQUESTS, [])


def _stripe_accepts(request: Signed, header: str) -> bool:
    try:
        WebhookSignature.verify_header(request.body, header, secret("invo", "current"))
    except SignatureVerificationError:
        return False
    return True


def _ours_accepts(request: Signed, header: str) -> bool:
    try:
        return request.with_header("x-invo-signature", header).verify() == "current"
    except SignatureRefusedError:
        return False


def test_stripe_accepts_what_we_sign_and_signs_what_we_accept() -> None:
    key, disagreed = secret("invo", "current"), []
    for request in _requests("invo", "stripe"):
        ours = request.headers["x-invo-signature"][0]
        at = int(ours[2:12])
        theirs = WebhookSignature.generate_signature_header(request.body.decode(), key, at)
        if not (_stripe_accepts(request, ours) and _ours_accepts(request, theirs)):
            disagreed.append(request)

    assert disagreed == []


def test_stripe_and_we_agree_on_headers_with_several_values() -> None:
    rng, verdicts = random.Random("several"), []
    for request in _requests("invo", "several"):
        t, value = request.headers["x-invo-signature"][0].split(",")
        near = value[:-1] + rng.choice("0123456789abcdef")
        values = [rng.choice((value, near, f"v1={rng.randbytes(32).hex()}")) for _ in range(2)]
        header = ",".join((t, *values))
        verdicts.append((_stripe_accepts(request, header), _ours_accepts(request, header)))

    assert all(theirs == ours for theirs, ours in verdicts)
    assert {theirs for theirs, _ in verdicts} == {True, False}


def _rfc8017(text: bytes, size: int) -> int:
    """EMSA-PKCS1-v1_5 of SHA-256, section 9.2, as a number."""
    algorithm = bytes.fromhex("3031300d060960864801650304020105000420")
    ending = algorithm + hashlib.sha256(text).digest()
    padding = b"\xff" * (size - len(ending) - 3)
    return int.from_bytes(b"\x00\x01" + padding + b"\x00" + ending)


def test_rsa_signatures_are_those_of_rfc_8017() -> None:
    numbers = seeded_rsa.key("current").public_key().public_numbers()
    different = []
    for request in _requests("igv-merchant", "rfc"):
        value = int.from_bytes(base64.b64decode(request.headers["signature"][0]))
        if pow(value, numbers.e, numbers.n) != _rfc8017(text_of(request), 256):
            different.append(request)

    assert different == []


def test_openssl_verifies_our_rsa_signatures_and_we_verify_its() -> None:
    assert agree(0, 200) == 200
