"""One call to a provider: what is sent, what is repeated, how long it may take."""

import gzip
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import pytest
import urllib3
from urllib3.exceptions import (
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from casino.base.headers import headers_of
from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.registry import family
from casino.providers.circuit import Circuits
from casino.providers.ports import LaunchRequest, ProviderError
from casino.providers.transport import Limits, Transport
from casino.signing.scheme import Message
from testing.catalogue import Notes, provider_keyring
from testing.clock import FakeClock
from testing.integrations import an_integration
from testing.provider import KEY

HUB = an_integration("hub", url="https://p.test/igsp/v1/", close_sessions=True)
PAGE = b'{"data": [{"id": "x"}], "cursor": {"next": "c1"}, "meta": {"returned": 1}}'
LAUNCH = LaunchRequest("sess-1", "game-1", "p_1", "Lucky", "EUR", 12_345, return_url="https://x")


@dataclass
class Script(urllib3.PoolManager):
    """Answers calls with what it is told, in order; the last answer again and again."""

    answers: Sequence[Any]
    clock: FakeClock
    sent: list[dict[str, Any]] = field(default_factory=list)

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        self.sent.append({"method": method, "url": url, **options})
        answer = self.answers[min(len(self.sent), len(self.answers)) - 1]
        if isinstance(answer, BaseException):
            raise answer
        status, body, headers = answer
        return urllib3.HTTPResponse(
            body if hasattr(body, "read") else io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
        )


@dataclass
class Line:
    """A client, and all that can be seen of what it does."""

    client: HttpProviderClient
    pool: Script
    clock: FakeClock
    notes: Notes


def line(*answers: Any, **limits: Any) -> Line:
    clock, notes = FakeClock(), Notes()
    pool = Script(answers, clock)
    transport = Transport(
        provider_keyring(),
        family,
        clock,
        notes,
        Circuits(clock, notes),
        Limits(**limits),
        pool,
        jitter=lambda: 1.0,
    )
    return Line(HttpProviderClient(transport), pool, clock, notes)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ProviderError) as refused:
        act()
    return refused.value.code


def answer(status: int, body: bytes = b"{}", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


def read_timeout() -> ReadTimeoutError:
    return ReadTimeoutError(None, "u", "slow")  # type: ignore[arg-type]


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


def test_the_circuit_opens_after_failures_in_a_row_and_lets_one_try_later() -> None:
    made = line(answer(500), attempts=1)
    for _ in range(5):
        assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_unavailable"

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_circuit_open"
    assert len(made.pool.sent) == 5
    made.clock.advance(31)
    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_unavailable"
    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_circuit_open"
    made.clock.advance(31)
    made.pool.answers = [answer(200, PAGE)]
    made.client.games(HUB, None, None)
    made.client.games(HUB, None, None)

    assert made.notes.metrics["ProviderCircuitOpened"] == 1
    assert len(made.notes.named("circuit closed")) == 1


def test_a_refusal_keeps_the_circuit_closed() -> None:
    made = line(answer(400), attempts=1)

    for _ in range(20):
        assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_refused"


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


def test_a1_a_try_that_was_killed_counts_like_one_that_failed() -> None:
    made = line(KeyboardInterrupt(), attempts=1)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            made.client.games(HUB, None, None)

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_circuit_open"
    assert len(made.pool.sent) == 5
    assert made.notes.metrics["ProviderCircuitOpened"] == 1
    made.clock.advance(31)
    made.pool.answers = [answer(200, PAGE)]
    made.client.games(HUB, None, None)
    assert len(made.notes.named("circuit closed")) == 1


@pytest.mark.parametrize("settled", [answer(200, PAGE), answer(400)])
def test_a1_an_answer_takes_the_tries_before_it_back(settled: Any) -> None:
    made = line(KeyboardInterrupt(), attempts=1)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            made.client.games(HUB, None, None)
    made.pool.answers = [settled, KeyboardInterrupt()]
    made.pool.sent.clear()
    with suppress(ProviderError):
        made.client.games(HUB, None, None)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            made.client.games(HUB, None, None)

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_circuit_open"
