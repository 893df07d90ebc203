"""The mistakes that make a signature wrong, tried one by one until the signature fits.

A partner's engineer sees only that the signature does not match. Nearly always the secret is right,
and the sender signed other bytes than it sent, or used another encoding than the family's. So this
module makes each usual mistake on purpose, and names the one under which the signature fits.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from casino.base.headers import Headers
from casino.signing.scheme import Family, Part
from ops.signature.lines import other_lines

type Sample = tuple[str, bytes]

_BOM: Final = b"\xef\xbb\xbf"


def explain(
    scheme: Family, parts: tuple[Part, ...], headers: Headers, secret_key: str
) -> str | None:
    """Return the mistake that makes the signature fit, or `None` when no known one does."""
    key = secret_key.encode()
    whole = _joined(parts)
    for said, signed in _other_bytes(parts):
        if scheme.fits(signed, headers, key):
            return said
    for said, other in _other_secrets(secret_key):
        if scheme.fits(whole.replace(key, other) if _has_secret(parts) else whole, headers, other):
            return said
    for said, changed in _other_spellings(scheme, headers):
        if scheme.fits(whole, changed, key):
            return said
    return None


def _joined(parts: Iterable[Part], between: bytes = b"") -> bytes:
    return between.join(part.value for part in parts)


def _has_secret(parts: tuple[Part, ...]) -> bool:
    return any(part.secret for part in parts)


def _other_bytes(parts: tuple[Part, ...]) -> Iterator[Sample]:
    if parts and parts[-1].name == "@signature-params":
        yield from other_lines(parts)
    for i, part in enumerate(parts):
        if part.name == "body":
            for said, body in other_bodies(part.value):
                yield (
                    f"body: {said}",
                    _joined((*parts[:i], Part("body", body), *parts[i + 1 :])),
                )
        if "timestamp" in part.name.lower() or part.name == "t":
            for said, value in _other_times(part.value):
                changed = (*parts[:i], Part(part.name, value), *parts[i + 1 :])
                yield f"{part.name}: {said}", _joined(changed)
    if len(parts) == 1:
        return
    for i, part in enumerate(parts):
        yield f"{part.name}: it was left out", _joined((*parts[:i], *parts[i + 1 :]))
    yield "order: the pieces were joined back to front", _joined(parts[::-1])
    separator = {part.value for part in parts if part.name == "full stop"}
    pieces = tuple(part for part in parts if part.name != "full stop")
    for name, between in (("a full stop", b"."), ("a line feed", b"\n"), ("nothing", b"")):
        if between not in (separator or {b""}):
            yield f"order: the pieces were joined with {name}", _joined(pieces, between)
    if separator:
        yield "order: the pieces were joined back to front", _joined(pieces[::-1], b".")
        yield "order: … back to front, with nothing between them", _joined(pieces[::-1])


def other_bodies(body: bytes) -> Iterator[Sample]:
    yield "a line feed at its end was not signed", body.removesuffix(b"\n")
    yield "white space around it was not signed", body.strip()
    yield "a line feed at its end was signed but not sent", body + b"\n"
    yield "CR LF at its end was signed but not sent", body + b"\r\n"
    yield "it was signed with LF and sent with CR LF", body.replace(b"\r\n", b"\n")
    yield "it was signed with CR LF and sent with LF", body.replace(b"\n", b"\r\n")
    yield "a byte order mark was not signed", body.removeprefix(_BOM)
    yield "a byte order mark was signed but not sent", _BOM + body
    yield "an empty body was signed", b""
    for name in ("latin-1", "utf-16-le"):
        try:
            yield f"it was signed in {name}, not UTF-8", body.decode().encode(name)
        except UnicodeError:
            continue
    yield from _other_json(body)


def _other_json(body: bytes) -> Iterator[Sample]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    said = "the JSON was written anew before signing"
    compact, spaced = (",", ":"), (", ", ": ")
    styles: list[tuple[str, dict[str, Any]]] = [
        ("without spaces", {"separators": compact, "ensure_ascii": False}),
        ("with spaces", {"separators": spaced, "ensure_ascii": False}),
        ("without spaces, non-ASCII escaped", {"separators": compact}),
        ("with spaces, non-ASCII escaped", {"separators": spaced}),
    ]
    for name, options in styles:
        for order, sort in (("", False), (", members sorted", True)):
            text = json.dumps(value, sort_keys=sort, **options)
            yield f"{said} ({name}{order})", text.encode("utf-8", "surrogatepass")


def _other_times(value: bytes) -> Iterator[Sample]:
    if value.isdigit():
        yield "seconds were signed, milliseconds sent", value[:-3]
        yield "milliseconds were signed, seconds sent", value + b"000"
    if value.endswith(b"Z"):
        yield "it was signed with +00:00 instead of Z", value[:-1] + b"+00:00"
        yield "it was signed without its Z", value[:-1]


def _other_secrets(secret_key: str) -> Iterator[Sample]:
    yield "secret: a line feed at its end was used", f"{secret_key}\n".encode()
    yield "secret: white space around the stored one was not used", secret_key.strip().encode()
    decoders: tuple[tuple[str, Callable[[str], bytes]], ...] = (
        ("hex", bytes.fromhex),
        ("base64", lambda text: base64.b64decode(text, validate=True)),
    )
    for name, decode in decoders:
        try:
            yield f"secret: it was decoded from {name}; its text is the key", decode(secret_key)
        except (ValueError, binascii.Error):
            continue


def _other_spellings(scheme: Family, headers: Headers) -> Iterator[tuple[str, Headers]]:
    name = scheme.headers[-1]
    sent = headers[name.lower()][0]
    said = f"{name}: the signature is right, its spelling is not: it must be {scheme.form}"
    label, before, inner = sent.partition("=:")
    before, after = (label + before, ":") if before else ("", "")
    bare = (inner.removesuffix(":") if after else sent).strip().strip("\"'")
    bare = bare.removeprefix("sha256=").removeprefix("0x")
    for text in (bare, bare.lower(), bare.replace("-", "+").replace("_", "/")):
        padded = text + "=" * (-len(text) % 4)
        for spelling in (text, padded, *_transcribed(text), *_transcribed(padded)):
            yield said, {**headers, name.lower(): [f"{before}{spelling}{after}"]}


def _transcribed(text: str) -> Iterator[str]:
    """Yield hex as base64, base64 as hex, and base64 of hex as both."""
    with suppress(ValueError):
        yield base64.b64encode(bytes.fromhex(text)).decode()
    with suppress(ValueError):
        yield base64.b64decode(text, validate=True).hex()
    with suppress(ValueError):
        hex_text = base64.b64decode(text, validate=True).decode("ascii")
        yield from (hex_text, base64.b64encode(bytes.fromhex(hex_text)).decode())
