"""Two implementations of one signature, ours and the simulated provider's, must agree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, Pair
from casino.signing.scheme import Message
from sandbox.provider.config import Credential
from sandbox.provider.signatures import SignatureError, identify, seal

SECRET = "91b2c7a4aadb48b62e"
KEY = Credential("gp_live", SECRET, "")
KNOWN = {KEY.api_key: KEY}
NOW = datetime(2025, 10, 17, 12, 3, 45, tzinfo=UTC)

bodies = st.binary(max_size=300)
moments = st.integers(0, 20 * 365 * 24 * 3600).map(lambda s: NOW + timedelta(seconds=s))


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            '{"action":"balance","player_id":"player-912","currency":"EUR",'
            '"session_id":"sess-20250101-0001"}',
            "168207057114c62858d65a1e1861ddce5846b8db7df80966f5a588052ce65043",
        ),
        ("", "597fae63e446ea57cd48b11a04a9384d4cca2c85f5a8b53ffcccee414938860b"),
        (
            '{"action":"bet","player_id":"player-912","amount":2.50,"note":"Ünï €"}',
            "639d72dbcaafe2b2a34afd813298b86f71e04678ee1b406ae6f4683eaa7a42be",
        ),
    ],
)
def test_the_provider_signs_the_published_vectors(body: str, signature: str) -> None:
    assert seal(KEY, body.encode(), NOW)["X-Signature"] == signature


@given(bodies, moments)
def test_the_provider_accepts_what_we_sign(body: bytes, now: datetime) -> None:
    headers = family("igsp").sign(body, Pair(KEY.api_key, SECRET), now.timestamp())
    assert identify(KNOWN, Headers(headers), body, now) is KEY


@given(bodies, moments)
def test_we_accept_what_the_provider_signs(body: bytes, now: datetime) -> None:
    headers = headers_of(seal(KEY, body, now).items())
    versions = [Pair(KEY.api_key, SECRET, CURRENT)]
    assert family("igsp").verify(Message(body, headers), versions, now.timestamp()) == "current"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Basic gp_live"}, 401),
        ({"Authorization": "Bearer gp_other"}, 401),
        ({"X-Timestamp": ""}, 403),
        ({"X-Timestamp": "1760702625"}, 403),
        ({"X-Timestamp": "2025-10-17T12:03:46Z"}, 403),
        ({"X-Signature": ""}, 403),
        ({"X-Signature": "not hex"}, 403),
        ({"X-Signature": "ü" * 64}, 403),
        ({"X-Signature": "0" * 64}, 403),
        ({"X-Signature": seal(KEY, b"{}", NOW)["X-Signature"].upper()}, 403),
    ],
)
def test_the_provider_refuses_a_tampered_header(changed: dict[str, str], status: int) -> None:
    headers = Headers(seal(KEY, b"{}", NOW) | changed)
    with pytest.raises(SignatureError) as refused:
        identify(KNOWN, headers, b"{}", NOW)
    assert refused.value.status == status


@pytest.mark.parametrize("name", ["authorization", "x-timestamp", "x-signature"])
def test_the_provider_refuses_a_header_that_is_missing_or_there_twice(name: str) -> None:
    pairs = Headers(seal(KEY, b"{}", NOW)).raw
    without = [pair for pair in pairs if pair[0] != name.encode()]
    twice = [*pairs, *(pair for pair in pairs if pair[0] == name.encode())]
    for raw in (without, twice):
        with pytest.raises(SignatureError):
            identify(KNOWN, Headers(raw=raw), b"{}", NOW)


def test_the_provider_refuses_another_body() -> None:
    with pytest.raises(SignatureError):
        identify(KNOWN, Headers(seal(KEY, b"{}", NOW)), b"{} ", NOW)


@pytest.mark.parametrize("off_s", [-301, 301])
def test_the_provider_refuses_a_time_that_is_off_either_way(off_s: int) -> None:
    headers = Headers(seal(KEY, b"{}", NOW + timedelta(seconds=off_s)))
    with pytest.raises(SignatureError):
        identify(KNOWN, headers, b"{}", NOW)
