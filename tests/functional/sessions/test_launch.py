"""Launches through the session API, against the real tables: what is asked, written and said."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from casino.audit.model import Who
from casino.integrations.model import Off
from casino.integrations.store.items import registry_key
from casino.providers.ports import Launched, LaunchRequest
from casino.sessions.refusals import LAUNCH_ERRORS
from casino.sessions.url import Hosts
from casino.wallet.model import Player
from testing.launching import (
    PLAYER,
    PROVIDER_URL,
    STUDIO,
    URL,
    ApiReply,
    Desk,
    a_game,
    a_provider,
    api_event,
    introduce,
    play_in,
    stock,
)
from testing.world import GAME, World


def test_launch_returns_the_exact_url_and_opens_the_session(desk: Desk) -> None:
    desk.provider.answers = [URL]
    reply = desk.launch(session_id="sess-1", device="desktop", language="en")
    assert reply.status == 201
    assert reply.json["url"] == URL
    assert (reply.json["session_id"], reply.json["status"]) == ("sess-1", "active")
    stored = desk.stored("sess-1")
    assert (stored.session.status, stored.url) == ("active", URL)
    assert play_in(desk, "sess-1").bet("1.00").status == 200


def test_provider_is_told_the_wallets_spendable_balance(desk: Desk) -> None:
    desk.world.accounts.set_reserved(PLAYER, "EUR", 250_00)
    desk.launch(return_url="https://casino.test/lobby")
    (asked,) = desk.provider.asked
    assert asked.balance_minor == 750_00
    assert (asked.player_id, asked.player_name) == (PLAYER, "LuckyFox")
    assert (asked.game_id, asked.currency, asked.device) == (GAME, "EUR", "mobile")
    assert asked.return_url == "https://casino.test/lobby"
    assert not asked.is_demo


def test_balance_of_the_caller_is_refused(desk: Desk) -> None:
    reply = desk.launch(balance=5)
    assert (reply.status, reply.error) == (400, "invalid_request")
    assert desk.provider.asked == []


def test_request_and_response_are_kept_for_reconciliation(desk: Desk) -> None:
    desk.launch(session_id="sess-1")
    exchange = desk.stored("sess-1").exchange
    assert exchange is not None
    assert '"session_id": "sess-1"' in exchange.request
    assert exchange.response == '{"url": "https://provider.test/***"}'
    assert (exchange.status, exchange.correlation) == (201, {"x-request-id": "provider-1"})


def test_redirect_answers_302_with_the_exact_url(desk: Desk) -> None:
    desk.provider.answers = [URL]
    reply = desk.launch({"redirect": "true"})
    assert (reply.status, reply.headers["Location"]) == (302, URL)
    assert desk.launch({"redirect": "false"}).status == 201
    assert desk.launch({"redirect": "1"}).error == "invalid_request"


def test_session_is_written_before_the_provider_is_asked_and_answers_its_balance(
    desk: Desk,
) -> None:
    seen: list[Any] = []

    def call_back(request: LaunchRequest) -> Launched:
        play = play_in(desk, request.session_id)
        seen.append(desk.stored(request.session_id).session.status)
        seen.append(play.balance(session_id=request.session_id).status)
        seen.append(play.bet("1.00").error)
        return Launched(URL, "{}", "{}", 201)

    desk.provider.answers = [call_back]
    assert desk.launch().status == 201
    assert seen == ["launching", 200, "session_not_active"]


def test_a5_a_launch_for_money_lets_the_provider_ask_for_the_balance(desk: Desk) -> None:
    accounts = desk.world.accounts
    profile = ("Bob", "DE", "1990-12-31", "verified")
    accounts.add_player(Player("bob", False, "2026-01-01T00:00:00Z", *profile))
    accounts.add_wallet("bob", "EUR")
    play = replace(play_in(desk, "any"), player_id="bob")
    assert desk.launch(player_id="bob", is_demo=True).status == 201
    assert play.balance().error == "player_not_found", "a demo is not played with the wallet"

    desk.provider.answers = [lambda _: Launched(URL, play.balance().text, "{}", 201)]
    assert desk.launch(session_id="sess-1", player_id="bob").status == 201
    exchange = desk.stored("sess-1").exchange
    assert exchange is not None
    assert exchange.request == '{"balance":0.00}', "also while the session opens"


def test_every_launch_without_an_id_gets_its_own(desk: Desk) -> None:
    ids = {desk.launch().json["session_id"] for _ in range(3)}
    assert len(ids) == 3


def _nothing(world: World) -> None:
    return None


WHO: Final = Who("local:test", "the player asked")
TOMORROW: Final = int(time.time()) + 86_400
#: Code → what to arrange before the launch, and what to launch.
PREREQUISITES: dict[str, tuple[Callable[[World], object], dict[str, Any]]] = {
    "game_not_found": (_nothing, {"game_id": "99999999-5717-4562-b3fc-2c963f66afa6"}),
    "game_disabled": (lambda w: stock(w, a_game(status="inactive")), {}),
    "provider_disabled": (lambda w: stock(w, None, a_provider(enabled=False)), {}),
    "sessions_disabled": (
        lambda w: w.configure(url=PROVIDER_URL, launches_off=Off()),
        {},
    ),
    "unsupported_currency": (_nothing, {"currency": "GBP"}),
    "player_not_found": (_nothing, {"player_id": "nobody"}),
    "player_blocked": (lambda w: w.accounts.set_blocked(PLAYER, True), {}),
    "rg_self_excluded": (lambda w: w.limits.exclude(PLAYER, "self_exclusion", None, who=WHO), {}),
    "rg_cool_off": (lambda w: w.limits.exclude(PLAYER, "cool_off", TOMORROW, who=WHO), {}),
    "name_unknown": (lambda w: introduce(w, name=None), {}),
    "country_unknown": (lambda w: introduce(w, country=None), {}),
    "country_restricted": (lambda w: introduce(w, country="US"), {}),
    "age_unknown": (lambda w: introduce(w, birth_date=None), {}),
    "age_restricted": (lambda w: introduce(w, birth_date="2020-01-01"), {}),
    "kyc_unknown": (lambda w: introduce(w, kyc_level=None), {}),
    "kyc_level_too_low": (lambda w: introduce(w, kyc_level="registered"), {}),
    "kyc_restricted": (lambda w: introduce(w, kyc_level="restricted"), {}),
    "wallet_not_found": (_nothing, {"currency": "JPY"}),
}


@pytest.mark.parametrize("code", PREREQUISITES)
def test_prerequisite_is_refused_by_its_own_code_and_nobody_is_asked(desk: Desk, code: str) -> None:
    arrange, fields = PREREQUISITES[code]
    arrange(desk.world)
    reply = desk.launch(**fields)
    assert (reply.status, reply.error) == (LAUNCH_ERRORS[code].status, code)
    assert reply.json["retryable"] == LAUNCH_ERRORS[code].retryable
    assert desk.provider.asked == []


def test_switch_for_all_stops_launches(desk: Desk) -> None:
    item = {**registry_key("switch", "all"), "sessions_enabled": {"BOOL": False}}
    desk.world.client.put_item(TableName=desk.world.tables.registry, Item=item)
    reply = desk.launch()
    assert (reply.status, reply.error) == (503, "sessions_disabled")


def test_game_that_is_disabled_is_refused_by_a_warm_function_at_once(desk: Desk) -> None:
    assert desk.launch().status == 201
    stock(desk.world, a_game(deleted_at="2026-11-01T00:00:00Z"))
    assert desk.launch().error == "game_disabled"


def test_switch_takes_effect_on_a_warm_function_within_a_minute(desk: Desk) -> None:
    assert desk.launch().status == 201
    desk.world.configure(url=PROVIDER_URL, launches_off=Off())
    desk.clock.sleep(60)
    assert desk.launch().error == "sessions_disabled"


MALFORMED: list[Any] = [
    ("", "malformed_json"),
    ("[]", "malformed_json"),
    ('{"game_id":"a","game_id":"b"}', "malformed_json"),
    ("{}", "invalid_request"),
    ('{"game_id":7,"player_id":"p","currency":"EUR"}', "invalid_request"),
    ('{"game_id":"g","player_id":"","currency":"EUR"}', "invalid_request"),
    ('{"game_id":"g","player_id":"p","currency":"XXX"}', "unsupported_currency"),
    ("x" * 20_000, "payload_too_large"),
]


@pytest.mark.parametrize(("body", "code"), MALFORMED)
def test_malformed_request_is_refused(desk: Desk, body: str, code: str) -> None:
    assert desk.send(api_event("POST", None, body)).error == code


@pytest.mark.parametrize(
    "fields",
    [
        {"session_id": "a/b"},
        {"session_id": "a#b"},
        {"session_id": ""},
        {"session_id": "a" * 129},
        {"session_id": "sess\n"},
        {"device": "fridge"},
        {"is_demo": "yes"},
        {"language": "english"},
        {"return_url": "http://casino.test/"},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "https://casino.test/ x"},
        {"colour": "red"},
    ],
)
def test_field_that_is_not_valid_is_refused(desk: Desk, fields: dict[str, Any]) -> None:
    assert desk.launch(**fields).error == "invalid_request"


@pytest.mark.parametrize(
    ("hosts", "url", "taken"),
    [
        (Hosts(), "https://anywhere.test/lobby", True),
        (Hosts(), "http://localhost:3000/lobby", False),
        (Hosts(loopback=True), "http://localhost:3000/lobby", True),
        (Hosts(), "https://casino.test@evil.test/", False),
        (Hosts(), "https://casino.test\\@evil.test/", False),
        (Hosts(), "https://casino.test/{x}", False),
        (Hosts(("casino.test",)), "https://Casino.test:443/lobby", True),
        (Hosts(("casino.test",)), "https://casino.test:8443/lobby", False),
        (Hosts(("casino.test",)), "https://evil.test/", False),
        (Hosts(("casino.test:8443",)), "https://casino.test:8443/lobby", True),
    ],
)
def test_a13_a_return_url_obeys_the_rule_of_launch_urls_and_has_a_host_list(
    desk: Desk, hosts: Hosts, url: str, taken: bool
) -> None:
    desk.endpoint = replace(desk.endpoint, return_hosts=hosts)
    reply = desk.launch(return_url=url)
    assert (reply.status, reply.json.get("error")) == (
        (201, None) if taken else (400, "invalid_request")
    )


def test_unknown_route_is_not_found(desk: Desk) -> None:
    assert desk.send(api_event("PUT", "sess-1")).error == "not_found"


def test_repeat_within_its_short_life_returns_the_stored_url_and_asks_nobody(desk: Desk) -> None:
    first = desk.launch(session_id="sess-1")
    again = desk.launch(session_id="sess-1")
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(desk.provider.asked) == 1


def test_repeat_after_its_short_life_needs_a_new_id(desk: Desk) -> None:
    desk.launch(session_id="sess-1")
    desk.clock.sleep(61)
    reply = desk.launch(session_id="sess-1")
    assert (reply.status, reply.error) == (409, "session_id_used")
    assert len(desk.provider.asked) == 1


@pytest.mark.parametrize("fields", [{"device": "desktop"}, {"is_demo": True}])
def test_another_launch_under_the_same_id_is_a_mismatch(desk: Desk, fields: Any) -> None:
    desk.launch(session_id="sess-1")
    reply = desk.launch(session_id="sess-1", **fields)
    assert (reply.status, reply.error) == (409, "session_mismatch")
    assert "url" not in reply.json


def test_repeat_is_judged_again(desk: Desk) -> None:
    desk.launch(session_id="sess-1")
    desk.world.accounts.set_blocked(PLAYER, True)
    assert desk.launch(session_id="sess-1").error == "player_blocked"


def test_second_launch_while_the_first_runs_is_in_progress(desk: Desk) -> None:
    inner: list[ApiReply] = []

    def meanwhile(_: LaunchRequest) -> Launched:
        inner.append(desk.launch(session_id="sess-1"))
        return Launched(URL, "{}", "{}", 201)

    desk.provider.answers = [meanwhile]
    assert desk.launch(session_id="sess-1").status == 201
    assert (inner[0].status, inner[0].error) == (409, "launch_in_progress")
    assert inner[0].json["retryable"] is True
    assert len(desk.provider.asked) == 1


def test_items_that_the_hooks_read_stay_within_one_read_unit(desk: Desk) -> None:
    def chatty(request: LaunchRequest) -> Launched:
        return Launched(URL, "{}", '{"url":"x","more":"' + "abc " * 50_000 + '"}', 201)

    desk.provider.answers = [chatty]
    desk.launch(session_id="sess-1", return_url="https://casino.test/" + "r" * 480)
    key = {"session_id": {"S": "sess-1"}}
    item = desk.world.client.get_item(TableName=desk.world.tables.sessions, Key=key)["Item"]
    assert len(str(item)) < 4096
    assert STUDIO not in str(item)
