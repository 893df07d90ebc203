"""Invo: several signatures in one header, and two headers that are not signed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.dialects.invo.signature import signature_header
from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Particulars, SignatureRefusedError, UnsignableError
from testing.signatures import BODY, NOW, Signed, live, secret_of, signed

CURRENT, PREVIOUS = secret_of("invo"), secret_of("invo", "previous")
UNKNOWN = "a-secret-that-we-do-not-have-yet"


def _sent(*secrets: str, versions: tuple[Pair, ...] = (live("current", CURRENT),)) -> Signed:
    value = signature_header(BODY, int(NOW), secrets)
    return replace(signed("invo").with_header("x-invo-signature", value), versions=versions)


def _refused(request: Signed) -> str:
    with pytest.raises(SignatureRefusedError) as refused:
        request.verify()
    return refused.value.reason


@pytest.mark.parametrize("secrets", [(CURRENT, UNKNOWN), (UNKNOWN, CURRENT), (CURRENT, CURRENT)])
def test_any_of_the_values_may_fit(secrets: tuple[str, ...]) -> None:
    assert _sent(*secrets).verify() == "current"


def test_a_delivery_signed_with_both_versions_counts_as_signed_with_the_current_one() -> None:
    versions = (live("current", CURRENT), live("previous", PREVIOUS))

    assert _sent(PREVIOUS, CURRENT, versions=versions).verify() == "current"


def test_eight_values_are_read_and_nine_are_refused() -> None:
    assert _sent(*[UNKNOWN] * 7, CURRENT).verify() == "current"
    assert _refused(_sent(*[UNKNOWN] * 8, CURRENT)) == "invalid_signature"


def test_values_that_all_fit_nothing_are_refused() -> None:
    assert _refused(_sent(UNKNOWN, UNKNOWN)) == "invalid_signature"


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.replace(",v1=", ", v1="),
        lambda header: header.replace("v1=", "v0="),
        lambda header: header + ",",
        lambda header: header + ",v0=" + "0" * 64,
        lambda header: header + ",t=1760702625",
        lambda header: ",".join(reversed(header.split(","))),
        lambda header: header.replace("t=1", "t=01"),
        lambda header: header.replace("t=1", "t=+1"),
        lambda header: header.replace("t=", "t=\uff11"),
        lambda header: header.replace("t=", "T="),
        lambda header: header.upper().replace("T=", "t=").replace("V1=", "v1="),
        lambda header: header[: header.index(",")],
    ],
)
def test_a_header_in_any_other_form_is_refused(change: Callable[[str], str]) -> None:
    request = _sent(CURRENT)
    value = request.headers["x-invo-signature"][0]

    assert _refused(request.with_header("x-invo-signature", change(value))) == "invalid_signature"


def test_the_version_header_is_a_remark_that_decides_nothing() -> None:
    request = _sent(CURRENT)

    assert request.without("x-invo-secret-version").verify() == "current"
    assert request.with_header("x-invo-secret-version", "previous").verify() == "current"
    twice = request.with_header("x-invo-secret-version", "1", "2")
    assert _refused(twice) == "invalid_signature"


def test_the_idempotency_key_names_the_delivery_but_is_not_signed() -> None:
    request = _sent(CURRENT).with_header("x-invo-idempotency-key", "evt-2")

    assert request.scheme.request_id(request.headers) == "evt-2"
    assert request.verify() == "current"


def test_a_delivery_without_the_key_among_its_headers_is_as_authentic() -> None:
    request = _sent(CURRENT).without("x-invo-idempotency-key")

    assert request.scheme.request_id(request.headers) is None
    assert request.verify() == "current"
    assert _refused(request.with_header("x-invo-idempotency-key", "")) == "unauthorized"


def test_signing_needs_an_idempotency_key() -> None:
    for request_id in ("", "ü", "a b", "k" * 257):
        with pytest.raises(UnsignableError):
            family("invo").sign(
                BODY, live("current", CURRENT), NOW, Particulars(request_id=request_id)
            )
