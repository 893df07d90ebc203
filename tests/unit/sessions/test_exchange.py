"""Both sides of a launch's call are kept short, and let nobody in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.sessions.exchange import MOST_BYTES, kept


def cleaned(text: str) -> str:
    return kept("", text, 400, {}).response


@pytest.mark.parametrize(
    "text",
    [
        '{"api_key":"hush"}',
        '{"error":"x","headers":{"Authorization":"Bearer hush","X-Signature":"hush"}}',
        '{"secret_key" : "hu\\"sh hush"}',
        '{"token":{"value":"hush"}}',
        '{"tokens":["hush","hush"]}',
        "authorization: Bearer hush",
        "refused Bearer hush",
        "/api/v1/launch/x?userToken=hush&currency=EUR",
        '{"url":"https://games.test/play/hush?token=hush#hush"}',
        '{"url":"https:\\/\\/games.test\\/play\\/hush"}',
        '{"url":"https://hush@games.test/"}',
        '{"player_name":"hush","x":1}',
        "Set-Cookie: hush=1",
        "{'secret': 'hush hush'}",
        r'{"sent":"{\"token\":\"hush hush\"}"}',
        '{"userToken":12,"api-key":["hush',
        '{"launch_url":"javascript:hush"}',
        '{"session_token":"hush hush' + "hush " * 5_000,
    ],
)
def test_c5_what_lets_one_in_is_masked(text: str) -> None:
    assert "hush" not in cleaned(text)
    assert "hush" not in kept(text, "", 400, {}).request


@pytest.mark.parametrize(
    "text",
    [
        '{"error":"invalid_signature","message":"the signature does not hold","game_id":"g-1"}',
        '{"error":"balance_too_low","balance":12.340,"currency":"EUR"}',
        "no such game",
        "",
    ],
)
def test_what_says_why_a_launch_was_refused_stays(text: str) -> None:
    assert cleaned(text) == text


def test_of_a_url_the_host_stays() -> None:
    assert (
        cleaned('{"url":"https://games.test:8443/a?b"}') == '{"url":"https://games.test:8443/***"}'
    )


@given(st.text(max_size=9_000), st.text(max_size=9_000))
def test_c5_both_sides_together_have_4_kb_at_most(asked: str, answered: str) -> None:
    exchange = kept(asked, answered, 400, {})
    assert len(exchange.request.encode() + exchange.response.encode()) <= MOST_BYTES


def test_a_long_answer_does_not_push_the_request_out() -> None:
    exchange = kept("a" * 1_000, "€" * 9_000, 400, {})
    assert exchange.request == "a" * 1_000
    assert len(exchange.response) == (MOST_BYTES - 1_000) // 3
