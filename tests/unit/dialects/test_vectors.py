"""The published vectors of every family, byte for byte, in both directions."""

from typing import Final

import pytest

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import Pair
from casino.signing.scheme import Message, Particulars
from testing.signatures import live, openssl, rsa_key

SECRET: Final = "91b2c7a4aadb48b62e"
MOMENT: Final = 1_760_702_625.0
TIMESTAMP: Final = "2025-10-17T12:03:45Z"
BALANCE: Final = (
    '{"action":"balance","player_id":"player-912","currency":"EUR",'
    '"session_id":"sess-20250101-0001"}'
)
BET: Final = '{"action":"bet","player_id":"player-912","amount":2.50,"note":"Ünï €"}'
T: Final = 1_734_850_099.0


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BALANCE, "168207057114c62858d65a1e1861ddce5846b8db7df80966f5a588052ce65043"),
        ("", "597fae63e446ea57cd48b11a04a9384d4cca2c85f5a8b53ffcccee414938860b"),
        (BET, "639d72dbcaafe2b2a34afd813298b86f71e04678ee1b406ae6f4683eaa7a42be"),
    ],
    ids=["balance", "empty", "bet"],
)
def test_igsp_signs_and_verifies_the_vector(body: str, signature: str) -> None:
    headers = family("igsp").sign(body.encode(), Pair("key", SECRET), MOMENT)

    assert headers == {
        "Authorization": "Bearer key",
        "X-Timestamp": TIMESTAMP,
        "X-Signature": signature,
    }
    received, versions = headers_of(headers.items()), [live("current", SECRET)]
    assert family("igsp").verify(Message(body.encode(), received), versions, MOMENT) == "current"


def test_flexsoft_signs_and_verifies_the_vector() -> None:
    headers = family("flexsoft").sign(BET.encode(), Pair("pk", SECRET), MOMENT)

    assert headers == {
        "X-Public-Key": "pk",
        "X-Signature": "7V5PInklPyvbtXqJpEDJWWm37Fbn/eRcW2vGBijDpEU=",
    }
    received, versions = headers_of(headers.items()), [live("current", SECRET)]
    assert family("flexsoft").verify(Message(BET.encode(), received), versions, MOMENT) == "current"


def test_invo_signs_and_verifies_the_vector() -> None:
    headers = family("invo").sign(
        BET.encode(), Pair("", SECRET), T, Particulars(request_id="evt-1")
    )

    assert headers == {
        "X-Invo-Signature": "t=1734850099,"
        "v1=ff7f0c778ecd0ca8c582c0a1da112be1ff67733cd6d3a90869be95c349899f6f",
        "X-Invo-Idempotency-Key": "evt-1",
    }
    received, versions = headers_of(headers.items()), [live("current", SECRET)]
    assert family("invo").verify(Message(BET.encode(), received), versions, T) == "current"


def test_igv_seller_signs_and_verifies_the_vector() -> None:
    secret = "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
    headers = family("igv-seller").sign(
        b"{}", Pair("", secret), T, Particulars(request_id="2002986662652579841")
    )

    assert headers == {
        "X-Request-Id": "2002986662652579841",
        "X-Timestamp": "1734850099000",
        "X-Signature": "fd3b0ee18d6a018a553de2b3a2e4f380daa87917401e4981f302d2abee7abd8e",
    }
    received, versions = headers_of(headers.items()), [live("current", secret)]
    assert family("igv-seller").verify(Message(b"{}", received), versions, T) == "current"


def test_igv_merchant_signs_the_string_of_the_vector() -> None:
    merchant, body, now = family("igv-merchant"), b'{"key":"value"}', 1_743_478_725.0
    particulars = Particulars(query="param2=value2&param1=value1", request_id="a1b2c3")
    headers = merchant.sign(body, Pair("", rsa_key()), now, particulars)

    assert (headers["timestamp"], headers["nonce"]) == ("1743478725", "a1b2c3")
    received = headers_of(headers.items())
    message = Message(body, received, particulars.query)
    parts = merchant.parts(message, rsa_key())
    text = b'param1=value1&param2=value21743478725a1b2c3{"key":"value"}'
    assert b"".join(part.value for part in parts) == text
    assert merchant.fits(text, received, rsa_key().encode())
    versions = [live("current", rsa_key())]
    assert merchant.verify(message, versions, now) == "current"


def test_igv_merchant_is_verified_with_the_public_half_alone() -> None:
    merchant, now = family("igv-merchant"), 1_743_478_725.0
    public = openssl("rsa", "-pubout", given=rsa_key().encode()).decode()
    headers = merchant.sign(b"", Pair("", rsa_key()), now, Particulars(request_id="a1b2c3"))

    message = Message(b"", headers_of(headers.items()))
    assert merchant.verify(message, [live("theirs", public)], now)
