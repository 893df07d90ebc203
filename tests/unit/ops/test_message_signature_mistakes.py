"""Each usual mistake with an HTTP Message Signature, or with Flexsoft's, is named."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, PREVIOUS, Pair
from casino.signing.scheme import Message
from ops.signature.report import Diagnosis, Known, Request, diagnose
from testing.signatures import API_KEY, BODY, NOW, PATH, secret_of

FIELDS = {
    "x-idempotency-key": "k-1",
    "x-brand-id": "brand-7",
    "x-region": "EU",
    "x-provider-id": "studio",
}
COVERED = ("@method", "@path", "content-digest", *FIELDS)


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def digest(body: bytes) -> str:
    return f"sha-256=:{base64_of(hashlib.sha256(body).digest())}:"


def winupgo(
    *,
    covered: tuple[str, ...] = COVERED,
    path: str = PATH,
    method: str = "POST",
    created: str = str(int(NOW)),
    named: str = API_KEY,
    secret: bytes | None = None,
    content_digest: str = digest(BODY),
    write: Callable[[str], str] = str,
    spell: Callable[[bytes], str] = lambda raw: f"sig1=:{base64_of(raw)}:",
    **sent: str,
) -> dict[str, str]:
    """Return the headers of a request that is signed with a mistake, and sent as it should be."""
    values = {"@method": method, "@path": path, "content-digest": content_digest, **FIELDS}
    listed = " ".join(f'"{name}"' for name in covered)
    params = f'({listed});{f"created={created};" if created else ""}keyid="{named}"'
    params += ';alg="hmac-sha256"'
    lines = [f'"{name}": {values.get(name, "")}' for name in covered]
    text = write("\n".join([*lines, f'"@signature-params": {params}']))
    key = secret_of("winupgo").encode() if secret is None else secret
    raw = hmac.digest(key, text.encode(), "sha256")
    headers = FIELDS | {"content-digest": content_digest}
    headers |= {"signature-input": f"sig1={params}", "signature": spell(raw)}
    return headers | {name.replace("_", "-"): value for name, value in sent.items()}


def judged(name: str, headers: dict[str, str], body: bytes = BODY) -> Diagnosis:
    message = Message(body, headers_of(headers.items()), path=PATH)
    versions = [
        Known(Pair(API_KEY, secret_of(name), CURRENT), live=True),
        Known(Pair(API_KEY, secret_of(name, "previous"), PREVIOUS), live=False),
    ]
    return diagnose(Request(family(name), message, NOW), versions)


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in COVERED if name not in names)


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "another digest": (
        {"content_digest": digest(b"{}")},
        "body: its digest is that of other bytes",
    ),
    "a digest of the body before its line feed": (
        {"content_digest": digest(BODY + b"\n")},
        "body: a line feed at its end was signed but not sent",
    ),
    "a digest in hex": (
        {"content_digest": f"sha-256={hashlib.sha256(BODY).hexdigest()}"},
        "Content-Digest: it must be sha-256=:…:",
    ),
    "a component is missing": (
        {"covered": without("x-region")},
        "Signature-Input: it does not cover x-region",
    ),
    "two components are missing": (
        {"covered": without("@path", "content-digest")},
        "Signature-Input: it does not cover @path, content-digest",
    ),
    "a component that the request does not carry": (
        {"covered": (*COVERED, "x-more")},
        "Signature-Input: it covers x-more, which the request does not carry",
    ),
    "a component in upper case": (
        {"covered": ("X-Brand-Id", *COVERED)},
        "Signature-Input: it is not label=",
    ),
    "the stage in the path": (
        {"path": f"/prod{PATH}"},
        "@path: it was signed with the stage, /prod: the path begins behind it",
    ),
    "the resource alone": (
        {"path": "/bets/authorize"},
        "@path: it was signed without /winupgo/v1: the whole path counts",
    ),
    "a slash at the end": ({"path": f"{PATH}/"}, "@path: it was signed with a slash at its end"),
    "the method in lower case": (
        {"method": "post"},
        "@method: it was signed in lower case",
    ),
    "the signature in hex": (
        {"spell": lambda raw: f"sig1=:{raw.hex()}:"},
        "Signature: the signature is right, its spelling is not",
    ),
    "the signature in URL-safe base64": (
        {"spell": lambda raw: f"sig1=:{base64.urlsafe_b64encode(raw).decode()}:"},
        "Signature: ",
    ),
    "base64 of the signature in hex": (
        {"spell": lambda raw: f"sig1=:{base64_of(raw.hex().encode())}:"},
        "Signature: the signature is right, its spelling is not",
    ),
    "the signature without its colons": (
        {"spell": lambda raw: f"sig1={base64_of(raw)}"},
        "Signature: it must be a label, =, and base64 between colons",
    ),
    "another label": (
        {"spell": lambda raw: f"sig2=:{base64_of(raw)}:"},
        "Signature: it must be a label, =, and base64 between colons, with the label of",
    ),
    "a retired secret": (
        {"secret": secret_of("winupgo", "previous").encode()},
        "secret: the previous version signed it, which is no longer live",
    ),
    "the secret with a line feed": (
        {"secret": secret_of("winupgo").encode() + b"\n"},
        "secret: a line feed at its end was used",
    ),
    "another key": (
        {"named": "pk_live_8"},
        "Signature-Input: it names a key that is not this integration's",
    ),
    "a slow clock": ({"created": str(int(NOW) - 900)}, "time: it lies 900 s in the past"),
    "milliseconds": (
        {"created": str(int(NOW) * 1000)},
        "time: it is in milliseconds, seconds are wanted",
    ),
    "no time": ({"created": ""}, "Signature-Input: created is missing"),
    "CR LF between the lines": (
        {"write": lambda text: text.replace("\n", "\r\n")},
        "lines: they were joined with CR LF",
    ),
    "a line feed at the end": (
        {"write": lambda text: f"{text}\n"},
        "lines: a line feed at the end was signed",
    ),
    "no line of the parameters": (
        {"write": lambda text: text.rpartition("\n")[0]},
        "@signature-params: it was left out",
    ),
    "no quotes around the components": (
        {"write": lambda text: "\n".join(line.replace('"', "", 2) for line in text.split("\n"))},
        "lines: the components stood without their quotes",
    ),
    "a header that was changed in between": (
        {"x_region": "eu"},
        "x-region: it was signed in upper case, and sent otherwise",
    ),
    "the secret of somebody else": (
        {"secret": b"another"},
        "bytes or secret: no known mistake explains it",
    ),
}


def test_a_request_without_a_mistake_is_accepted() -> None:
    assert judged("winupgo", winupgo()) == Diagnosis("accepted", CURRENT, None)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_usual_mistake_of_winupgo_is_named(mistake: str) -> None:
    made, said = MISTAKES[mistake]
    found = judged("winupgo", winupgo(**made))
    assert found.verdict != "accepted"
    assert str(found.first_difference).startswith(said), found.first_difference


def flexsoft(raw: bytes, spell: Callable[[bytes], str] = base64_of) -> dict[str, str]:
    return {"X-Public-Key": API_KEY, "X-Signature": spell(raw)}


def _flexsoft(body: bytes = BODY, key: bytes = secret_of("flexsoft").encode()) -> bytes:
    return hmac.digest(key, body, "sha256")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (flexsoft(_flexsoft(), bytes.hex), "X-Signature: the signature is right, its spelling"),
        (
            flexsoft(_flexsoft(), lambda raw: base64_of(raw).rstrip("=")),
            "X-Signature: the signature is right, its spelling",
        ),
        (
            flexsoft(_flexsoft(), lambda raw: base64_of(raw.hex().encode())),
            "X-Signature: the signature is right, its spelling",
        ),
        (
            flexsoft(_flexsoft(key=secret_of("flexsoft", "previous").encode())),
            "secret: the previous version signed it",
        ),
        (
            flexsoft(_flexsoft(key=secret_of("flexsoft").encode() + b"\n")),
            "secret: a line feed at its end",
        ),
        (flexsoft(_flexsoft(BODY + b"\n")), "body: a line feed at its end was signed"),
        (
            flexsoft(_flexsoft()) | {"X-Public-Key": "pk_live_8"},
            "X-Public-Key: it names a key that is not this integration's",
        ),
    ],
)
def test_a_usual_mistake_of_flexsoft_is_named(headers: dict[str, str], said: str) -> None:
    found = judged("flexsoft", headers)
    assert found.verdict != "accepted"
    assert str(found.first_difference).startswith(said), found.first_difference
