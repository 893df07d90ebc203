"""The campaign against the signature families, in the size that CI has time for."""

import base64
import re
from contextlib import suppress

import pytest

from casino.base.headers import Headers
from casino.signing.scheme import Reason, SignatureRefusedError
from tests.abuse.campaign import PIECE, Found, attack
from tests.abuse.mutants import MUTATIONS
from tests.abuse.requests import KINDS

PIECES = 4
#: What cannot be done to a family: it has no time, no boundary, no query, or no signed body.
_NO_COMPONENTS = {
    "left_out",
    "other_target",
    "changed_input",
    "changed_text",
    "other_algorithm",
    "well_signed",
}
IMPOSSIBLE = {
    "igsp": {"other_query"} | _NO_COMPONENTS,
    "flexsoft": {"other_query", "other_clock", "moved_boundary"} | _NO_COMPONENTS,
    "invo": {"other_query", "moved_boundary"} | _NO_COMPONENTS,
    "igv-seller": {"other_query", "changed_body"} | _NO_COMPONENTS,
    "igv-merchant": _NO_COMPONENTS,
    "winupgo": {"other_query", "moved_boundary"},
    "winupgo+ed25519": {"other_query", "moved_boundary"},
}


@pytest.mark.parametrize("name", KINDS)
def test_no_mutant_is_accepted_and_none_breaks_anything(name: str) -> None:
    total = Found()
    for piece in range(PIECES):
        total.add(attack(name, piece))

    assert total.failures == []
    assert total.mutants == PIECES * PIECE >= 20_000
    tried = {mutation.__name__ for mutation in MUTATIONS} - IMPOSSIBLE[name]
    assert set(total.by_mutation) == tried


def test_a_piece_of_the_campaign_can_be_repeated() -> None:
    assert attack("invo", 7, 200) == attack("invo", 7, 200)


def _lenient_age(moment: float, now: float, oldest_s: float = 0) -> None:
    """Accept every moment."""


def _lenient_single(headers: Headers, name: str, otherwise: Reason) -> str:
    """Take the last of several values."""
    values = headers.get(name)
    if not values:
        raise SignatureRefusedError(otherwise)
    return values[-1]


def _lenient_base64(first: bytes, second: bytes) -> bool:
    """Compare what was decoded, in any spelling."""
    with suppress(ValueError):
        return base64.b64decode(first) == base64.b64decode(second)
    return False


@pytest.mark.parametrize(
    ("name", "weakened", "lenient"),
    [
        ("invo", "casino.dialects.invo.signature.check_age", _lenient_age),
        ("igv-seller", "casino.dialects.igv.seller_signature.check_age", _lenient_age),
        ("igsp", "casino.dialects.igsp.signature.single", _lenient_single),
        ("flexsoft", "casino.dialects.flexsoft.signature.single", _lenient_single),
        ("flexsoft", "casino.dialects.flexsoft.signature._BASE64", re.compile(r".*", re.DOTALL)),
        ("igv-seller", "casino.dialects.igv.seller_signature._MILLISECONDS", re.compile(r"[0-9]+")),
        (
            "igv-merchant",
            "casino.dialects.igv.merchant_signature._ALPHANUMERIC",
            re.compile(rb"\x00"),
        ),
        ("igv-merchant", "casino.dialects.igv.merchant_signature._decoded", base64.b64decode),
        ("invo", "casino.dialects.invo.signature._KEY", re.compile(r"(?s).*")),
        ("winupgo", "casino.dialects.winupgo.signature.COVERED", ("@method",)),
        ("winupgo", "casino.dialects.winupgo.signature.check_age", _lenient_age),
        ("winupgo", "casino.dialects.winupgo.signature._check_digest", lambda message: None),
        ("winupgo+ed25519", "casino.signing.ed25519.fits", lambda *_: True),
    ],
)
def test_the_campaign_would_find_a_weakened_family(
    name: str, weakened: str, lenient: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    if weakened.endswith("flexsoft.signature._BASE64"):
        monkeypatch.setattr(
            "casino.dialects.flexsoft.signature.hmac.compare_digest", _lenient_base64
        )
    monkeypatch.setattr(weakened, lenient)

    assert attack(name, 0).failures
