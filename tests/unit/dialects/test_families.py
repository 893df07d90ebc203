"""What holds for every family: which version signed, and one typed refusal for all that is bad."""

import subprocess
import sys
from dataclasses import replace

import pytest

from casino.dialects.registry import FAMILIES, family
from casino.signing.scheme import Particulars, SignatureRefusedError
from testing.signatures import BODY, NAMES, NOW, REQUEST_ID, Signed, live, signed

ODD_VALUES = [
    " ",
    "x",
    "0" * 63,
    "0" * 65,
    "g" * 64,
    "A" * 43 + "=",
    "=" * 44,
    "\uff11" * 64,
    "ü" * 64,
    "\ud800" * 64,
    "\x00" * 64,
    "0" * 64 + "\n",
    "t=,v1=",
    "t=1760702625",
    "v1=" + "0" * 64,
    "9" * 5000,
]
#: No part of what is signed: the registry looks the keys up.
UNSIGNED = ("X-Public-Key", "Authorization")
TIMED = [name for name in NAMES if name != "flexsoft"]
#: The header that holds the time, and the one that names the request, where there is one.
TIME_HEADERS = {
    "igsp": "x-timestamp",
    "invo": "x-invo-signature",
    "igv-seller": "x-timestamp",
    "igv-merchant": "timestamp",
    "winupgo": "signature-input",
}
REQUEST_IDS = {
    "invo": "x-invo-idempotency-key",
    "igv-seller": "x-request-id",
    "igv-merchant": "nonce",
}
#: How old a request may be, in seconds, where that is not 300.
OLDEST_S = {"igv-seller": 2400}


def _refused(request: Signed) -> str:
    with pytest.raises(SignatureRefusedError) as refused:
        request.verify()
    return refused.value.reason


def test_the_names_are_those_of_the_contract() -> None:
    assert tuple(FAMILIES) == NAMES


def test_an_unknown_family_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="unknown signature family"):
        family("igsp2")


def test_the_hooks_load_no_family_but_their_own() -> None:
    code = (
        "import sys; import casino.wiring.hooks; import casino.dialects.igsp.dialect;"
        "loaded = {m for m in sys.modules if m.endswith('signature') and '.dialects.' in m};"
        "assert loaded == {'casino.dialects.igsp.signature'}, loaded;"
        "assert 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", ["current", "pending", "previous"])
def test_it_says_which_version_signed(name: str, label: str) -> None:
    assert signed(name, which=label).verify() == label


@pytest.mark.parametrize("name", NAMES)
def test_a_retired_version_is_refused(name: str) -> None:
    assert _refused(signed(name, which="retired")) == "invalid_signature"


@pytest.mark.parametrize("name", NAMES)
def test_no_live_version_verifies_nothing(name: str) -> None:
    assert _refused(replace(signed(name), versions=())) == "invalid_signature"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "igv-merchant"])
def test_an_empty_secret_verifies_nothing(name: str) -> None:
    request = signed(name)
    particulars = Particulars(request.query, "a-request-of-anybody")
    headers = request.scheme.sign(BODY, live("current", ""), NOW, particulars)
    forged = {header.lower(): [value] for header, value in headers.items()}

    refused = replace(request, headers=forged, versions=(live("current", ""),))
    assert _refused(refused) == "invalid_signature"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "igv-seller"])
@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], b"", b"\xff\xfe", BODY.swapcase()])
def test_a_changed_body_is_refused(name: str, body: bytes) -> None:
    assert _refused(replace(signed(name), body=body)) == "invalid_signature"


def test_the_body_of_an_igv_seller_callback_is_not_signed() -> None:
    assert replace(signed("igv-seller"), body=b"anything").verify() == "current"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ODD_VALUES, ids=[str(i) for i in range(len(ODD_VALUES))])
def test_every_header_refuses_an_odd_value(name: str, value: str) -> None:
    request = signed(name)
    for header in request.scheme.headers:
        if header in UNSIGNED:
            continue
        assert _refused(request.with_header(header, value)) in {
            "invalid_signature",
            "timestamp_out_of_range",
        }


@pytest.mark.parametrize("name", NAMES)
def test_a_header_that_is_missing_or_empty_is_refused(name: str) -> None:
    request = signed(name)
    for header in request.scheme.headers:
        for changed in (request.without(header), request.with_header(header, "")):
            with pytest.raises(SignatureRefusedError, match="unauthorized"):
                request.scheme.credential(changed.headers)
            if header not in ("X-Public-Key", "Authorization"):
                assert _refused(changed) == "unauthorized"


@pytest.mark.parametrize("name", NAMES)
def test_a_header_given_twice_is_refused_even_with_one_value(name: str) -> None:
    request = signed(name)
    for header in request.scheme.headers:
        value = request.headers[header.lower()][0]
        doubled = request.with_header(header, value, value)
        if header not in UNSIGNED:
            assert _refused(doubled) == "invalid_signature"


@pytest.mark.parametrize("name", ["igsp", "flexsoft", "winupgo"])
def test_a_header_given_twice_names_nobody(name: str) -> None:
    request = signed(name)
    for header in request.scheme.headers:
        value = request.headers[header.lower()][0]
        doubled = request.with_header(header, value, value)
        with pytest.raises(SignatureRefusedError) as refused:
            request.scheme.credential(doubled.headers)
        expected = "unauthorized" if header in UNSIGNED else "invalid_signature"
        assert refused.value.reason == expected


@pytest.mark.parametrize("key", ["a b", "kéy", "k" * 257, "key\n"])
def test_a_key_that_nobody_can_have_is_unauthorized(key: str) -> None:
    for name, header, value in [
        ("flexsoft", "X-Public-Key", key),
        ("igsp", "Authorization", f"Bearer {key}"),
    ]:
        request = signed(name).with_header(header, value)
        with pytest.raises(SignatureRefusedError) as refused:
            request.scheme.credential(request.headers)
        assert refused.value.reason == "unauthorized"


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("beyond", [1, 10**6])
def test_a_time_too_far_off_in_either_direction_is_refused(name: str, beyond: float) -> None:
    request = signed(name)
    for now in (NOW - 300 - beyond, NOW + OLDEST_S.get(name, 300) + beyond):
        assert _refused(replace(request, now=now)) == "timestamp_out_of_range"


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_time_within_five_minutes_is_accepted(name: str, off: float) -> None:
    assert replace(signed(name), now=NOW + off).verify() == "current"


@pytest.mark.parametrize("name", TIMED)
def test_it_says_when_it_was_signed(name: str) -> None:
    request, header = signed(name), TIME_HEADERS[name]
    value = request.headers[header][0]
    assert request.scheme.signed_at(request.headers) == NOW
    for values, reason in [((), "unauthorized"), ((value, value), "invalid_signature")]:
        with pytest.raises(SignatureRefusedError) as refused:
            request.scheme.signed_at(request.with_header(header, *values).headers)
        assert refused.value.reason == reason


@pytest.mark.parametrize(("name", "header"), REQUEST_IDS.items())
def test_it_says_what_names_the_request(name: str, header: str) -> None:
    request = signed(name)
    assert request.scheme.request_id(request.headers) == REQUEST_ID
    for values in [(REQUEST_ID, REQUEST_ID), ("a b",)]:
        with pytest.raises(SignatureRefusedError) as refused:
            request.scheme.request_id(request.with_header(header, *values).headers)
        assert refused.value.reason == "invalid_signature"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REQUEST_IDS])
def test_where_nothing_names_the_request_nothing_is_said(name: str) -> None:
    assert signed(name).scheme.request_id(signed(name).headers) is None
    assert family("flexsoft").signed_at(signed("flexsoft").headers) is None


def test_igvs_last_repetition_may_carry_the_time_of_the_first() -> None:
    """It comes 35 minutes after the first, and nobody says that it is signed anew."""
    assert replace(signed("igv-seller"), now=NOW + 35 * 60).verify() == "current"
    assert replace(signed("igv-seller"), now=NOW + 40 * 60).verify() == "current"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_of_a_request_is_what_was_signed(name: str) -> None:
    request = signed(name)
    secret = request.versions[0].secret_key
    parts = request.scheme.parts(request.message, secret)
    whole = b"".join(part.value for part in parts)

    assert request.scheme.fits(whole, request.headers, secret.encode())
    assert not request.scheme.fits(whole + b" ", request.headers, secret.encode())
    assert secret not in repr(parts)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("igsp", "body X-Timestamp"),
        ("flexsoft", "body"),
        ("invo", "t, full stop, body"),
        ("igv-seller", "X-Timestamp X-Request-Id secret"),
        ("igv-merchant", "sorted query, timestamp, nonce, body"),
    ],
)
def test_each_piece_of_what_is_signed_is_named(name: str, pieces: str) -> None:
    request = signed(name)
    secret = request.versions[0].secret_key
    known = {header: values[0].encode() for header, values in request.headers.items()}
    known |= {"body": BODY, "secret": secret.encode(), "full stop": b".", "t": b"%d" % NOW}
    known["sorted query"] = b"param1=value1&param2=value2"
    parts = request.scheme.parts(request.message, secret)

    names = pieces.split(", " if "," in pieces else " ")
    assert [(part.name, part.value) for part in parts] == [
        (name, known.get(name, known.get(name.lower()))) for name in names
    ]
    assert [part.name for part in parts if part.secret] == ["secret"] * ("secret" in names)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "winupgo"])
def test_what_the_headers_lack_is_shown_empty(name: str) -> None:
    bare = replace(signed(name), headers={}, body=b"", query="")
    shown = {part.name: part.value for part in bare.scheme.parts(bare.message, "")}
    assert not any(shown.values() if name != "invo" else [shown["t"]])


@pytest.mark.parametrize("name", ["invo", "igv-seller", "igv-merchant"])
def test_a_family_without_a_key_in_its_headers_names_no_sender(name: str) -> None:
    with pytest.raises(SignatureRefusedError, match=r"^unauthorized$"):
        family(name).credential(signed(name).headers)
