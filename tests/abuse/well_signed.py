"""Requests of WinUpGo that a holder of the key signed, and that break a rule all the same."""

import base64
import hashlib
import random

from casino.signing.scheme import TOLERANCE_S
from testing.signatures import Signed
from tests.abuse.rfc9421 import INPUT, Said, lines_of, said, sealed
from tests.abuse.structured import broken


def well_signed(rng: random.Random, request: Signed) -> Signed | None:
    """Sealed with a live key over what it says, and against the rules all the same."""
    if not request.name.startswith("winupgo"):
        return None
    before = said(request)
    how = rng.randrange(5)
    if how == 0:
        return sealed(rng, request, before._replace(components=broken(rng, before.components)))
    if how == 1:
        return sealed(rng, request, _wrong(rng, before))
    if how == 2:
        other = request.with_header("content-digest", _digest(rng, request.body))
        return sealed(rng, other, before)
    if how == 3:  # two signatures, both of them right
        double, label = sealed(rng, request, before), rng.choice(("sig2", "sig1", "a"))
        for name in (INPUT, "signature"):
            (text,) = double.headers[name]
            double = double.with_header(name, f"{text}, {text.replace('sig1', label, 1)}")
        return double
    lines = lines_of(request, before)
    rng.shuffle(lines)
    if lines == lines_of(request, before):
        return None
    return sealed(rng, request, before, lines)


def _wrong(rng: random.Random, before: Said) -> Said:
    """Return an input that no rule lets through, whoever signed it."""
    rest = [each for each in before.parameters if not each.startswith("created=")]
    created = next(each for each in before.parameters if each.startswith("created="))
    moment = int(created.partition("=")[2])
    off = rng.choice((-1, 1)) * (2 * TOLERANCE_S + rng.randint(1, 10**9))
    times = (f"created={moment + off}", f'created="{moment}"', f"created={moment}.0", "created")
    twice = (created, created), (created, f"created={moment + 1}")
    ended = f"expires={moment - 2 * TOLERANCE_S}"
    tricks: tuple[tuple[str, ...], ...] = (
        tuple(rest),
        (rng.choice(times), *rest),
        (*rng.choice(twice), *rest),
        (created, ended, *rest),
        (created, f'expires="{moment + 9}"', *rest),
        (created, *(each for each in rest if not each.startswith("keyid"))),
        (created, *(each for each in rest if not each.startswith("alg")), 'alg="hmac-sha512"'),
        (created, *(each for each in rest if not each.startswith("alg")), "alg=ed25519"),
        (created, *rest, "tag"),
    )
    return before._replace(parameters=rng.choice(tricks))


def _digest(rng: random.Random, body: bytes) -> str:
    """Return a digest of another algorithm or body, or one beside the right one."""

    def member(name: str, raw: bytes) -> str:
        return f"{name}=:{base64.b64encode(raw).decode()}:"

    right = member("sha-256", hashlib.sha256(body).digest())
    weak = {
        "md5": hashlib.md5(body).digest(),
        "sha": hashlib.sha1(body).digest(),
        "sha-384": hashlib.sha384(body).digest(),
        "unixsum": b"\x00\x01",
        "SHA-256": hashlib.sha256(body).digest(),
        "sha-512": hashlib.sha256(body).digest(),
        "sha-256": rng.choice(
            (hashlib.sha512(body).digest(), hashlib.sha256(body + b" ").digest())
        ),
    }
    wrong = member(*rng.choice([*weak.items()]))
    bare = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return rng.choice(
        (wrong, f"{right}, {wrong}", f"{wrong}, {right}", f"{right};q=1", f'sha-256="{bare}"',
         f"sha-256={bare}", right.replace("=:", "=::"), f"{right},", right.rstrip(":"), "sha-256")
    )  # fmt: skip
