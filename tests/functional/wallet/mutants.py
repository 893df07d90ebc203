"""Requests that somebody tampered with after they were signed, or signed wrongly.

Everything is generated from a seed, so each run sends the same mutants.
"""

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casino.dialects.igsp.signature import signature
from testing.hooks import API_KEY, SECRET_KEY, proxy_event, signed_headers

type Sent = dict[str, str | list[str]]

UNAUTHENTIC = frozenset({401, 403})
HOSTILE = frozenset({400, 413, 422})


@dataclass(frozen=True)
class Mutant:
    """One request that must be refused with one of `statuses`."""

    name: str
    body: bytes
    headers: Sent
    statuses: frozenset[int] = UNAUTHENTIC
    encoded: bool | None = None
    """Whether it is said to be base64; `None` is the truth: what is no UTF-8 must be."""

    def event(self) -> dict[str, Any]:
        encoded = self.encoded
        body = self.body
        if encoded is None:
            encoded = not _is_utf8(body)
            body = base64.b64encode(body) if encoded else body
        return proxy_event(body, self.headers) | {"isBase64Encoded": encoded}

    def identity(self) -> bytes:
        """Tell mutants apart, so that none is counted twice."""
        parts = (self.body, self.headers, self.encoded)
        return hashlib.sha256(repr(parts).encode()).digest()


def hostile(name: str, body: bytes) -> Mutant:
    """Return a body that is signed as it should be, and is no hook."""
    return Mutant(name, body, dict(signed_headers(body)), HOSTILE)


def tampered(body: bytes, dice: random.Random) -> Iterator[Mutant]:
    """Yield every way to touch the signed request `body`."""
    headers: Sent = dict(signed_headers(body))
    yield from _flipped_bits(body, headers)
    yield from _edited_bodies(body, headers, dice)
    yield from _rewritten_signatures(body, headers)
    yield from _repeated_headers(body, headers)
    yield from _wrong_clocks(body, dice)
    yield from _other_signatures(body, dice)
    yield from _moved_bytes(body, str(headers["X-Timestamp"]))
    yield from _base64_lies(body, headers)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _flipped_bits(body: bytes, headers: Sent) -> Iterator[Mutant]:
    for bit in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        yield Mutant("flipped bit of the body", bytes(flipped), headers)
    for name, kept in (("X-Signature", ""), ("X-Timestamp", ""), ("Authorization", "Bearer ")):
        value = str(headers[name]).removeprefix(kept)
        for bit in range(len(value) * 8):
            place = bit // 8
            other = chr(ord(value[place]) ^ 1 << bit % 8)
            changed = kept + value[:place] + other + value[place + 1 :]
            yield Mutant(f"flipped bit of {name}", body, headers | {name: changed})


def _edited_bodies(body: bytes, headers: Sent, dice: random.Random) -> Iterator[Mutant]:
    for _ in range(1_000):
        edited = bytearray(body)
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(edited))
            match dice.randrange(4):
                case 0:
                    edited[place] = dice.randrange(256)
                case 1:
                    edited.insert(place, dice.randrange(256))
                case 2:
                    del edited[place]
                case _:
                    edited[place : place + 8] = reversed(edited[place : place + 8])
        if bytes(edited) != body:
            yield Mutant("edited body", bytes(edited), headers)
    for extra in (b" ", b"\n", b"\x00", b"}", b"\xef\xbb\xbf"):
        yield Mutant("body with something after it", body + extra, headers)
        yield Mutant("body with something before it", extra + body, headers)
    yield Mutant("empty body", b"", headers)


def _rewritten_signatures(body: bytes, headers: Sent) -> Iterator[Mutant]:
    good = str(headers["X-Signature"])
    raw = bytes.fromhex(good)
    zeros = [0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE]
    foreign = [
        good.translate({ord("0") + digit: zero + digit for digit in range(10)}) for zero in zeros
    ]
    wide = good.translate({ord(letter): ord(letter) + 0xFEE0 for letter in "abcdef"})
    around = [left + good + right for left in " \t\n\x00\"'" for right in ("", left)]
    others = [
        good.upper(),
        good.capitalize(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        base64.b64encode(good.encode()).decode(),
        raw.decode("latin-1"),
        "0x" + good,
        "sha256=" + good,
        "v1=" + good,
        good[::-1],
        good + good,
        f"{good},{good}",
        ":".join(good[i : i + 2] for i in range(0, 64, 2)),
        good.encode().hex(),
        "0" * 64,
        "",
        "null",
    ]
    cuts = [good[:length] for length in range(1, 64)] + [good[start:] for start in range(1, 64)]
    pads = [good + "0" * extra for extra in range(1, 9)]
    for value in sorted({*foreign, wide, *around, *others, *cuts, *pads} - {good}):
        yield Mutant("signature in another form", body, headers | {"X-Signature": value})


def _repeated_headers(body: bytes, headers: Sent) -> Iterator[Mutant]:
    for name, good in headers.items():
        yield Mutant(f"no {name}", body, {k: v for k, v in headers.items() if k != name})
        for other in (str(good), "x", "", str(good) + " "):
            for pair in ([str(good), other], [other, str(good)], [str(good), other, str(good)]):
                yield Mutant(f"{name} sent more than once", body, headers | {name: pair})
            twice = headers | {name.lower(): other}
            yield Mutant(f"{name} in two spellings", body, twice)


def _wrong_clocks(body: bytes, dice: random.Random) -> Iterator[Mutant]:
    now = time.time()
    for _ in range(200):
        off = dice.choice([-1, 1]) * (400 + 10 ** dice.uniform(0, 8))
        yield Mutant("another time", body, dict(signed_headers(body, at=now + off)))
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    writings = [
        stamp,
        f"{stamp}z",
        f"{stamp}+01:00",
        f"{stamp}-00:00",
        f"{stamp}Z ",
        f" {stamp}Z",
        f"{stamp}Z\n",
        f"{stamp}.Z",
        stamp.replace("T", " ") + "Z",
        stamp.replace("-", "") + "Z",
        str(int(now)),
        f"{now * 1000:.0f}",
        "now",
        "",
        "NaN",
        "9999-99-99T99:99:99Z",
        "0000-00-00T00:00:00Z",
        f"+{stamp}Z",
        f"{stamp}.{'0' * 400}Z",
    ]
    for text in writings:
        headers: Sent = dict(signed_headers(body))
        headers |= {"X-Timestamp": text, "X-Signature": signature(body, text, SECRET_KEY)}
        yield Mutant("timestamp in another form", body, headers)


def _other_signatures(body: bytes, dice: random.Random) -> Iterator[Mutant]:
    headers: Sent = dict(signed_headers(body))
    stamp, key = str(headers["X-Timestamp"]), SECRET_KEY.encode()
    for _ in range(200):
        secret = dice.randbytes(dice.randint(0, 40)).hex()
        wrong: Sent = dict(signed_headers(body, secret_key=secret))
        yield Mutant("another secret", body, wrong)
        yield Mutant(
            "a random signature", body, headers | {"X-Signature": dice.randbytes(32).hex()}
        )
    for secret in ("", API_KEY, SECRET_KEY[:-1], SECRET_KEY + "0", SECRET_KEY.upper()):
        yield Mutant("a secret nearby", body, dict(signed_headers(body, secret_key=secret)))
    message = body + stamp.encode()
    texts = [stamp.encode() + body, body, stamp.encode(), body + b"." + stamp.encode(), b""]
    values = [hmac.new(key, text, "sha256").hexdigest() for text in texts]
    values += [hmac.new(message, key, "sha256").hexdigest()]
    values += [hmac.new(key, message, name).hexdigest() for name in ("md5", "sha1", "sha512")]
    values += [hmac.new(key, message, "sha512").hexdigest()[:64]]
    values += [hashlib.sha256(text).hexdigest() for text in (message, key + message, message + key)]
    for value in values:
        yield Mutant("another signed string", body, headers | {"X-Signature": value})


def _moved_bytes(body: bytes, stamp: str) -> Iterator[Mutant]:
    """Nothing separates body from timestamp: what is signed stays the same here."""
    headers: Sent = dict(signed_headers(body))
    for cut in range(1, len(stamp) + 1):
        moved = headers | {"X-Timestamp": stamp[cut:]}
        yield Mutant("timestamp moved into the body", body + stamp[:cut].encode(), moved)
    for cut in range(1, len(body)):
        if body[-cut] & 0xC0 != 0x80:
            moved = headers | {"X-Timestamp": body[-cut:].decode() + stamp}
            yield Mutant("body moved into the timestamp", body[:-cut], moved)


def _base64_lies(body: bytes, headers: Sent) -> Iterator[Mutant]:
    statuses = UNAUTHENTIC | {400}
    encoded = base64.b64encode(body)
    for name, text, flag in (
        ("text said to be base64", body, True),
        ("base64 said to be text", encoded, False),
        ("base64 twice", base64.b64encode(encoded), True),
        ("base64 with a line break", encoded[:40] + b"\n" + encoded[40:], True),
        ("base64 with something after it", encoded + b"=", True),
        ("base64 cut short", encoded[:-3], True),
        ("base64 of another alphabet", base64.b32encode(body), True),
        ("base64 that is not ASCII", "é".encode() + encoded, True),
    ):
        yield Mutant(name, text, headers, statuses, encoded=flag)
        if not flag or name == "text said to be base64":
            continue
        yield Mutant(f"{name}, signed so", text, dict(signed_headers(text)), statuses, encoded=flag)
