"""Signatures by somebody else, over something else, or by another algorithm: all to be refused."""

import hashlib
import hmac
import random
import re
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512

from testing.signatures import API_KEY, Signed
from tests.abuse import seeded_rsa
from tests.abuse.requests import LABELS, a_request, decode, encode, secret, sign_bytes

_INVO: Final = re.compile(r"t=[0-9]{10}(,v1=[0-9a-f]{64})+", re.ASCII)


def with_signature(request: Signed, text: str) -> Signed | None:
    """Return the request with another signature, unless it is the same one."""
    before = request.headers[request.signature][0]
    match request.name:
        case "igv-seller":
            same = before.lower() == text.lower()
        case "invo" if _INVO.fullmatch(text):
            # Any of several values may fit: the right one may stand beside others.
            kept, (time, *values) = before.split(","), text.split(",")
            same = time == kept[0] and kept[1] in values
        case _:
            same = before == text
    return None if same else request.with_header(request.signature, text)


def other_secret(rng: random.Random, request: Signed) -> Signed | None:
    """A valid request of somebody whose secret is not live, or who has none."""
    if rng.random() < 0.5 or request.name == "igv-merchant":
        return a_request(request.name, rng, rng.choice(("retired", "stranger")))
    key = secret(request.name, rng.choice(LABELS))
    at = rng.randrange(len(key))
    near = (key[:-1], key + " ", key + "\n", key.swapcase(), key[:at] + "~" + key[at + 1 :], "")
    signed = _signed_bytes(request, key)
    raw = hmac.digest(rng.choice((*near, API_KEY)).encode(), signed, "sha256")
    return with_signature(request, encode(request.name, raw, request.headers))


def other_construction(rng: random.Random, request: Signed) -> Signed | None:
    """The right secret over the wrong bytes, or with the wrong algorithm."""
    which = rng.choice(LABELS)
    if request.name == "igv-merchant":
        return _other_rsa(rng, request, which)
    key = secret(request.name, which).encode()
    right = _signed_bytes(request, key.decode())
    if rng.random() < 0.5:
        parts = request.scheme.parts(request.message, key.decode())
        values = [part.value for part in parts]
        rng.shuffle(values)
        wrong = rng.choice((b".", b"\n", b"", b"|")).join(values[: rng.randint(0, len(values))])
        if wrong == right:
            return None
        text = sign_bytes(request.name, wrong, which, request.headers)
        return with_signature(request, text)
    raw = rng.choice(
        (
            hashlib.sha256(key + right).digest(),
            hashlib.sha256(right).digest(),
            hmac.digest(right or b"-", key, "sha256"),
            hmac.digest(key, right, "sha512")[:32],
            hmac.digest(key, right, "sha3_256"),
            hmac.digest(key, hashlib.sha256(right).digest(), "sha256"),
        )
    )
    return with_signature(request, encode(request.name, raw, request.headers))


def _other_rsa(rng: random.Random, request: Signed, which: str) -> Signed | None:
    key, right = seeded_rsa.key(which), _signed_bytes(request, secret(request.name, which))
    match rng.randrange(6):
        case 0:
            raw = key.sign(right, PSS(MGF1(SHA256()), 32), SHA256())
        case 1:
            raw = key.sign(right, PKCS1v15(), rng.choice((SHA1(), SHA512())))
        case 2:
            raw = key.sign(hashlib.sha256(right).digest(), PKCS1v15(), SHA256())
        case 3:
            raw = key.sign(right + b" ", PKCS1v15(), SHA256())
        case 4:  # congruent to the right one, and greater than the modulus
            more = int.from_bytes(decode(request)) + key.public_key().public_numbers().n
            raw = more.to_bytes(257).removeprefix(b"\x00")
        case _:
            raw = b"\x00" + decode(request)
    return with_signature(request, encode(request.name, raw, request.headers))


def _signed_bytes(request: Signed, key: str) -> bytes:
    parts = request.scheme.parts(request.message, key)
    return b"".join(part.value for part in parts)


def other_request(rng: random.Random, request: Signed) -> Signed | None:
    """The signature of another valid request, or of another family."""
    if rng.random() < 0.5:
        other = a_request(request.name, rng)
        if other.body == request.body:
            return None  # in a family whose other pieces travel with the signature, it is valid
        return with_signature(request, other.headers[other.signature][0])
    names = [name for name in ("igsp", "flexsoft", "invo", "igv-seller") if name != request.name]
    other = a_request(rng.choice(names), rng)
    return with_signature(request, other.headers[other.signature][0])


def no_version(rng: random.Random, request: Signed) -> Signed | None:
    """A valid request when the version that signed it is no longer live."""
    label = request.verify()
    kept = tuple(version for version in request.versions if version.label != label)
    return replace(request, versions=kept if rng.random() < 0.5 else ())
