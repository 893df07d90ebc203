"""One call to a provider: what is sent, what is repeated, how long it may take."""

import gzip
import io
from email.utils import formatdate
from typing import Any

import pytest
from urllib3.exceptions import (
    NewConnectionError,
    ProtocolError,
)

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.providers.ports import ProviderError
from casino.signing.scheme import Message
from testing.provider import KEY, provider_keyring
from tests.unit.providers.line import HUB, LAUNCH, PAGE, answer, code_of, line, read_timeout


def test_a_request_is_signed_over_its_body_and_names_itself() -> None:
    made = line(answer(201, b'{"url": "https://play"}', X_Request_Id="p-7"))

    launched = made.client.create_session(HUB, LAUNCH)

    (sent,) = made.pool.sent
    assert (sent["method"], sent["url"]) == ("POST", "https://p.test/igsp/v1/sessions")
    assert sent["body"].decode() == launched.request_body
    assert '"balance":123.45}' in launched.request_body
    assert '"is_demo":false' in launched.request_body
    live = provider_keyring().live(HUB)
    headers = headers_of(sent["headers"].items())
    assert (
        family("igsp").verify(Message(sent["body"], headers), live, made.clock.now()) == "current"
    )
    assert launched.correlation == {"x-request-id": "p-7"}
    assert sent["redirect"] is sent["retries"] is False


def test_a_list_is_asked_for_with_its_cursor_and_time_escaped() -> None:
    made = line(answer(200, PAGE))

    page = made.client.games(HUB, "a&b=", "2025-01-01T00:00:00.000000Z")

    assert made.pool.sent[0]["url"] == (
        "https://p.test/igsp/v1/games?limit=200&cursor=a%26b%3D"
        "&updated_after=2025-01-01T00%3A00%3A00.000000Z"
    )
    assert (page.next_cursor, page.has_more, page.returned) == ("c1", True, 1)
    assert page.raw == PAGE


@pytest.mark.parametrize(
    "failure",
    [
        answer(500),
        answer(503),
        answer(429),
        ProtocolError("cut"),
        NewConnectionError(None, "no"),  # type: ignore[arg-type]
        read_timeout(),
    ],
)
def test_what_may_pass_is_tried_again_with_growing_pauses(failure: Any) -> None:
    made = line(failure, failure, answer(200, PAGE), backoff_s=0.5)

    made.client.games(HUB, None, None)

    assert made.clock.sleeps == [1.0, 2.0]
    assert len(made.notes.named("attempt failed")) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_final(status: int) -> None:
    made = line(answer(status))

    assert code_of(lambda: made.client.create_session(HUB, LAUNCH)) == "provider_refused"
    assert (len(made.pool.sent), made.clock.sleeps) == (1, [])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(409), "provider_conflict"),
        (answer(200), "provider_invalid_answer"),
        (answer(302, Location="https://evil"), "provider_invalid_answer"),
        (answer(201, b"<html>"), "provider_invalid_answer"),
        (answer(201, b'{"url": 7}'), "provider_invalid_answer"),
        (answer(201, b'{"url": ""}'), "provider_invalid_answer"),
        (answer(201, b'{"url": "a", "url": "b"}'), "provider_invalid_answer"),
        (answer(201, b"\xff"), "provider_invalid_answer"),
        (answer(201, b"[" * 100_000), "provider_invalid_answer"),
        (answer(201, b"no gzip", Content_Encoding="gzip"), "provider_invalid_answer"),
    ],
)
def test_an_answer_that_the_standard_does_not_know_is_said_so(given: Any, code: str) -> None:
    made = line(given)

    assert code_of(lambda: made.client.create_session(HUB, LAUNCH)) == code
    assert len(made.pool.sent) == 1
    assert [note["code"] for note in made.notes.named("call failed")] == [code]


def test_a_compressed_answer_is_read() -> None:
    made = line(answer(200, gzip.compress(PAGE), Content_Encoding="gzip"))

    assert made.client.games(HUB, None, None).raw == PAGE


def test_retry_after_as_a_date_is_honoured() -> None:
    made = line(answer(503), answer(200, PAGE))
    date = formatdate(made.clock.now() + 9, usegmt=True)
    made.pool.answers = [answer(503, Retry_After=date), answer(200, PAGE)]

    made.client.games(HUB, None, None)

    assert made.clock.sleeps == [9.0]


@pytest.mark.parametrize("told", ["soon", "-1", "", "²"])
def test_a_retry_after_that_cannot_be_read_is_ignored(told: str) -> None:
    made = line(answer(503, Retry_After=told), answer(200, PAGE), backoff_s=0.5)

    made.client.games(HUB, None, None)

    assert made.clock.sleeps == [1.0]


def test_a_pause_beyond_the_deadline_is_not_waited_for() -> None:
    made = line(answer(503, Retry_After="60"), deadline_s=20)

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_unavailable"
    assert (len(made.pool.sent), made.clock.sleeps) == (1, [])


def test_no_time_out_reaches_beyond_the_deadline() -> None:
    made = line(answer(503), answer(200, PAGE), deadline_s=3, read_s=8, backoff_s=1)

    made.client.games(HUB, None, None)

    timeouts = [sent["timeout"].read_timeout for sent in made.pool.sent]
    assert timeouts == [3, 1]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (answer(200, PAGE), ""),
        (read_timeout(), "provider_timeout"),
        (answer(404), "provider_refused"),
    ],
)
def test_o15_a_call_ends_once_with_all_its_tries(last: Any, code: str) -> None:
    made = line(answer(503, Retry_After="2"), last, attempts=2)
    if code:
        assert code_of(lambda: made.client.games(HUB, None, None)) == code
    else:
        made.client.games(HUB, None, None)
    assert made.notes.named("call ended") == [{"took_s": 2, "code": code}]


def test_a_body_that_drips_is_cut_at_the_deadline() -> None:
    made = line(deadline_s=5, attempts=1)

    class Drip(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read1(self, amount: int = -1) -> bytes:
            made.clock.advance(1)
            return b" "

        def read(self, amount: int = -1) -> bytes:
            return self.read1()

    made.pool.answers = [(200, Drip(), {})]

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_timeout"


def test_an_answer_without_end_is_cut() -> None:
    made = line(answer(200, b"[" + b" " * (17 * 1024 * 1024)))

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_invalid_answer"


def test_a_failure_never_tells_a_secret() -> None:
    made = line(answer(401, KEY.secret_key.encode()))

    with pytest.raises(ProviderError) as refused:
        made.client.games(HUB, None, None)

    told = f"{refused.value!r} {refused.value.__cause__!r} {made.notes.events}"
    assert KEY.secret_key not in told
    assert KEY.api_key not in told


@pytest.mark.parametrize("status", [200, 204, 404, 410])
def test_a_session_that_the_provider_no_longer_has_is_closed(status: int) -> None:
    made = line(answer(status, b""))

    made.client.close_session(HUB, "sess/1")

    assert made.pool.sent[0]["url"].endswith("/sessions/sess%2F1")


@pytest.mark.parametrize("status", [400, 200])
def test_c5_an_error_of_a_call_carries_what_was_said(status: int) -> None:
    there = line(answer(status, b'{"error":"game_closed"}'))
    with pytest.raises(ProviderError) as refused:
        there.client.create_session(HUB, LAUNCH)
    assert '"session_id":"sess-1"' in refused.value.request
    assert refused.value.answer == '{"error":"game_closed"}'
    assert "game_closed" not in f"{refused.value!r} {refused.value} {there.notes}"


def test_c5_an_error_of_a_call_without_a_body_carries_what_was_asked() -> None:
    there = line(answer(404, b"none"))
    with pytest.raises(ProviderError) as refused:
        there.client.games(HUB, "c1", None)
    assert refused.value.request == "/games?limit=200&cursor=c1"
