"""Flexsoft's side: what a launch asks for, and what its answer must hold."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from casino.catalogue.run import DriftError
from casino.dialects.flexsoft.client import game_id
from casino.dialects.igsp.records import IgspRecords
from casino.dialects.registry import family
from casino.providers.circuit import Circuits
from casino.providers.ports import LaunchRequest
from casino.providers.transport import Transport
from casino.wiring.providers import ProviderClients
from testing.clock import FakeClock
from testing.integrations import an_integration
from testing.provider import Notes, provider_keyring
from tests.unit.providers.line import Script, answer, code_of

FLEX = an_integration(
    "flex", "flexsoft", url="https://api.flex.test", games=("chicken-race", "aviadrone")
)
ORDER = LaunchRequest(
    "sess-1", game_id("flex", "aviadrone"), "p_1", "Lucky", "EUR", 12_345, return_url="https://x/",
    language="de-DE", user_token="sess-1.secret",
)  # fmt: skip
OPENED = b'{"launch_url":"https://api.flex.test/play?s=1","session_token":"ps_7"}'


def client(*answers: object) -> tuple[ProviderClients, Script]:
    clock, notes = FakeClock(), Notes()
    pool = Script(answers, clock)
    circuits = Circuits(clock, notes)
    transport = Transport(
        provider_keyring(), family, clock, notes, circuits, pool=pool, jitter=lambda: 1.0
    )
    return ProviderClients(transport), pool


@pytest.mark.parametrize("base", ["https://api.flex.test/", "https://api.flex.test/api/v1"])
def test_a_launch_asks_as_the_partner_says(base: str) -> None:
    made, pool = client(answer(200, OPENED))
    integration = an_integration("flex", "flexsoft", url=base, games=FLEX.provider.games)
    launched = made.create_session(integration, ORDER)
    (sent,) = pool.sent
    url = urlsplit(sent["url"])
    assert (sent["method"], url.path) == ("GET", "/api/v1/launch/aviadrone")
    assert parse_qs(url.query) == {
        "userToken": ["sess-1.secret"],
        "currency": ["EUR"],
        "platform": ["mobile"],
        "portalMode": ["real"],
        "returnUrl": ["https://x/"],
        "language": ["de"],
    }
    assert sent["headers"]["User-Agent"].startswith("Mozilla/5.0")
    assert "X-Public-Key" in sent["headers"]
    assert (launched.url, launched.session_token) == ("https://api.flex.test/play?s=1", "ps_7")
    kept = launched.request_body + launched.response_body
    assert "secret" not in kept
    assert "ps_7" not in kept


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"launch_url":"https://x"}',
        b'{"launch_url":7,"session_token":"ps_7"}',
        b'{"launch_url":"https://x","session_token":""}',
        b'{"launch_url":"https://x","session_token":"a\\nb"}',
        b'{"launch_url":"https://x","session_token":7}',
    ],
)
def test_an_answer_without_its_fields_opens_nothing(body: bytes) -> None:
    made, _ = client(answer(200, body))
    assert code_of(lambda: made.create_session(FLEX, ORDER)) == "provider_invalid_answer"


def test_a_refused_launch_is_refused() -> None:
    body = b'{"code":400,"message":"GAME_SESSION_EXPIRED","data":null}'
    made, _ = client(answer(400, body))
    assert code_of(lambda: made.create_session(FLEX, ORDER)) == "provider_refused"


def test_the_named_games_are_pages_of_the_catalogue() -> None:
    made, pool = client()
    reader = IgspRecords()
    (studio,) = reader.records(made.providers(FLEX, None, None).raw)
    games = [reader.game("flex", r) for r in reader.records(made.games(FLEX, None, None).raw)]
    provider = reader.provider("flex", studio)
    assert [(game.game_id, game.slug) for game in games] == [
        (game_id("flex", name), name) for name in FLEX.provider.games
    ]
    assert {game.provider_id for game in games} == {provider.provider_id}
    assert {"EUR", "JPY"} <= set(provider.currencies)
    assert pool.sent == []
    with pytest.raises(DriftError):
        reader.game("flex", json.loads("{}"))


def test_nobody_is_told_of_a_closed_session() -> None:
    made, pool = client()
    made.close_session(FLEX, "sess-1")
    assert pool.sent == []


def test_other_families_go_on_as_before() -> None:
    made, pool = client(answer(201, b'{"url":"https://p.test/play"}'))
    made.create_session(an_integration("hub", url="https://p.test/igsp/v1"), ORDER)
    assert [(each["method"], each["url"]) for each in pool.sent] == [
        ("POST", "https://p.test/igsp/v1/sessions")
    ]
