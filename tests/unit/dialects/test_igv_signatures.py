"""iGV: pieces are joined without a separator, so that the form of each must keep them apart."""

from dataclasses import replace

import pytest

from casino.dialects.igv.merchant_signature import sorted_query
from casino.dialects.registry import family
from casino.signing.scheme import Particulars, SignatureRefusedError, UnsignableError
from testing.signatures import (
    BODY,
    NOW,
    REQUEST_ID,
    Signed,
    live,
    openssl,
    rsa_key,
    secret_of,
    signed,
)


def _refused(request: Signed) -> str:
    with pytest.raises(SignatureRefusedError) as refused:
        request.verify()
    return refused.value.reason


# Seller


def test_the_seller_signature_may_be_in_either_case() -> None:
    request = signed("igv-seller")
    value = request.headers["x-signature"][0]

    assert request.with_header("x-signature", value.upper()).verify() == "current"


@pytest.mark.parametrize("moved", [1, 2, 13])
def test_digits_cannot_move_from_the_timestamp_to_the_request_id(moved: int) -> None:
    request = signed("igv-seller")
    timestamp = request.headers["x-timestamp"][0]
    changed = request.with_header("x-timestamp", timestamp[:-moved]).with_header(
        "x-request-id", timestamp[-moved:] + REQUEST_ID
    )
    with pytest.raises(SignatureRefusedError):
        changed.verify()


@pytest.mark.parametrize("moved", [1, 2])
def test_digits_cannot_move_from_the_request_id_to_the_timestamp(moved: int) -> None:
    request = signed("igv-seller")
    timestamp = request.headers["x-timestamp"][0]
    changed = request.with_header("x-timestamp", timestamp + REQUEST_ID[:moved]).with_header(
        "x-request-id", REQUEST_ID[moved:]
    )
    assert _refused(changed) == "invalid_signature"


def test_the_seller_request_id_is_what_a_receiver_acts_on_once() -> None:
    assert family("igv-seller").request_id(signed("igv-seller").headers) == REQUEST_ID


@pytest.mark.parametrize("request_id", ["", "ü", "a b", "1" * 129])
def test_a_seller_callback_needs_a_request_id(request_id: str) -> None:
    particulars = Particulars(request_id=request_id)
    with pytest.raises(UnsignableError):
        family("igv-seller").sign(BODY, live("current", secret_of("igv-seller")), NOW, particulars)


# Merchant


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=&B=1", "B=1&a="),
        ("a10=1&a1=2&a=3", "a=3&a1=2&a10=1"),
        ("q=x%20y&a=1=2", "a=1=2&q=x%20y"),
    ],
)
def test_the_query_is_sorted_by_name(query: str, expected: str) -> None:
    assert sorted_query(query) == expected


@pytest.mark.parametrize(
    "query", ["a", "=1", "=1=2", "a=1&", "a=1&a=2", "a=1=2&a=3", "a=ü", "a=1 2", "a=\ud800"]
)
def test_a_query_without_one_order_is_neither_signed_nor_accepted(query: str) -> None:
    particulars = Particulars(query=query, request_id="a1b2c3")
    with pytest.raises(UnsignableError):
        family("igv-merchant").sign(BODY, live("current", rsa_key("current")), NOW, particulars)
    changed = replace(signed("igv-merchant"), query=query)
    assert _refused(changed) == "invalid_signature"


@pytest.mark.parametrize("query", ["b=1&a", "a=\ud800"])
def test_a_query_without_one_order_is_shown_as_it_came(query: str) -> None:
    request = replace(signed("igv-merchant"), query=query)
    shown = request.scheme.parts(request.message, "")
    assert shown[0].value == query.encode("utf-8", "surrogatepass")


def test_a_changed_query_is_refused_but_not_another_order() -> None:
    request = signed("igv-merchant")
    reordered = replace(request, query="param1=value1&param2=value2")
    changed = replace(request, query="param1=value1&param2=value3")

    assert reordered.verify() == "current"
    assert _refused(changed) == "invalid_signature"


def test_characters_cannot_move_from_the_nonce_to_the_body() -> None:
    request = signed("igv-merchant", b"")
    moved = replace(request.with_header("nonce", REQUEST_ID[:-1]), body=REQUEST_ID[-1:].encode())

    assert _refused(moved) == "invalid_signature"


def test_a_full_nonce_leaves_no_room_for_digits_of_the_query() -> None:
    moment = str(int(NOW))
    request = signed("igv-merchant")
    particulars = Particulars(query=f"since={moment}", request_id=REQUEST_ID)
    headers = request.scheme.sign(b"", live("current", rsa_key("current")), NOW, particulars)
    stolen = replace(
        request.with_header("signature", headers["signature"])
        .with_header("timestamp", moment)
        .with_header("nonce", moment + REQUEST_ID),
        body=b"",
        query="since=",
    )

    assert _refused(stolen) == "invalid_signature"


@pytest.mark.parametrize("nonce", ["", "a1b2c", "a" * 33, "a1b2c_", "a1b2cü", "a1b2c\uff13"])
def test_a_nonce_is_6_to_32_letters_and_digits(nonce: str) -> None:
    with pytest.raises(UnsignableError):
        family("igv-merchant").sign(
            BODY, live("current", rsa_key("current")), NOW, Particulars(request_id=nonce)
        )
    assert _refused(signed("igv-merchant").with_header("nonce", nonce)) in {
        "invalid_signature",
        "unauthorized",
    }


def test_a_body_that_would_run_into_the_nonce_is_not_signed() -> None:
    with pytest.raises(UnsignableError):
        family("igv-merchant").sign(
            b"123", live("current", rsa_key("current")), NOW, Particulars(request_id=REQUEST_ID)
        )


def _bad_key(kind: str) -> str:
    match kind:
        case "empty":
            return ""
        case "no PEM":
            return "91b2c7a4aadb48b62e"
        case "damaged":
            return rsa_key()[:200] + rsa_key()[210:]
        case "elliptic":
            return openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout").decode()
        case "edwards":
            return openssl("genpkey", "-algorithm", "ed25519").decode()
        case "short":
            return rsa_key("short", 1024)
        case "encrypted":
            options = ("-aes128", "-passout", "pass:secret")
            return openssl("rsa", *options, given=rsa_key().encode()).decode()
        case _:
            return openssl("rsa", "-pubout", given=rsa_key().encode()).decode()


@pytest.mark.parametrize(
    "kind", ["empty", "no PEM", "damaged", "elliptic", "edwards", "short", "encrypted", "public"]
)
def test_a_key_that_cannot_sign_is_named_without_being_shown(kind: str) -> None:
    key = _bad_key(kind)
    with pytest.raises(UnsignableError) as refused:
        family("igv-merchant").sign(
            BODY, live("current", key), NOW, Particulars(request_id=REQUEST_ID)
        )

    assert refused.value.__cause__ is None
    lines = [line for line in key.splitlines() if len(line) > 20 and "-----" not in line]
    assert not any(line in str(refused.value) for line in lines)


def _public(key: str) -> str:
    return openssl("pkey", "-pubout", given=key.encode()).decode()


def test_the_public_half_verifies() -> None:
    half = live("current", _public(secret_of("igv-merchant")))
    another = live("previous", _public(rsa_key("another")))

    assert replace(signed("igv-merchant"), versions=(another, half)).verify() == "current"
    assert _refused(replace(signed("igv-merchant"), versions=(another,))) == "invalid_signature"


@pytest.mark.parametrize("kind", ["elliptic", "edwards", "short", "encrypted"])
def test_a_key_of_another_kind_verifies_nothing(kind: str) -> None:
    key = _bad_key(kind)
    keys = [key] if kind == "encrypted" else [key, _public(key)]
    for each in keys:
        request = replace(signed("igv-merchant"), versions=(live("current", each),))
        assert _refused(request) == "invalid_signature"


def test_a_version_with_an_unreadable_key_verifies_nothing() -> None:
    request = replace(signed("igv-merchant"), versions=(live("current", "no key at all"),))

    assert _refused(request) == "invalid_signature"


def test_another_spelling_of_the_same_base64_is_refused() -> None:
    request = signed("igv-merchant")
    value = request.headers["signature"][0]
    last = value.rstrip("=")[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(last) ^ 1]
    spelled = value.rstrip("=")[:-1] + other + "=" * value.count("=")

    assert _refused(request.with_header("signature", spelled)) == "invalid_signature"
    assert _refused(request.with_header("signature", value.rstrip("="))) == "invalid_signature"
