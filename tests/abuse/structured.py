"""WinUpGo's structured fields: what RFC 9421 and RFC 9530 let an attacker write in another way."""

import base64
import hmac
import random
from typing import Final

from casino.signing.scheme import TOLERANCE_S
from testing.signatures import Signed
from tests.abuse.requests import LABELS, secret, sign_bytes
from tests.abuse.rfc9421 import INPUT, Said, lines_of, said, unless_same


def changed_input(rng: random.Random, request: Signed) -> Signed | None:
    """Other components, parameters or labels than those that were signed."""
    if not request.name.startswith("winupgo"):
        return None
    before = said(request)
    after = rng.choice((_components, _components, _parameters, _parameters, _label))(rng, before)
    return unless_same(request, after.put(request))


def changed_text(rng: random.Random, request: Signed) -> Signed | None:
    """The same structure, spelled in a way that a reader of structured fields might take."""
    if not request.name.startswith("winupgo"):
        return None
    name = rng.choice((INPUT, "signature", "content-digest"))
    text = request.headers[name][0]
    member = rng.choice((text, f"x{text}", text.replace("sig1", "sig2"), "sig2=()", "sig2", ""))
    other = rng.choice(
        (
            f"{text}, {member}",
            f"{member},{text}",
            f"{member} {text}",
            f"({text})",
            f"{text};a",
            f"{text}\t",
            f"{text},",
            text.swapcase(),
            text.replace("=", " = ", 1),
            text.replace('"', "'"),
            text.replace('"', ""),
            text.replace(":", ""),
            text.replace(":", '"'),
            text.replace("(", "(("),
            text.replace(" ", "\t"),
            text.replace(" ", ","),
            text.replace(";", " ;"),
            text.replace("=", ":", 1),
        )
    )
    if rng.random() < 0.2:
        return request.with_header(name, text, member)
    return unless_same(request, request.with_header(name, other))


def other_algorithm(rng: random.Random, request: Signed) -> Signed | None:
    """The key of one algorithm as that of the other."""
    if not request.name.startswith("winupgo"):
        return None
    which, before = rng.choice(LABELS), said(request)
    names = ('alg="hmac-sha256"', 'alg="ed25519"', 'alg="rsa-v1_5-sha256"', 'alg=""', 'alg="none"')
    kept = tuple(each for each in before.parameters if not each.startswith("alg"))
    alg = rng.choice((*names, ""))
    after = before._replace(parameters=(*kept, alg) if alg else kept)
    base = "\n".join(lines_of(request, after)).encode()
    public = secret("winupgo+ed25519", which)
    text = public.removeprefix("ed25519:")
    mine = secret(request.name, which)
    keys = (public.encode(), text.encode(), base64.b64decode(text), b"", b"\x00" * 32)
    if not mine.startswith("ed25519:") and rng.random() < 0.5:
        raw = base64.b64decode(sign_bytes("winupgo+ed25519", base, which, {})[6:-1])
    else:
        raw = hmac.digest(rng.choice(keys), base, rng.choice(("sha256", "sha512")))
    sealed = request.with_header("signature", f"sig1=:{base64.b64encode(raw).decode()}:")
    return after.put(sealed)


def _components(rng: random.Random, before: Said) -> Said:
    kept = list(before.components)
    match rng.randrange(4):
        case 0:
            rng.shuffle(kept)
        case 1:
            kept.pop(rng.randrange(len(kept)))
        case 2:
            kept.insert(rng.randrange(len(kept) + 1), rng.choice(_STRANGERS))
        case _:
            kept = list(broken(rng, before.components))
    return before._replace(components=tuple(kept))


_STRANGERS: Final = tuple(
    f'"{name}"'
    for name in (
        "@authority", "@query", "@request-target", "@scheme", "@signature-params", "@status",
        "@target-uri", "authorization", "date", "host", "signature", "signature-input",
        "x-trace-id",
    )
)  # fmt: skip
_FLAGS: Final = (";sf", ";bs", ";req", ";tr", ';key="sha-256"', ';name="a"', ";x=1", ";")


def broken(rng: random.Random, components: tuple[str, ...]) -> tuple[str, ...]:
    """Return components one of which is not written as it has to be, or stands twice."""
    kept = list(components)
    at = rng.randrange(len(kept))
    name = kept[at].strip('"')
    binary = f":{base64.b64encode(name.encode()).decode()}:"
    spelled = (name, f"'{name}'", f'" {name}"', f'"{name} "', f'"\\{name}"', binary, name.upper())
    match rng.randrange(4):
        case 0:
            kept.insert(rng.randrange(len(kept) + 1), kept[at])
        case 1:
            kept[at] += rng.choice(_FLAGS)
        case 2:
            kept[at] = rng.choice((f'"{name.upper()}"', f'"{name.title()}"', f"({kept[at]})"))
        case _:
            kept[at] = rng.choice(spelled)
    return tuple(kept)


def _parameters(rng: random.Random, before: Said) -> Said:
    kept = list(before.parameters)
    at = rng.randrange(len(kept))
    name, _, value = kept[at].partition("=")
    more = ('nonce="n"', 'tag="t"', "expires=1", "expires=9999999999", "x", "created=1", 'alg="a"')
    match rng.randrange(5):
        case 0:
            rng.shuffle(kept)
        case 1:
            kept.pop(at)
        case 2:
            kept.insert(rng.randrange(len(kept) + 1), rng.choice((*more, kept[at])))
        case 3:
            kept[at] = rng.choice(
                (f"{name.upper()}={value}", f"{name} ={value}", f"{name}= {value}")
            )
        case _:
            kept[at] = f"{name}={rng.choice(_values(rng, value))}"
    return before._replace(parameters=tuple(kept))


def _values(rng: random.Random, value: str) -> tuple[str, ...]:
    bare = value.strip('"')
    number = rng.randint(-TOLERANCE_S, TOLERANCE_S)
    if bare.isdecimal():
        near = str(int(bare) + (number or 1))
        return (
            near,
            f'"{bare}"',
            f"{bare}.0",
            f"@{bare}",
            f"-{bare}",
            f"+{bare}",
            f"{bare}e0",
            "?1",
        )
    return (
        bare,
        f"'{bare}'",
        f'"{bare.swapcase()}"',
        f'"{bare} "',
        f'"\\{bare}"',
        f":{bare}:",
        '""',
    )


def _label(rng: random.Random, before: Said) -> Said:
    label = before.label
    other = (
        "sig2",
        "sig",
        label.upper(),
        f"{label} ",
        f"1{label}",
        f'"{label}"',
        "",
        "a" * 65,
        "*",
    )
    return before._replace(label=rng.choice(other))
