"""The composer writes and signs requests that the wallet's door takes, and spoils them as told."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from casino.base.errors import AdminError
from casino.base.headers import headers_of
from casino.signing.scheme import Message
from certify.model import Seat
from sandbox.console.composer import VERBS, Counterpart, Wanted, steps
from tests.functional.console.conftest import ORIGIN

HOSTILE = "</textarea><script>alert(1)</script>"
STACK: dict[str, Any] = {
    "hooks_url": "http://127.0.0.1:4566/hooks", "api_key": "gp_1", "secret_key": "s1",
    "players": [{"player_id": "player-912", "currency": "EUR", "session_id": "sess"}],
    "dialects": {
        "flexsoft": {
            "url": "http://127.0.0.1:4566/flexsoft/v1", "public_key": "pk", "secret_key": "s2",
            "players": [
                {"user_id": "p", "currency": "EUR", "session_token": "st", "user_token": "ut"}
            ],
        },
        "winupgo": {
            "url": "http://127.0.0.1:4566/winupgo/v1", "path_base": "/winupgo/v1", "key_id": "k",
            "secret_key": "s3", "brand_id": "b", "region": "EU", "provider_id": "studio",
        },
    },
}  # fmt: skip
NOW = 1_760_000_000.0
PLACES = {
    "endpoint": "http://127.0.0.1:4566",
    "stack_name": "test",
    "base_url": "http://127.0.0.1:1",
}
EVERY = [(name, verb) for name, verbs in VERBS.items() for verb in verbs]


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """What `make run` writes, with what signs for each protocol."""
    file = tmp_path / "stack.json"
    file.write_text(json.dumps(STACK | PLACES))
    return file


def wanted(verb: str, **changes: str) -> Wanted:
    seat = Seat("player-912", "EUR", "sess", extra={"user_token": "ut"})
    return Wanted(**({"verb": verb, "seat": seat, "amount": "2.50", "name": "tx-1"}
                     | {"round": "r-1", "of": "bet-0"} | changes))  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(("name", "verb"), EVERY)
def test_every_request_is_signed_as_the_door_wants_it(name: str, verb: str) -> None:
    there = Counterpart(name, STACK)
    made = there.seal(verb, there.write(wanted(verb)), "tx-1", "", NOW)
    message = Message(made.body, headers_of(made.headers.items()), path=made.path)
    assert there.scheme.verify(message, [there.pair], NOW) == "current"
    assert made.verdict(there.pair).verdict == "accepted"
    assert made.url.startswith(str((STACK["dialects"].get(name) or {}).get("url", there.url)))
    shown = json.dumps(steps(made))
    assert made.mac.hex() in shown
    assert there.pair.secret_key not in shown.split()


@pytest.mark.parametrize(
    ("name", "verb", "tamper", "verdict", "because"),
    [
        ("igsp", "bet", "byte", "invalid_signature", "no known mistake"),
        ("igsp", "bet", "secret", "invalid_signature", "no known mistake"),
        ("igsp", "bet", "old", "timestamp_out_of_range", "600 s in the past"),
        ("flexsoft", "bet", "byte", "invalid_signature", "no known mistake"),
        ("flexsoft", "bet", "secret", "invalid_signature", "no known mistake"),
        ("winupgo", "authorize", "byte", "invalid_signature", "its digest is that of other bytes"),
        ("winupgo", "authorize", "secret", "invalid_signature", "no known mistake"),
        ("winupgo", "authorize", "old", "timestamp_out_of_range", "600 s in the past"),
    ],
)
def test_a_request_that_is_tampered_with_is_refused_and_says_why(
    name: str, verb: str, tamper: str, verdict: str, because: str
) -> None:
    there = Counterpart(name, STACK)
    made = there.seal(verb, there.write(wanted(verb)), "tx-1", tamper, NOW)
    said = made.verdict(there.pair)
    assert said.verdict == verdict
    assert because in (said.first_difference or "")
    assert (made.body != made.signed) == (tamper == "byte")


def test_ids_stand_where_the_protocol_has_them() -> None:
    def body(name: str, verb: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(Counterpart(name, STACK).write(wanted(verb)))
        return found

    assert body("igsp", "bet") | {"amount": 2.5, "round_id": "r-1"} == body("igsp", "bet")
    assert body("igsp", "refund")["bet_transaction_id"] == "bet-0"
    assert "round_id" not in body("igsp", "balance")
    assert body("flexsoft", "win")["withdraw_provider_tx_id"] == "bet-0"
    assert body("flexsoft", "bet")["amount"] == 2500
    assert body("winupgo", "settle")["bet_id"] == "bet-0"


@pytest.mark.parametrize(
    ("verb", "body", "key", "tamper"),
    [
        ("deposit", "{}", "k", ""), ("bet", "x" * 65_537, "k", ""), ("bet", "{}", "", ""),
        ("bet", "{}", "k\r\nX-More: 1", ""), ("bet", "{}", "k" * 129, ""), ("bet", "{}", "k", "no"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(verb: str, body: str, key: str, tamper: str) -> None:
    with pytest.raises(AdminError):
        Counterpart("igsp", STACK).seal(verb, body, key, tamper, NOW)


def test_the_page_signs_and_shows_each_step(site: httpx.Client) -> None:
    page = site.get("/compose", params={"amount": "7.77", "round": "round-9"})
    body = unescape(page.text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0])
    assert '"amount":7.77' in body
    form = {"verb": "bet", "body": body, "name": "bet-9", "do": "sign"}
    made = site.post("/compose", data=form, headers={"Origin": ORIGIN})
    assert made.status_code == 200
    assert '<strong id="verdict">accepted</strong>' in made.text
    for said in ("The string to sign", "X-Timestamp", "hash_hmac", "createHmac", "curl -sS"):
        assert said in made.text
    tampered = site.post("/compose", data=form | {"tamper": "byte"}, headers={"Origin": ORIGIN})
    assert '<strong id="verdict">invalid_signature</strong>' in tampered.text
    assert "hash_hmac" not in tampered.text


@pytest.mark.parametrize("body", ["é", "€\n", "", "a1é"])
def test_whatever_is_spoilt_stays_text(site: httpx.Client, body: str) -> None:
    form = {"verb": "bet", "body": body, "name": "bet-9", "do": "sign", "tamper": "byte"}
    page = site.post("/compose", data=form, headers={"Origin": ORIGIN})
    assert page.status_code == 200
    assert '<strong id="verdict">invalid_signature</strong>' in page.text


def test_what_the_form_says_is_shown_as_text_and_names_no_other_host(site: httpx.Client) -> None:
    form = {"verb": "bet", "body": HOSTILE, "name": "bet-9", "do": "sign", "of": HOSTILE}
    more = {"url": "http://evil.example", "path": "//evil.example", "hooks_url": "http://evil"}
    page = site.post("/compose", data=form | more, headers={"Origin": ORIGIN})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "evil" not in page.text
    assert "http://127.0.0.1:4566/hooks" in page.text


@pytest.mark.parametrize(
    "form",
    [
        {"protocol": "invo"}, {"verb": "deposit"}, {"seat": "7"}, {"seat": "-1"}, {"seat": "x"},
        {"seat": "9" * 5000}, {"amount": "1.001"}, {"amount": "NaN"}, {"amount": "x"},
    ],
)  # fmt: skip
def test_a_form_of_no_sense_is_answered_in_words(site: httpx.Client, form: dict[str, str]) -> None:
    answer = site.get("/compose", params=form)
    assert answer.status_code in (400, 404)
    assert 'role="alert"' in answer.text


def test_no_page_elsewhere_lets_it_sign(site: httpx.Client) -> None:
    form = {"verb": "bet", "body": "{}", "name": "x"}
    answer = site.post("/compose", data=form, headers={"Origin": "http://127.0.0.1:8090"})
    assert answer.status_code == 403
