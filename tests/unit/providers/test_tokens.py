"""Which credentials a token is asked for with, and what is believed of the answer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from casino.dialects.invo.player_token import MOST_PLAYERS, PLAYER_TOKEN, PlayerTokens
from casino.observability.credentials import TokenTelemetry
from casino.providers.sender import Reply
from casino.providers.token import TokenRefusedError, TokenUnavailableError
from casino.providers.token_request import with_token
from casino.signing.pair import CURRENT, Pair
from testing.clock import FakeClock
from testing.credentials import FakeKeyring
from testing.fake_shelf import FakeObserver
from tests.unit.providers.tokens import (
    INTEGRATION,
    NEW,
    FakeService,
    seller,
    seller_answer,
)

# Credentials that change


@pytest.mark.parametrize("refusal", [Reply(401, b""), Reply(200, b'{"code": "1001"}')])
def test_rotated_credentials_are_picked_up_by_the_call_that_needs_them(refusal: Reply) -> None:
    def strict(sent: Mapping[str, Any], number: int) -> Reply:
        return seller_answer(number) if sent["password"] == NEW.secret_key else refusal

    world = seller(strict)
    world.keyring.stored = NEW

    assert world.token().get() == "token-2"
    assert world.keyring.refreshes == 1
    assert world.observer.failures == []


def test_credentials_that_did_not_change_are_not_sent_twice() -> None:
    world = seller(lambda sent, number: Reply(401, b""))
    with pytest.raises(TokenRefusedError, match="credentials_refused"):
        world.token().get()

    assert (len(world.service.requests), world.keyring.refreshes) == (1, 1)


def test_an_unreadable_secret_is_a_failure_of_the_token() -> None:
    world = seller()
    world.keyring.readable = False
    with pytest.raises(TokenUnavailableError, match="secret_unavailable"):
        world.token().get()
    assert world.observer.failures == ["secret_unavailable"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"code": "0000"}',
        b'{"code": "0000", "data": {"accessToken": "t", "tokenType": "Bearer"}}',
        b'{"data": {"accessToken": "t", "tokenType": "mac", "expiresIn": 1}}',
        b'{"data": {"accessToken": "a\\nb", "tokenType": "Bearer", "expiresIn": 1}}',
        b'{"data": {"accessToken": "", "tokenType": "Bearer", "expiresIn": 1}}',
        b'{"data": {"accessToken": 7, "tokenType": "Bearer", "expiresIn": 1}}',
        b'{"data": {"accessToken": "t", "tokenType": "Bearer", "expiresIn": true}}',
        b'{"data": {"accessToken": "t", "tokenType": "Bearer", "expiresIn": "3600"}}',
    ],
)
def test_a_malformed_answer_is_a_failure_of_the_token(body: bytes) -> None:
    world = seller(lambda sent, number: Reply(200, body))
    with pytest.raises(TokenUnavailableError, match="malformed_answer"):
        world.token().get()


@pytest.mark.parametrize("lifetime", ["NaN", "-5", "0"])
def test_a_token_without_a_life_is_used_once(lifetime: str) -> None:
    def odd(sent: Mapping[str, Any], number: int) -> Reply:
        return Reply(200, seller_answer(number).body.replace(b"7200", lifetime.encode()))

    token = seller(odd).token()

    assert [token.get(), token.get()] == ["token-1", "token-2"]


@pytest.mark.parametrize("lifetime", ["Infinity", "1e400", "1" + "0" * 400])
def test_no_token_is_believed_for_more_than_a_day(lifetime: str) -> None:
    def odd(sent: Mapping[str, Any], number: int) -> Reply:
        return Reply(200, seller_answer(number).body.replace(b"7200", lifetime.encode()))

    world = seller(odd)
    token = world.token()
    token.get()
    world.clock.advance(24 * 3600)

    assert token.get() == "token-2"


# Players


SDK_OLD, SDK_NEW = (
    Pair("game-7", "ivsdk_old", CURRENT),
    Pair("game-7", "ivsdk_new", CURRENT),
)


def minting(valid: str, lifetime: str = "2026-01-01T00:15:00Z") -> FakeService:
    def answer(sent: Mapping[str, Any], number: int) -> Reply:
        if sent["X-Game-Secret-Key"] != valid:
            return Reply(401, b"")
        fields = {"token": f"player-token-{number}", "expires_at": lifetime, "identity_id": "id_1"}
        return Reply(200, json.dumps(fields).encode())

    return FakeService(answer)


def players(service: FakeService, keyring: FakeKeyring, clock: FakeClock) -> PlayerTokens:
    return PlayerTokens(service, keyring, INTEGRATION, clock, FakeObserver())


def test_a_player_token_is_minted_with_the_sdk_key_and_kept_for_its_player() -> None:
    service, keyring = minting("ivsdk_old"), FakeKeyring(SDK_OLD, SDK_OLD)
    tokens = players(service, keyring, FakeClock())

    assert tokens.of("a@example.com").get() == "player-token-1"
    assert tokens.of("b@example.com").get() == "player-token-2"
    assert tokens.of("a@example.com").get() == "player-token-1"
    headers = {"X-Game-Secret-Key": "ivsdk_old"}
    assert service.requests[0] == (PLAYER_TOKEN, headers, {"player_email": "a@example.com"})


def test_a_player_token_is_minted_anew_before_its_fifteen_minutes_are_over() -> None:
    clock = FakeClock()
    tokens = players(minting("ivsdk_old"), FakeKeyring(SDK_OLD, SDK_OLD), clock)
    tokens.of("a@example.com").get()
    clock.advance(839)
    assert tokens.of("a@example.com").get() == "player-token-1"
    clock.advance(1)
    assert tokens.of("a@example.com").get() == "player-token-2"


def test_a_401_of_a_player_call_mints_once_and_retries() -> None:
    tokens = players(minting("ivsdk_old"), FakeKeyring(SDK_OLD, SDK_OLD), FakeClock())
    sent: list[str] = []

    def call(value: str) -> Reply:
        sent.append(value)
        return Reply(200 if value == "player-token-2" else 401, b"")

    assert with_token(tokens.of("a@example.com"), call).status == 200
    assert sent == ["player-token-1", "player-token-2"]


def test_an_sdk_key_that_rotated_without_overlap_is_picked_up_at_once() -> None:
    service, keyring = minting("ivsdk_new"), FakeKeyring(SDK_OLD, SDK_NEW)
    tokens = players(service, keyring, FakeClock())

    assert tokens.of("a@example.com").get() == "player-token-2"
    assert [headers["X-Game-Secret-Key"] for _, headers, _ in service.requests] == [
        "ivsdk_old",
        "ivsdk_new",
    ]


@pytest.mark.parametrize("moment", ["", "soon", "2026-01-01T00:15:00", "2026-13-01T00:15:00Z"])
def test_a_player_token_without_a_moment_is_refused(moment: str) -> None:
    tokens = players(minting("ivsdk_old", moment), FakeKeyring(SDK_OLD, SDK_OLD), FakeClock())
    with pytest.raises(TokenUnavailableError, match="malformed_answer"):
        tokens.of("a@example.com").get()


def test_the_number_of_players_that_are_remembered_is_bounded() -> None:
    tokens = players(minting("ivsdk_old"), FakeKeyring(SDK_OLD, SDK_OLD), FakeClock())
    first = tokens.of("first@example.com")
    for number in range(MOST_PLAYERS):
        tokens.of(f"{number}@example.com")

    assert tokens.of("first@example.com") is not first


# Metrics


def test_a_failed_fetch_raises_a_metric_that_an_alarm_can_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    TokenTelemetry("launch").token_failed("seller", "status_503")
    metric = json.loads(capsys.readouterr().out)

    assert metric["TokenRefreshFailures"] == [1.0]
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert (metric["service"], metric["token_service"]) == ("launch", "seller")
    assert metric["reason"] == "status_503"


def test_a_fetch_that_worked_is_counted_too(capsys: pytest.CaptureFixture[str]) -> None:
    TokenTelemetry("launch").token_fetched("seller")

    assert json.loads(capsys.readouterr().out)["TokenRefreshes"] == [1.0]
