"""`ops gift`: the intent stands before anything is sent, and goes out byte for byte again."""

import json
from typing import Any

import pytest
import urllib3

from casino.wiring import admin
from sandbox.flexsoft.signatures import holds
from testing.integrations import with_terms
from testing.launching import PLAYER
from tests.functional.flexsoft.far import OK, Far
from tests.functional.flexsoft.partner import INTEGRATION, PUBLIC_KEY, SECRET_KEY, SETTINGS, Partner
from tests.functional.ops.console import Console, Said

GRANT = (
    "gift", "grant", "g-1", PLAYER, "EUR", "--game", "chicken-race", "--rounds", "10",
    "--stake", "0.10", "--from", "2026-05-01T00:00:00", "--until", "2026-05-31T23:59:59",
    "--integration", INTEGRATION, "--portal", "MyCasino",
)  # fmt: skip
WHY = ("--reason", "welcome")
BODY = {
    "portalName": "MyCasino",
    "client": {"operatorTxId": "g-1", "userId": PLAYER, "currencyCode": "EUR"},
    "gifts": [
        {
            "gameName": "chicken-race",
            "giftKey": "g-1",
            "quantity": 10,
            "betLevel": 100,
            "activationDate": "2026-05-01T00:00:00",
            "expirationDate": "2026-05-31T23:59:59",
        }
    ],
}


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    far = Far()
    monkeypatch.setattr(admin, "pool_manager", lambda public_only: far)
    return far


@pytest.fixture
def ops(stranger: Partner) -> Console:
    return Console(stranger.world)


def told(said: Said) -> list[str]:
    return [record["what"] for record in said.json["story"]]


def test_gift_is_granted_in_the_partners_words_and_signed(ops: Console, far: Far) -> None:
    far.answers = [(200, OK)]
    said = ops(*GRANT, *WHY, "--json")
    ((url, body, headers),) = far.sent
    assert url == "https://provider.test/api/v1/game-gifts"
    assert json.loads(body) == BODY
    assert headers["x-public-key"] == PUBLIC_KEY
    assert holds(SECRET_KEY, headers, body)
    assert told(said) == ["gift.grant", "gift.answered"]
    assert said.json["story"][0]["detail"] == body.decode()
    assert told(ops("gift", "show", "g-1", "--integration", INTEGRATION, "--json")) == told(said)


@pytest.mark.parametrize(
    "lost",
    [urllib3.exceptions.ReadTimeoutError(None, "u", "slow"), (503, b""), (500, b"x")],  # type: ignore[arg-type]
)
def test_gift_without_an_answer_is_sent_again_byte_for_byte(
    ops: Console, far: Far, lost: Any
) -> None:
    far.answers = [lost, (200, OK)]
    assert "gift_unanswered" in ops(*GRANT, *WHY, "--json").out
    ops.clock.advance(1)
    said = ops(*GRANT, "--reason", "again", "--json")
    assert far.sent[0] == far.sent[1]
    assert told(said) == ["gift.grant", "gift.unanswered", "gift.answered"]


def test_intent_stands_when_the_machine_dies_before_it_is_sent(ops: Console, far: Far) -> None:
    far.answers = [RuntimeError("the machine died")]
    with pytest.raises(RuntimeError, match="died"):
        ops(*GRANT, *WHY)
    assert told(ops("gift", "show", "g-1", "--integration", INTEGRATION, "--json")) == [
        "gift.grant"
    ]


def test_answered_gift_is_sent_no_more(ops: Console, far: Far) -> None:
    far.answers = [(200, OK)]
    assert ops(*GRANT, *WHY).code == 0
    assert ops(*GRANT, *WHY).code == 0
    assert len(far.sent) == 1


def test_id_of_another_gift_is_refused_before_anything_is_sent(ops: Console, far: Far) -> None:
    far.answers = [(200, OK)]
    ops(*GRANT, *WHY)
    other = tuple("11" if word == "10" else word for word in GRANT)
    assert "gift_mismatch" in ops(*other, *WHY, "--json").out
    cancel = ("gift", "cancel", "g-1", PLAYER, "EUR", "--gift", "g-1")
    said = ops(*cancel, "--integration", INTEGRATION, *WHY, "--json")
    assert "gift_mismatch" in said.out
    assert len(far.sent) == 1


def test_gift_is_taken_back(ops: Console, far: Far) -> None:
    far.answers = [(200, OK)]
    cancel = ("gift", "cancel", "c-1", PLAYER, "EUR", "--gift", "g-1", "--portal", "MyCasino")
    assert told(ops(*cancel, "--integration", INTEGRATION, *WHY, "--json"))[0] == "gift.cancel"
    ((url, body, _),) = far.sent
    assert url.endswith("/api/v1/game-gifts/cancel")
    assert json.loads(body) == {
        "portalName": "MyCasino",
        "client": {"operatorTxId": "c-1", "userId": PLAYER, "currencyCode": "EUR"},
        "gifts": [{"giftKey": "g-1"}],
    }


def test_refused_gift_says_so_and_may_be_asked_for_again(ops: Console, far: Far) -> None:
    far.answers = [(400, b'{"code":400}'), (200, OK)]
    assert "gift_refused" in ops(*GRANT, *WHY, "--json").out
    ops.clock.advance(1)
    assert told(ops(*GRANT, *WHY, "--json")) == ["gift.grant", "gift.refused", "gift.answered"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.10", "0.001"),
        ("0.10", "0"),
        ("0.10", "much"),
        ("10", "0"),
        ("EUR", "XXX"),
        ("2026-05-31T23:59:59", "2026-04-30T00:00:00"),
        ("2026-05-31T23:59:59", "2026-05-31T23:59:59Z"),
        ("2026-05-31T23:59:59", "tomorrow"),
    ],
)
def test_gift_that_cannot_be_is_not_stored(ops: Console, far: Far, old: str, new: str) -> None:
    words = tuple(new if word == old else word for word in GRANT)
    assert ops(*words, *WHY).code != 0
    assert (
        "gift_not_found" in ops("gift", "show", "g-1", "--integration", INTEGRATION, "--json").out
    )
    assert far.sent == []


def test_gift_needs_a_reason_and_an_integration_of_flexsoft(
    ops: Console, far: Far, stranger: Partner
) -> None:
    assert ops(*GRANT).code != 0
    words = tuple("sandbox" if word == INTEGRATION else word for word in GRANT)
    assert "no_gifts" in ops(*words, *WHY, "--json").out
    stranger.world.registry.put(with_terms(SETTINGS, url=""), (PUBLIC_KEY,))
    assert "no_gifts" in ops(*GRANT, *WHY, "--json").out
    assert far.sent == []


def test_gift_says_where_its_wins_pay_and_is_sent_only_when_it_is_so(
    ops: Console, far: Far
) -> None:
    far.answers = [(200, OK), (200, OK)]
    ops.world.player(PLAYER)
    bonus = ("--times", "30", "--pays", "bonus", "--until", "2096-01-01T00:00:00Z")
    assert "invalid_request" in ops(*GRANT, "--pays", "bonus", *WHY, "--json").out
    assert far.sent == []
    assert told(ops(*GRANT, "--pays", "cash", *WHY, "--json"))[-1] == "gift.answered"
    ops.json("bonus", "grant", PLAYER, "EUR", "free-1", "0", *bonus, *WHY)
    other = tuple("g-2" if word == "g-1" else word for word in GRANT)
    assert "invalid_request" in ops(*other, "--pays", "cash", *WHY, "--json").out
    assert told(ops(*other, "--pays", "bonus", *WHY, "--json"))[-1] == "gift.answered"
    late = tuple("2096-01-01T00:00:01" if word.startswith("2026-05-31") else word for word in other)
    assert "invalid_request" in ops(*late, "--pays", "bonus", *WHY, "--json").out
