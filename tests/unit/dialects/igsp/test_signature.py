"""Family `igsp`: the published vectors, every malformed header, both directions of the clock."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.base.headers import Headers, headers_of
from casino.dialects.igsp.signature import IgspFamily, signature
from casino.dialects.registry import FAMILIES, family
from casino.signing.pair import Pair
from casino.signing.scheme import TOLERANCE_S, Message, SignatureRefusedError
from testing.signatures import live

# Computed with PHP 8.2 and Python independently.
SECRET = "91b2c7a4aadb48b62e"
TIMESTAMP = "2025-10-17T12:03:45Z"
NOW = 1_760_702_625.0
BALANCE = (
    '{"action":"balance","player_id":"player-912","currency":"EUR",'
    '"session_id":"sess-20250101-0001"}'
)
BET = '{"action":"bet","player_id":"player-912","amount":2.50,"note":"Ünï €"}'
VECTORS = [
    (BALANCE, "168207057114c62858d65a1e1861ddce5846b8db7df80966f5a588052ce65043"),
    ("", "597fae63e446ea57cd48b11a04a9384d4cca2c85f5a8b53ffcccee414938860b"),
    (BET, "639d72dbcaafe2b2a34afd813298b86f71e04678ee1b406ae6f4683eaa7a42be"),
]
BODY = BET.encode()
GOOD = VECTORS[2][1]
IGSP = family("igsp")


CURRENT = live("current", SECRET)


def headers(**changes: str | list[str] | None) -> Headers:
    """Return good headers with changes; `None` leaves a header out, a list sends it often."""
    named: dict[str, str | list[str] | None] = {
        "Authorization": "Bearer key-1",
        "X-Timestamp": TIMESTAMP,
        "X-Signature": GOOD,
    }
    named |= {name.replace("_", "-"): value for name, value in changes.items()}
    return headers_of(
        (name, one)
        for name, value in named.items()
        if value is not None
        for one in ([value] if isinstance(value, str) else value)
    )


def verify(sent: Headers, body: bytes = BODY, now: float = NOW) -> str:
    return IGSP.verify(Message(body, sent), [CURRENT], now)


def refusal(sent: Headers, body: bytes = BODY, now: float = NOW) -> str:
    with pytest.raises(SignatureRefusedError) as caught:
        verify(sent, body, now)
    return caught.value.reason


@pytest.mark.parametrize(("body", "expected"), VECTORS)
def test_the_published_vectors_are_reproduced_and_accepted(body: str, expected: str) -> None:
    assert signature(body.encode(), TIMESTAMP, SECRET) == expected
    signed = IGSP.sign(body.encode(), Pair("key-1", SECRET), NOW)
    assert signed == {
        "Authorization": "Bearer key-1",
        "X-Timestamp": TIMESTAMP,
        "X-Signature": expected,
    }
    assert verify(headers_of(signed.items()), body.encode()) == "current"


def test_a_moment_between_two_seconds_is_signed_with_its_milliseconds() -> None:
    signed = IGSP.sign(BODY, Pair("key-1", SECRET), NOW + 0.125)
    assert signed["X-Timestamp"] == "2025-10-17T12:03:45.125Z"
    assert IGSP.signed_at(headers_of(signed.items())) == NOW + 0.125


def test_the_time_is_utc_wherever_it_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        signed = IGSP.sign(BODY, Pair("key-1", SECRET), NOW)
        moment = IGSP.signed_at(headers_of(signed.items()))
    time.tzset()
    assert (signed["X-Timestamp"], moment) == (TIMESTAMP, NOW)


def test_header_names_match_in_any_case() -> None:
    signed = IGSP.sign(BODY, Pair("key-1", SECRET), NOW)
    shouted = headers_of((name.upper(), value) for name, value in signed.items())
    assert IGSP.credential(shouted) == "key-1"
    assert verify(shouted) == "current"


def test_every_live_version_verifies_and_is_named() -> None:
    versions = [live("current", "new"), live("pending", "next"), live("previous", SECRET)]
    assert IGSP.verify(Message(BODY, headers()), versions, NOW) == "previous"
    with pytest.raises(SignatureRefusedError):
        IGSP.verify(Message(BODY, headers()), versions[:2], NOW)
    with pytest.raises(SignatureRefusedError):
        IGSP.verify(Message(BODY, headers()), [], NOW)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_no_flipped_bit_of_the_body_verifies(bit: int) -> None:
    tampered = bytearray(BODY)
    tampered[bit // 8] ^= 1 << bit % 8
    assert refusal(headers(), bytes(tampered)) == "invalid_signature"


@given(st.text(max_size=80))
def test_no_other_text_is_a_signature(text: str) -> None:
    if text == GOOD:
        return
    expected = "invalid_signature" if text else "unauthorized"
    assert refusal(headers(X_Signature=text)) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "0",
        f" {GOOD}",
        f"{GOOD} ",
        f"{GOOD}\n",
        f"{GOOD},{GOOD}",
        f"sha256={GOOD}",
        "Y514y8r+Kzo0r9gTKYuG9x4EZ47htAauavSWg+p6Qr4=",
        GOOD.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        GOOD.translate(str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))),
        "\ud800" * 64,
    ],
)
def test_another_writing_of_the_signature_is_refused(wrong: str) -> None:
    assert refusal(headers(X_Signature=wrong)) == "invalid_signature"


@pytest.mark.parametrize("name", ["X_Signature", "X_Timestamp"])
def test_a_header_given_twice_is_refused(name: str) -> None:
    value = GOOD if name == "X_Signature" else TIMESTAMP
    assert refusal(headers(**{name: [value, value]})) == "invalid_signature"


@pytest.mark.parametrize("name", ["Authorization", "X_Signature", "X_Timestamp"])
@pytest.mark.parametrize("value", [None, "", ["", "x"]])
def test_a_missing_or_empty_header_is_unauthorized(name: str, value: str | None) -> None:
    with pytest.raises(SignatureRefusedError, match=r"^unauthorized$"):
        IGSP.credential(headers(**{name: value}))


@pytest.mark.parametrize(
    "value",
    [
        "Basic a2V5",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "key-1",
        "Bearer kéy",
        "Bearer a b",
        "Bearer \n",
    ],
)
def test_an_authorization_that_names_no_key_is_unauthorized(value: str) -> None:
    with pytest.raises(SignatureRefusedError, match=r"^unauthorized$"):
        IGSP.credential(headers(Authorization=value))
    with pytest.raises(SignatureRefusedError, match=r"^unauthorized$"):
        IGSP.credential(headers(Authorization=["Bearer key-1", "Bearer key-1"]))


def test_the_scheme_is_matched_in_any_case() -> None:
    assert IGSP.credential(headers(Authorization="bearer key-1")) == "key-1"
    assert IGSP.credential(headers(Authorization="BEARER  X-1X ")) == "X-1X"


@pytest.mark.parametrize("off", [-TOLERANCE_S, -1, 0, 0.5, TOLERANCE_S])
def test_a_timestamp_within_the_tolerance_is_accepted(off: float) -> None:
    assert verify(headers(), now=NOW + off) == "current"


@pytest.mark.parametrize("off", [-TOLERANCE_S - 1, TOLERANCE_S + 0.001, 86_400, -(10**9)])
def test_a_timestamp_off_in_either_direction_is_refused(off: float) -> None:
    assert refusal(headers(), now=NOW + off) == "timestamp_out_of_range"


@pytest.mark.parametrize(
    "stamp", [TIMESTAMP, "2025-10-17T12:03:45.123Z", "2025-10-17T12:03:45,9+00:00"]
)
def test_the_timestamp_is_signed_as_it_is_written(stamp: str) -> None:
    signed = signature(BODY, stamp, SECRET)
    assert verify(headers(X_Timestamp=stamp, X_Signature=signed)) == "current"
    if stamp != TIMESTAMP:
        assert refusal(headers(X_Timestamp=stamp)) == "invalid_signature"


@pytest.mark.parametrize(
    ("stamp", "verdict"),
    [
        ("2025-10-17T14:03:45+02:00", "current"),
        ("2025-10-17T06:33:45.5-05:30", "current"),
        ("2025-10-17T12:03:45+02:00", "timestamp_out_of_range"),
    ],
)
def test_c12_a_time_with_an_offset_is_the_moment_that_it_names(stamp: str, verdict: str) -> None:
    sent = headers(X_Timestamp=stamp, X_Signature=signature(BODY, stamp, SECRET))
    if verdict == "current":
        assert verify(sent) == verdict
    else:
        assert refusal(sent) == verdict


@pytest.mark.parametrize(
    "stamp",
    [
        "1760702625",
        "2025-10-17 12:03:45Z",
        "2025-10-17T12:03:45",
        "2025-10-17T12:03:45-00:00",
        "2025-10-17T12:03:45+24:00",
        "2025-10-17T12:03:45+0200",
        "2025-10-17T12:03:45Z ",
        "2025-10-17T12:03:45Z\n",
        "2025-13-17T12:03:45Z",
        "2025-10-17T12:03:60Z",
        "0000-10-17T12:03:45Z",
        "٢٠٢٥-10-17T12:03:45Z",
        "2025-10-17T12:03:45.Z",
        "2025-10-17T12:03:45.1234567890Z",
        "NaN",
        "\ud800",
    ],
)
def test_a_timestamp_that_is_no_utc_time_is_refused(stamp: str) -> None:
    signed = signature(BODY, stamp, SECRET) if stamp.isascii() else GOOD
    sent = headers(X_Timestamp=stamp, X_Signature=signed)
    assert refusal(sent) == "invalid_signature"


def test_bytes_cannot_wander_between_body_and_timestamp() -> None:
    for cut in range(1, len(TIMESTAMP)):
        body, stamp = BODY + TIMESTAMP[:cut].encode(), TIMESTAMP[cut:]
        assert refusal(headers(X_Timestamp=stamp), body) == "invalid_signature"
    longer = "}" + TIMESTAMP
    assert refusal(headers(X_Timestamp=longer), BODY[:-1]) == "invalid_signature"


def test_families_are_found_by_name() -> None:
    assert "igsp" in FAMILIES
    assert isinstance(family("igsp"), IgspFamily)
    with pytest.raises(LookupError):
        family("unknown")
