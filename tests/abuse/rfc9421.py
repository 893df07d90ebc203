"""Signatures of RFC 9421 by the campaign's own reading: their pieces, and how to seal others."""

import random
import re
from typing import Final, NamedTuple

import http_sf

from testing.signatures import Signed
from tests.abuse.requests import LABELS, sign_bytes

INPUT: Final = "signature-input"
_MEMBER: Final = re.compile(r"([^=]+)=\(([^)]*)\)(.*)")


class Said(NamedTuple):
    """`Signature-Input` in pieces, each as it is written."""

    label: str
    components: tuple[str, ...]
    parameters: tuple[str, ...]

    @property
    def value(self) -> str:
        return "".join(
            (f"({' '.join(self.components)})", *(f";{each}" for each in self.parameters))
        )

    @property
    def text(self) -> str:
        return f"{self.label}={self.value}"

    def put(self, request: Signed) -> Signed:
        """Return the request with this input."""
        return request.with_header(INPUT, self.text)


def said(request: Signed) -> Said:
    """Return what a valid request says."""
    match = _MEMBER.fullmatch(request.headers[INPUT][0])
    assert match is not None
    return Said(match[1], tuple(match[2].split()), tuple(match[3].split(";")[1:]))


def lines_of(request: Signed, what: Said) -> list[str]:
    """Return the lines of a signature base, by this file's own reading."""
    values = {"@method": "POST", "@path": request.path}
    values |= {name: given[0] for name, given in request.headers.items()}
    named = [
        (each, re.sub(r'[" ();:\']', "", each.partition(";")[0]).lower())
        for each in what.components
    ]
    lines = [f"{written}: {values.get(name, '')}" for written, name in named]
    return [*lines, f'"@signature-params": {what.value}']


def sealed(
    rng: random.Random, request: Signed, what: Said, lines: list[str] | None = None
) -> Signed:
    base = "\n".join(lines or lines_of(request, what)).encode("utf-8", "surrogatepass")
    text = sign_bytes(request.name, base, rng.choice(LABELS), {})
    return what.put(request.with_header("signature", text))


def unless_same(before: Signed, after: Signed) -> Signed | None:
    """Return the mutant unless a reader of structured fields finds the same in it."""
    return None if _read(before) == _read(after) else after


def _read(request: Signed) -> list[str]:
    """Return what an independent reader makes of the fields that no signature covers as they are.

    The order of parameters counts, so it is told as text.
    """
    found = [request.headers["content-digest"][0]]
    for name in (INPUT, "signature"):
        text = request.headers[name][0]
        raw = text.encode("utf-8", "surrogatepass")
        try:
            found.append(str(http_sf.parse(raw, tltype="dictionary")))
        except ValueError:
            found.append(text)
    return found
