"""The report on a signed request: which bytes were signed, and the first difference.

A report holds lengths, SHA-256 sums and the names of a JSON body's members. It never holds a value
of a body, a secret, or a signature that was not sent.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casino.signing.pair import Pair
from casino.signing.scheme import (
    TOLERANCE_S,
    Family,
    Message,
    Part,
    SignatureRefusedError,
)
from ops.signature.mistakes import explain, other_bodies

_SHOWN: Final = 64
_OTHER_HEADER: Final = "headers: the signature fits, but one of them is not in the family's form"
_UNEXPLAINED: Final = (
    "bytes or secret: no known mistake explains it; compare the bytes with --signed-bytes"
)


@dataclass(frozen=True)
class Known:
    """A version of the secret, live or not."""

    pair: Pair
    live: bool


@dataclass(frozen=True)
class Request:
    """What arrived, and when it is judged."""

    scheme: Family
    message: Message
    now: float

    def parts(self, secret_key: str) -> tuple[Part, ...]:
        return self.scheme.parts(self.message, secret_key)


@dataclass(frozen=True)
class Diagnosis:
    """`verdict` is `accepted` or the hook's error code; `fits` is the version that signed."""

    verdict: str
    fits: str | None
    first_difference: str | None


def diagnose(request: Request, known: Iterable[Known]) -> Diagnosis:
    """Judge a request as a hook does, and say why not."""
    known = list(known)
    verdict, fits = _verdict(request, known), _fitting(request, known)
    label = f"{fits.pair.label}{'' if fits.live else ' (no longer live)'}" if fits else None
    if verdict == "accepted":
        return Diagnosis(verdict, label, None)
    found = _headers_difference(request, known) or _body_difference(request)
    if found is None and fits is not None:
        found = _time_difference(request) or _retired(fits) or _OTHER_HEADER
    return Diagnosis(
        verdict,
        label,
        found or _mistake(request, known) or _time_difference(request) or _UNEXPLAINED,
    )


def _verdict(request: Request, known: Iterable[Known]) -> str:
    live = [one for one in known if one.live]
    scheme, pairs = request.scheme, [one.pair for one in live]
    try:
        if scheme.names_key and scheme.credential(request.message.headers) not in _keys(live):
            return "unauthorized"
        scheme.verify(request.message, pairs, request.now)
    except SignatureRefusedError as refused:
        return refused.reason
    return "accepted"


def _keys(known: Iterable[Known]) -> set[str]:
    return {one.pair.api_key for one in known}


def _fitting(request: Request, known: Iterable[Known]) -> Known | None:
    """Return the version whose secret made the signature, whatever else is wrong."""
    for one in known:
        key = one.pair.secret_key
        signed = b"".join(part.value for part in request.parts(key))
        if key and request.scheme.fits(signed, request.message.headers, key.encode()):
            return one
    return None


def _headers_difference(request: Request, known: list[Known]) -> str | None:
    for name in request.scheme.headers:
        values = request.message.headers.get(name.lower(), ())
        if not values or not values[0]:
            return f"{name}: the header is missing"
        if len(values) > 1:
            return f"{name}: the header is there {len(values)} times"
    fault = next(request.scheme.faults(request.message), None)
    if fault is not None:
        return fault
    if request.scheme.names_key:
        key_header = request.scheme.key_header or request.scheme.headers[0]
        try:
            if request.scheme.credential(request.message.headers) not in _keys(known):
                return f"{key_header}: it names a key that is not this integration's"
        except SignatureRefusedError:
            return f"{key_header}: it is not in the family's form"
    for read in (request.scheme.signed_at, request.scheme.request_id):
        try:
            read(request.message.headers)
        except SignatureRefusedError:
            what = "time" if read == request.scheme.signed_at else "request's id"
            signature = f"{request.scheme.headers[-1]} is {request.scheme.form}"
            return f"headers: the {what} is not in the family's form ({signature})"
    return None


def _body_difference(request: Request) -> str | None:
    """Say which body a digest names that is signed in its place."""
    scheme, message = request.scheme, request.message
    if scheme.names_body(message):
        return None
    for said, body in other_bodies(message.body):
        if scheme.names_body(message._replace(body=body)):
            return f"body: {said}"
    return "body: its digest is that of other bytes; compare the bytes that were sent"


def _time_difference(request: Request) -> str | None:
    moment = request.scheme.signed_at(request.message.headers)
    oldest_s = request.scheme.oldest_s
    if moment is None or -TOLERANCE_S <= request.now - moment <= oldest_s:
        return None
    if abs(moment / 1000 - request.now) <= TOLERANCE_S:
        return "time: it is in milliseconds, seconds are wanted"
    off = round(abs(moment - request.now))
    side = "past" if moment < request.now else "future"
    allowed = f"{TOLERANCE_S} s are allowed either way"
    if oldest_s != TOLERANCE_S:
        allowed = f"{oldest_s:g} s back and {TOLERANCE_S} s ahead are allowed"
    return f"time: it lies {off} s in the {side}, {allowed}"


def _retired(fits: Known) -> str | None:
    if fits.live:
        return None
    return f"secret: the {fits.pair.label} version signed it, which is no longer live"


def _mistake(request: Request, known: Iterable[Known]) -> str | None:
    for one in known:
        key = one.pair.secret_key
        parts = request.parts(key)
        if parts[0].name == "sorted query":
            unsorted = request.message.query.encode("utf-8", "surrogatepass")
            signed = unsorted + b"".join(part.value for part in parts[1:])
            if request.scheme.fits(signed, request.message.headers, key.encode()):
                return "query: it was not in order of its names, or a name stands twice"
        said = explain(request.scheme, parts, request.message.headers, key)
        if said is not None:
            return said
    return None


def compare(parts: Iterable[Part], theirs: bytes) -> str | None:
    """Return where the bytes that somebody else signed differ first from ours."""
    offset = 0
    for part in parts:
        given = theirs[offset : offset + len(part.value)]
        if given != part.value:
            if part.secret:
                return f"secret: from byte {offset} on, where the secret stands, they differ"
            pairs = zip(part.value, given, strict=False)
            same = next((i for i, (a, b) in enumerate(pairs) if a != b), len(given))
            ours = part.value[same : same + 1]
            return (
                f"{part.name}: byte {offset + same} (byte {same} of it) is "
                f"{_byte(ours)} as received, {_byte(given[same : same + 1])} as signed"
            )
        offset += len(part.value)
    if len(theirs) > offset:
        return f"end: {len(theirs) - offset} more bytes were signed, the first is " + _byte(
            theirs[offset : offset + 1]
        )
    return None


def _byte(value: bytes) -> str:
    return f"0x{value.hex()}" if value else "missing"


def shown(parts: Iterable[Part]) -> dict[str, object]:
    """Return what was signed, for people and scripts; of a secret, that it was."""
    parts = list(parts)
    open_bytes = b"".join(part.value for part in parts if not part.secret)
    return {
        "bytes": len(open_bytes),
        "sha256": hashlib.sha256(open_bytes).hexdigest(),
        "without_the_secret": any(part.secret for part in parts),
        "body_is_signed": any(part.name in ("body", "content-digest") for part in parts),
        "parts": [_shown(part) for part in parts],
    }


def _shown(part: Part) -> dict[str, object]:
    if part.secret:
        return {"name": part.name, "shown": "not shown"}
    return {
        "name": part.name,
        "bytes": len(part.value),
        "sha256": hashlib.sha256(part.value).hexdigest(),
        "shown": _structure(part.value) if part.name == "body" else _text(part.value),
    }


def _structure(body: bytes) -> str:
    """Describe a body without a value of it."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "not JSON" if body else "empty"
    if isinstance(value, dict):
        return _text(f"JSON object: {', '.join(value)}".encode("utf-8", "surrogatepass"))
    return f"JSON {type(value).__name__}"


def _text(value: bytes) -> str:
    text = ascii(value.decode("utf-8", "replace"))[1:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
