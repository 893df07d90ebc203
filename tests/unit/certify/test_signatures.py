"""The kit signs by itself; the protocols' published vectors agree."""

from typing import Final

import pytest

from certify.dialects import Access, flexsoft, igsp
from certify.dialects.winupgo import Winupgo
from certify.model import Seat
from sandbox.winupgo.signatures import seal

SECRET: Final = "91b2c7a4aadb48b62e"
TIME: Final = "2025-10-17T12:03:45Z"
BET: Final = '{"action":"bet","player_id":"player-912","amount":2.50,"note":"Ünï €"}'.encode()


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"action":"balance","player_id":"player-912","currency":"EUR",'
         b'"session_id":"sess-20250101-0001"}',
         "168207057114c62858d65a1e1861ddce5846b8db7df80966f5a588052ce65043"),
        (b"", "597fae63e446ea57cd48b11a04a9384d4cca2c85f5a8b53ffcccee414938860b"),
        (BET, "639d72dbcaafe2b2a34afd813298b86f71e04678ee1b406ae6f4683eaa7a42be"),
    ],
)  # fmt: skip
def test_igsp(body: bytes, signature: str) -> None:
    assert igsp.sign(SECRET, body, TIME) == signature


def test_flexsoft() -> None:
    assert flexsoft.sign(SECRET, BET) == "7V5PInklPyvbtXqJpEDJWWm37Fbn/eRcW2vGBijDpEU="
    body = b'{"provider_tx_id":"tx-1","amount":5440}'
    assert flexsoft.sign("flex-secret", body) == "0zBes667I/RlbcutTyX+tVEXlxV5+sZPPoutspIC/Wg="


def test_winupgo_signs_what_another_implementation_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify.dialects.winupgo.time.time", lambda: 1_760_702_625)
    extra = {"brand_id": "brand-7", "region": "EU", "provider_id": "studio", "path_base": "/w/v1"}
    studio = Winupgo(Access("https://casino.example", "key-1", SECRET, extra))
    letter = studio.letter("authorize", "run-a", 250, Seat("p", "EUR", "s"))
    sent = studio.seal(letter, {"token": "none"}, "trace")
    headers = {name: value for name, value in sent.headers if isinstance(value, str)}
    said = {n: headers[n] for n in ("X-Idempotency-Key", "X-Brand-Id", "X-Region", "X-Provider-Id")}
    path = "/w/v1/bets/authorize"
    theirs = seal("key-1", SECRET, path, said, sent.body, 1_760_702_625)
    assert {name: headers[name] for name in theirs} == theirs
