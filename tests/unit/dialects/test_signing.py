"""What the families share: public keys, pairs that people compare, times, headers as they came."""

import base64

import pytest

from casino.signing import ed25519
from casino.signing.pair import Pair
from casino.signing.scheme import SignatureRefusedError, first, iso_moment

#: The points under which anybody can sign anything, little-endian, as libsodium lists them; the
#: last two are 0 and 1 in a second spelling.
SMALL = [
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]
GOOD = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # RFC 8032


def key_of(raw: bytes) -> str:
    return ed25519.PREFIX + base64.b64encode(raw).decode()


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize("point", SMALL)
def test_a_key_under_which_anybody_can_sign_is_none(point: str, sign: int) -> None:
    raw = bytearray.fromhex(point)
    raw[31] |= sign
    with pytest.raises(ValueError, match="anybody could sign"):
        ed25519.public_key(key_of(bytes(raw)))


def test_a_key_has_one_spelling_and_32_bytes() -> None:
    key = key_of(GOOD)
    assert ed25519.public_key(key) == GOOD
    respelled = f"{key[:-2]}{chr(ord(key[-2]) + 1)}="
    for other in (key_of(GOOD[:-1]), key_of(GOOD + b"\1"), respelled, f"{key}\n", "ed25519:AAAAA"):
        with pytest.raises(ValueError, match=r"base64|padding|data characters"):
            ed25519.public_key(other)


def test_two_people_compare_the_same_16_digits_of_one_pair_alone() -> None:
    assert Pair("key", "secret").fingerprint == "719fb8323ad54940"
    others = [Pair("key", "secreT"), Pair("keys", "ecret"), Pair("", "key\nsecret")]
    assert len({pair.fingerprint for pair in [Pair("key", "secret"), *others]}) == 4


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-10-17T12:03:45Z", 1_760_702_625),
        ("2025-10-17T06:33:45.5-05:30", 1_760_702_625.5),
        ("2025-10-18T02:03:45+14:00", 1_760_702_625),
        ("1970-01-01T00:00:00,25Z", 0.25),
    ],
)
def test_a_time_is_the_second_that_it_names(value: str, moment: float) -> None:
    assert iso_moment(value) == moment


def test_a_time_that_is_none_is_refused() -> None:
    for value in ("2025-02-30T00:00:00Z", "2025-10-17T12:03:45"):
        with pytest.raises(SignatureRefusedError) as refused:
            iso_moment(value)
        assert refused.value.reason == "invalid_signature"


def test_a_header_is_shown_byte_for_byte() -> None:
    headers = {"x-signature": ["Ü\ud800", "second"]}
    assert first(headers, "X-Signature") == b"\xc3\x9c\xed\xa0\x80"
    assert first(headers, "X-Timestamp") == b""
