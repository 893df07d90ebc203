"""Family `winupgo`: HTTP Message Signatures (RFC 9421) over a Content-Digest (RFC 9530).

One signature per request. It covers the method, the path, the digest of the body and what the
request says of itself in headers; one that leaves any of these out is refused. `alg` is
`hmac-sha256`, or `ed25519` for an integration whose secret_key is `ed25519:` and the public key in
base64.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from casino.base.headers import Headers
from casino.signing import ed25519
from casino.signing.pair import Pair
from casino.signing.scheme import (
    NO_PARTICULARS,
    Family,
    Message,
    Part,
    Particulars,
    SignatureRefusedError,
    UnsignableError,
    check_age,
    first,
    matching,
    single,
)

SELF_DESCRIPTION: Final = ("X-Idempotency-Key", "X-Brand-Id", "X-Region", "X-Provider-Id")
#: What a signature must cover.
COVERED: Final = (
    "@method",
    "@path",
    "content-digest",
    *(name.lower() for name in SELF_DESCRIPTION),
)

_HASHES: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_LABEL: Final = r"[a-z*][a-z0-9_.*-]{0,63}"
_BYTES: Final = r":([A-Za-z0-9+/]{4,1024}={0,2}):"
#: `label=("a" "b");created=1;keyid="k"`; neither a component's own parameters nor a second label.
_INPUT: Final = re.compile(
    rf'({_LABEL})=\(("[a-z0-9@-]{{1,64}}"(?: +"[a-z0-9@-]{{1,64}}"){{0,31}})\)'
    r'((?:; *[a-z*][a-z0-9_.*-]{0,31}=(?:-?\d{1,15}|"[ !#-\[\]-~]{0,256}")){1,16})',
    re.ASCII,
)
_PARAMETER: Final = re.compile(r'; *([a-z*][a-z0-9_.*-]*)=(-?\d+|"[^"]*")', re.ASCII)
_SIGNATURE: Final = re.compile(rf"({_LABEL})={_BYTES}", re.ASCII)
_DIGEST: Final = re.compile(rf"(sha-256|sha-512)={_BYTES}", re.ASCII)
_KEY_ID: Final = re.compile(r"[!-~]{1,256}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Input:
    """What a signature says of itself."""

    components: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    """In their order, each value as it was written."""
    signature: str = ""
    """In base64."""

    @property
    def line(self) -> str:
        """The value of `@signature-params`."""
        listed = " ".join(f'"{name}"' for name in self.components)
        return f"({listed})" + "".join(f";{name}={value}" for name, value in self.parameters)

    def text(self, name: str) -> str | None:
        """Return a string parameter; a number in its place is a refusal."""
        value = dict(self.parameters).get(name)
        if value is not None and not value.startswith('"'):
            raise SignatureRefusedError("invalid_signature")
        return value[1:-1] if value is not None else None

    def moment(self, name: str) -> int | None:
        """Return a parameter that is a time; a string in its place is a refusal."""
        value = dict(self.parameters).get(name)
        if value is not None and value.startswith('"'):
            raise SignatureRefusedError("invalid_signature")
        return int(value) if value is not None else None


def content_digest(body: bytes) -> str:
    """Return the header that names a body by its SHA-256."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


class WinupgoFamily(Family):
    """`Signature`, `Signature-Input` and what they cover."""

    headers = (*SELF_DESCRIPTION, "Content-Digest", "Signature-Input", "Signature")
    form = "a label, =, and base64 between colons"
    names_key = True
    key_header = "Signature-Input"
    outbound = False

    def credential(self, headers: Headers) -> str:
        """Return the key that `keyid` names; every header of the family must be there."""
        for name in self.headers:
            single(headers, name.lower(), "invalid_signature")
        return matching(_KEY_ID, _input(headers).text("keyid") or "")

    def verify(self, message: Message, pairs: Iterable[Pair], now: float) -> str:
        """Return the label of the pair that signed exactly this request."""
        given = _input(message.headers)
        if not set(COVERED) <= set(given.components):
            raise SignatureRefusedError("invalid_signature")
        base = _base(given, message)
        created, expires = given.moment("created"), given.moment("expires")
        if created is None:
            raise SignatureRefusedError("invalid_signature")
        check_age(created, now)
        if expires is not None and expires < now:
            raise SignatureRefusedError("timestamp_out_of_range")
        _check_digest(message)
        return self.label_of(pairs, message.headers, lambda _: base)

    def sign(
        self, body: bytes, pair: Pair, now: float, particulars: Particulars = NO_PARTICULARS
    ) -> dict[str, str]:
        """Return the headers; the particulars give the path and what the request says of itself.

        With a public key nothing can be signed: raises `UnsignableError`.
        """
        if pair.secret_key.startswith(ed25519.PREFIX):
            raise UnsignableError("the platform holds the public key alone")
        given = {name: particulars.headers.get(name, "-") for name in SELF_DESCRIPTION}
        if particulars.request_id:
            given["X-Idempotency-Key"] = particulars.request_id
        headers = {**given, "Content-Digest": content_digest(body)}
        parameters = ("created", f"{int(now)}"), ("keyid", f'"{pair.api_key}"')
        said = _Input(COVERED, (*parameters, ("alg", '"hmac-sha256"')))
        received = {name.lower(): [value] for name, value in headers.items()}
        base = _base(said, Message(body, received, path=particulars.path))
        mac = hmac.digest(pair.secret_key.encode(), base, "sha256")
        headers["Signature-Input"] = f"sig1={said.line}"
        headers["Signature"] = f"sig1=:{base64.b64encode(mac).decode()}:"
        return headers

    def parts(self, message: Message, secret_key: str) -> tuple[Part, ...]:
        """Return the lines of the signature base; none when Signature-Input has not its form."""
        try:
            lines = _base(_input(message.headers), message).splitlines(keepends=True)
        except SignatureRefusedError:
            return ()
        return tuple(Part(line.split(b'"')[1].decode(), line) for line in lines)

    def fits(self, signed: bytes, headers: Headers, secret_key: bytes) -> bool:
        """Tell whether the signature is that of exactly this base."""
        try:
            given = _input(headers)
            raw = _decoded(given.signature)
        except SignatureRefusedError:
            return False
        public = secret_key.startswith(ed25519.PREFIX.encode())
        if given.text("alg") not in (None, "ed25519" if public else "hmac-sha256"):
            return False
        if public:
            return ed25519.fits(signed, raw, secret_key.decode())
        return hmac.compare_digest(hmac.digest(secret_key, signed, "sha256"), raw)

    def faults(self, message: Message) -> Iterator[str]:
        """Yield what is wrong with label, components, parameters and digest."""
        said, signature = (first(message.headers, n).decode() for n in self.headers[-2:])
        match, signed = _INPUT.fullmatch(said), _SIGNATURE.fullmatch(signature)
        if match is None:
            form = 'label=("component" …);created=…;keyid="…", in lower case'
            yield f"Signature-Input: it is not {form}"
        elif signed is None or signed[1] != match[1]:
            yield f"Signature: it must be {self.form}, with the label of Signature-Input"
        else:
            components = [name.strip('"') for name in match[2].split()]
            missing = [name for name in COVERED if name not in components]
            if missing:
                yield f"Signature-Input: it does not cover {', '.join(missing)}"
            if "created" not in dict(_PARAMETER.findall(match[3])):
                yield "Signature-Input: created is missing"
            for name in components:
                if name not in ("@method", "@path", *message.headers):
                    yield f"Signature-Input: it covers {name}, which the request does not carry"
        members = re.split(r" *, *", first(message.headers, "content-digest").decode())
        if not all(map(_DIGEST.fullmatch, members)):
            yield "Content-Digest: it must be sha-256=:…: or sha-512=:…:, with base64 between"

    def names_body(self, message: Message) -> bool:
        """Tell whether Content-Digest is that of the body."""
        try:
            _check_digest(message)
        except SignatureRefusedError:
            return False
        return True

    def signed_at(self, headers: Headers) -> float | None:
        """Return the moment in `created`."""
        return _input(headers).moment("created")


def _input(headers: Headers) -> _Input:
    """Read `Signature-Input`, and see that `Signature` holds the same label."""
    match = _INPUT.fullmatch(single(headers, "signature-input", "invalid_signature"))
    if match is None:
        raise SignatureRefusedError("invalid_signature")
    components = tuple(name.strip('"') for name in match[2].split())
    parameters = tuple(_PARAMETER.findall(match[3]))
    names = [name for name, _ in parameters]
    if len(set(components)) < len(components) or len(set(names)) < len(names):
        raise SignatureRefusedError("invalid_signature")
    signature = _SIGNATURE.fullmatch(single(headers, "signature", "invalid_signature"))
    if signature is None or signature[1] != match[1]:
        raise SignatureRefusedError("invalid_signature")
    return _Input(components, parameters, signature[2])


def _base(given: _Input, message: Message) -> bytes:
    """Return the signature base of RFC 9421, section 2.5."""
    lines = [f'"{name}": {_value(name, message)}' for name in given.components]
    lines.append(f'"@signature-params": {given.line}')
    try:
        return "\n".join(lines).encode("ascii")
    except UnicodeEncodeError:
        raise SignatureRefusedError("invalid_signature") from None


def _value(name: str, message: Message) -> str:
    if name == "@method":
        return message.method
    if name == "@path":
        return message.path
    if name.startswith("@"):
        raise SignatureRefusedError("invalid_signature")
    value = single(message.headers, name, "invalid_signature")
    # A line break would forge a line, and the wallet reads the value as it came.
    if not value.isprintable() or value != value.strip():
        raise SignatureRefusedError("invalid_signature")
    return value


def _check_digest(message: Message) -> None:
    """Refuse a body that is not the one that the digests name."""
    given = single(message.headers, "content-digest", "invalid_signature")
    for member in re.split(r" *, *", given):
        match = _DIGEST.fullmatch(member)
        expected = _HASHES[match[1]](message.body).digest() if match else b""
        if match is None or not hmac.compare_digest(expected, _decoded(match[2])):
            raise SignatureRefusedError("invalid_signature")


def _decoded(text: str) -> bytes:
    """Return the bytes of canonical base64: one spelling for each."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SignatureRefusedError("invalid_signature") from None
    if base64.b64encode(raw).decode() != text:
        raise SignatureRefusedError("invalid_signature")
    return raw
