"""Requests that are one step away from a valid one; not one of them may be accepted.

A mutation returns `None` when what it made is the same request after all: a hex digit in the other
case (`igv-seller`), a right value beside others (`invo`), a body that this family does not sign, a
query in another order.
"""

import base64
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from casino.signing.scheme import TOLERANCE_S
from testing.signatures import API_KEY, Signed
from tests.abuse.forgeries import (
    no_version,
    other_construction,
    other_request,
    other_secret,
    with_signature,
)
from tests.abuse.requests import a_word, decode, encode, sign_bytes
from tests.abuse.rfc9421 import INPUT, unless_same
from tests.abuse.structured import changed_input, changed_text, other_algorithm
from tests.abuse.well_signed import well_signed

type Mutation = Callable[[random.Random, Signed], Signed | None]

_ODD: Final = " \t\n\r\x00\x7f=+/-_.,:;'\"\u00fc\uff11\u0663\u0430\ufeff\ud800\U0001f3b0"
_HEX: Final = "0123456789abcdefABCDEF"
#: Headers that are not signed: another value of them is another request, not a forged one.
_FREE: Final = ("x-invo-idempotency-key",)
_KEYS: Final = ("authorization", "x-public-key")


def _edited(rng: random.Random, text: str) -> str:
    """Return a text with one to three characters changed, added, dropped, or swapped."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        other = rng.choice(rng.choice((_HEX, _ODD, text or _HEX)))
        match rng.randrange(6):
            case 0:
                text = text[:at] + other + text[at + 1 :]
            case 1:
                text = text[:at] + other + text[at:]
            case 2:
                text = text[:at] + text[at + 1 :]
            case 3:
                text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
            case 4:
                text = text[:at]
            case _:
                text = text + text[at:] + other
    return text


def edited_signature(rng: random.Random, request: Signed) -> Signed | None:
    return with_signature(request, _edited(rng, request.headers[request.signature][0]))


def flipped_bits(rng: random.Random, request: Signed) -> Signed | None:
    raw = bytearray(decode(request))
    for _ in range(rng.randint(1, 8)):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return with_signature(request, encode(request.name, bytes(raw), request.headers))


def random_signature(rng: random.Random, request: Signed) -> Signed | None:
    size = len(decode(request))
    raw = rng.choice((rng.randbytes(size), bytes(size), b"\xff" * size, rng.randbytes(size - 1)))
    return with_signature(request, encode(request.name, raw, request.headers))


def other_spelling(rng: random.Random, request: Signed) -> Signed | None:
    """The right signature, written in a way that is not the family's."""
    raw, text = decode(request), request.headers[request.signature][0]
    plain = base64.b64encode(raw).decode()
    spelled = rng.choice(
        (
            raw.hex(),
            raw.hex().upper(),
            text.upper(),
            text.swapcase(),
            plain,
            plain.rstrip("="),
            plain + "=",
            base64.urlsafe_b64encode(raw).decode().rstrip("=") + "_",
            base64.b32encode(raw).decode(),
            base64.b64encode(text.encode()).decode(),
            str(int.from_bytes(raw)),
            raw.decode("latin-1"),
            raw.hex(" "),
            *(f"{before}{text}{after}" for before, after in _WRAPPINGS),
            text.translate(_FULL_WIDTH),
            text[::-1],
            text[1:] + text[0],
            text + text,
            f"{text},{text}",
            "\n".join((text[:32], text[32:])),
            "",
        )
    )
    return with_signature(request, spelled)


_WRAPPINGS: Final = (
    ("", " "),
    (" ", ""),
    ("", "\n"),
    ("", "\x00"),
    ('"', '"'),
    ("0x", ""),
    ("sha256=", ""),
    ("v1=", ""),
    ("\ufeff", ""),
    ("%20", ""),
    ("", "\u200b"),
    ("", ";"),
)
_FULL_WIDTH: Final = {ord(c): ord(c) - 0x20 + 0xFF00 for c in "0123456789abcdefABCDEF"}


def changed_body(rng: random.Random, request: Signed) -> Signed | None:
    if request.name == "igv-seller":
        return None
    body, at = request.body, rng.randrange(len(request.body) + 1)
    byte = rng.randbytes(1)
    changed = rng.choice(
        (
            body[:at] + byte + body[at:],
            body[:at] + byte + body[at + 1 :],
            body[:at] + body[at + 1 :],
            body[:at],
            body + b"\n",
            body.strip(),
            body.swapcase(),
            b"\xef\xbb\xbf" + body,
            body + body,
            body.decode().encode("utf-16"),
            _rewritten(body),
            b"",
        )
    )
    return None if changed == body else replace(request, body=changed)


def _rewritten(body: bytes) -> bytes:
    return json.dumps(json.loads(body), separators=(",", ":")).encode() if body else b"{}"


def changed_header(rng: random.Random, request: Signed) -> Signed | None:
    """A header that is missing, doubled, empty, huge, or another text."""
    free = [name for name in _FREE if name in request.headers]
    name = rng.choice([*request.scheme.headers, *free]).lower()
    value = request.headers[name][0]
    how = rng.randrange(7)
    if how == 0:
        # Without a header that may be missing it is another request, not a forged one.
        return None if name in _FREE else request.without(name)
    if how < 3:
        return request.with_header(name, value, value if how == 1 else _edited(rng, value))
    other = rng.choice(("", " ", value * 40, rng.choice(_ODD), "9" * 5000))
    text = _edited(rng, value) if how > 4 else other
    if name == request.signature:
        return with_signature(request, text)
    if name in _KEYS:
        text = "Bearer " * (name == "authorization") + API_KEY + rng.choice("xyz\u00fc\ud800\x00")
    if text == value or (name in _FREE and text.isascii() and text.isprintable()):
        return None
    changed = request.with_header(name, text)
    return unless_same(request, changed) if name == INPUT else changed


def other_clock(rng: random.Random, request: Signed) -> Signed | None:
    """A request that is valid but for the time that has passed, or has not."""
    moment = request.scheme.signed_at(request.headers)
    if moment is None:
        return None
    away = rng.choice((0.001, 1, 60, rng.uniform(0.001, 10**9)))
    early, late = moment - TOLERANCE_S - away, moment + request.scheme.oldest_s + away
    return replace(request, now=rng.choice((early, late)))


def moved_boundary(rng: random.Random, request: Signed) -> Signed | None:
    """The same signed bytes, cut elsewhere: only the form of the pieces tells."""
    match request.name:
        case "igsp":
            stamp, count = request.headers["x-timestamp"][0], rng.randint(1, 20)
            moved = request.with_header("x-timestamp", stamp[count:])
            return replace(moved, body=request.body + stamp[:count].encode())
        case "igv-seller":
            names = ("x-timestamp", "x-request-id")
        case "igv-merchant" if rng.random() < 0.5:
            nonce = request.headers["nonce"][0]
            cut = rng.randrange(len(nonce))
            moved = request.with_header("nonce", nonce[:cut])
            return replace(moved, body=nonce[cut:].encode() + request.body)
        case "igv-merchant":
            names = ("timestamp", "nonce")
        case _:
            return None
    first, second = (request.headers[name][0] for name in names)
    both = first + second
    cut = rng.choice([at for at in range(len(both)) if at != len(first)])
    return request.with_header(names[0], both[:cut]).with_header(names[1], both[cut:])


def other_query(rng: random.Random, request: Signed) -> Signed | None:
    """Another query than the one that was signed; in another order it is the same."""
    query = request.query
    if request.name != "igv-merchant":
        return None
    other = rng.choice((_edited(rng, query), f"{query}&a=1", f"{query}&", query[1:], "zz=1"))
    same = sorted(other.split("&")) == sorted(query.split("&"))
    return None if same else replace(request, query=other)


def left_out(rng: random.Random, request: Signed) -> Signed | None:
    """Well signed with a live secret, but without one of the components that a family demands."""
    if not request.name.startswith("winupgo"):
        return None
    given = request.headers["signature-input"][0]
    components = re.findall(r'"([a-z@-]+)"', given.partition(")")[0])
    kept = rng.sample(components, rng.randrange(len(components)))
    listed = " ".join(f'"{name}"' for name in kept or components[:1])
    said = f"sig1=({listed}){given.partition(')')[2]}"
    fewer = request.with_header("signature-input", said)
    parts = fewer.scheme.parts(fewer.message, "")
    text = sign_bytes(request.name, b"".join(part.value for part in parts), "current", {})
    return fewer.with_header("signature", text)


def other_target(rng: random.Random, request: Signed) -> Signed | None:
    """The same signed request, sent to another resource."""
    if not request.name.startswith("winupgo"):
        return None
    path = request.path.rpartition("/")[0]
    other = rng.choice(("/settle", "/rollback", "", "/", "/authorize/", "/authorize?x=1"))
    return replace(request, path=path + other)


def garbage(rng: random.Random, request: Signed) -> Signed | None:
    """Nothing in the headers is as it should be."""
    headers = {name.lower(): [a_word(rng, 0, 80) + rng.choice(_ODD)] for name in request.headers}
    return replace(request, headers=headers)


#: Each mutation with how often it is used: those that sign with RSA are a hundred times as slow.
MUTATIONS: Final[dict[Mutation, int]] = {
    edited_signature: 20,
    flipped_bits: 15,
    random_signature: 5,
    other_spelling: 15,
    changed_body: 20,
    changed_header: 20,
    other_clock: 10,
    moved_boundary: 5,
    other_query: 5,
    left_out: 3,
    other_target: 2,
    other_secret: 3,
    other_construction: 3,
    other_request: 2,
    no_version: 1,
    garbage: 2,
    changed_input: 15,
    changed_text: 10,
    other_algorithm: 8,
    well_signed: 15,
}
