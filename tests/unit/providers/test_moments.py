"""No two calls with one key are signed at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from casino.dialects.igsp.signature import IgspFamily
from casino.providers.moments import AHEAD_S, Moments
from casino.signing.pair import Pair
from casino.signing.scheme import Message
from testing.clock import FakeClock
from testing.credentials import secret_of
from tests.unit.providers.line import HUB, PAGE, answer, line

NOW = 1_760_702_625.25
PAIR = Pair("key", secret_of("moments"), "current")


def test_a15_calls_within_one_second_never_share_a_timestamp() -> None:
    there = line(answer(200, PAGE))
    for _ in range(5):
        there.client.games(HUB, None, None)
    there.client.close_session(HUB, "sess-1")
    found = [sent["headers"]["X-Timestamp"] for sent in there.pool.sent]
    assert len(found) == len(set(found)) == 6


def test_a15_a_burst_stays_within_the_tolerance_and_verifies() -> None:
    moments, found = Moments(), list[str]()
    for _ in range(500):
        headers = IgspFamily().sign(b"", PAIR, moments.next("key", NOW))
        found.append(headers["X-Timestamp"])
        message = Message(b"", {name.lower(): [value] for name, value in headers.items()})
        assert IgspFamily().verify(message, [PAIR], NOW) == "current"
    assert len(set(found)) == 500
    assert found[0] == "2025-10-17T12:03:45Z"
    assert found[AHEAD_S] == "2025-10-17T12:04:45Z"
    assert found[-1].startswith("2025-10-17T12:03:45.")


def test_a15_another_key_has_moments_of_its_own_and_time_goes_on() -> None:
    moments, clock = Moments(), FakeClock(NOW)
    assert moments.next("key", clock.now()) == moments.next("other", clock.now()) == int(NOW)
    clock.sleep(10)
    assert moments.next("key", clock.now()) == int(NOW) + 10


def test_a15_threads_get_different_moments() -> None:
    moments = Moments()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: moments.next("key", NOW), range(2_000)))
    assert len(set(found)) == 2_000
