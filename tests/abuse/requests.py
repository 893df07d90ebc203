"""Random valid requests of every family: what the mutants are made from."""

import base64
import hashlib
import hmac
import json
import random
import string
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.scheme import Particulars
from testing.signatures import NAMES, NOW, PATH, Signed, live
from tests.abuse import seeded_rsa

#: WinUpGo's other algorithm: a public key instead of a secret.
ED25519: Final = "winupgo+ed25519"
#: What the campaign attacks.
KINDS: Final = (*NAMES, ED25519)
LABELS: Final = ("current", "pending", "previous")
_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_TEXT: Final = _ALPHANUMERIC + ' "\\/{}[]:,.-_\t\n\u00fc\u20ac\u0130\u4e2d\U0001f3b0'


def ed25519_key(which: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(which.encode()).digest())


def secret(name: str, which: str) -> str:
    """Return a secret of a family; the RSA family's is a key in PEM, Ed25519's a public key."""
    if name == ED25519:
        public = ed25519_key(which).public_key().public_bytes_raw()
        return f"ed25519:{base64.b64encode(public).decode()}"
    if name == "igv-merchant":
        return seeded_rsa.pem(which)
    return hashlib.sha256(f"{name}/{which}".encode()).hexdigest()[:32]


def a_word(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choices(_ALPHANUMERIC, k=rng.randint(least, most)))


def a_body(rng: random.Random) -> bytes:
    """Return a body: a JSON object as a hook sends it, now and then none at all."""
    if rng.random() < 0.05:
        return b""
    fields: dict[str, object] = {
        "action": rng.choice(("balance", "bet", "win", "refund")),
        "player_id": "".join(rng.choices(_TEXT, k=rng.randint(1, 20))),
        "amount": rng.randint(0, 10**6) / 100,
        "transaction_id": a_word(rng, 8, 36),
        "finished": rng.random() < 0.5,
    }
    text = json.dumps(fields, ensure_ascii=rng.random() < 0.5)
    return text.encode() + rng.choice((b"", b"", b"\n", b"\r\n"))


def a_request(name: str, rng: random.Random, which: str | None = None) -> Signed:
    """Return a request that one of the three live versions signed, or `which`."""
    body = a_body(rng)
    query = ""
    if name == "igv-merchant":
        names = sorted({a_word(rng, 1, 8) for _ in range(rng.randint(0, 4))})
        rng.shuffle(names)
        query = "&".join(f"{word}={a_word(rng, 0, 12)}" for word in names)
    particulars = Particulars(query, a_word(rng, 6, 32), PATH)
    which = which or rng.choice(LABELS)
    key = secret(name, which)
    at = NOW + rng.randint(-250, 250)
    # Nothing is signed with a public key: what stands there first is sealed anew.
    first = live("current", "another" if name == ED25519 else key)
    headers = family(name.partition("+")[0]).sign(body, first, at, particulars)
    versions = tuple(live(label, secret(name, label)) for label in LABELS)
    request = Signed(name, body, headers_of(headers.items()), versions, NOW, query)
    return _sealed(request, which) if name == ED25519 else request


def _sealed(request: Signed, which: str) -> Signed:
    said = request.headers["signature-input"][0].replace("hmac-sha256", "ed25519")
    request = request.with_header("signature-input", said)
    base = b"".join(part.value for part in request.scheme.parts(request.message, ""))
    return request.with_header("signature", sign_bytes(request.name, base, which, {}))


def sign_bytes(name: str, signed: bytes, which: str, headers: Mapping[str, list[str]]) -> str:
    """Return the text of the signature's header for these very bytes."""
    if name == "igv-merchant":
        return encode(name, seeded_rsa.key(which).sign(signed, PKCS1v15(), SHA256()), headers)
    if name == ED25519:
        return encode(name, ed25519_key(which).sign(signed), headers)
    return encode(name, hmac.digest(secret(name, which).encode(), signed, "sha256"), headers)


def decode(request: Signed) -> bytes:
    """Return the raw bytes of the signature that a request carries."""
    text = request.headers[request.signature][0]
    if request.name in ("flexsoft", "igv-merchant"):
        return base64.b64decode(text)
    if request.name.startswith("winupgo"):
        return base64.b64decode(text.removeprefix("sig1=:").removesuffix(":"))
    return bytes.fromhex(text.partition(",v1=")[2] or text)


def encode(name: str, raw: bytes, headers: Mapping[str, list[str]]) -> str:
    """Return raw bytes in the spelling of a family; `headers` give Invo's time."""
    if name in ("flexsoft", "igv-merchant"):
        return base64.b64encode(raw).decode()
    if name.startswith("winupgo"):
        return f"sig1=:{base64.b64encode(raw).decode()}:"
    if name == "invo":
        return headers["x-invo-signature"][0].partition(",")[0] + ",v1=" + raw.hex()
    return raw.hex()
