"""A token is fetched once for all who need it, renewed in time, and never shown."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from casino.dialects.igv.seller_token import SELLER_LOGIN
from casino.providers.post import ServiceUnreachableError
from casino.providers.sender import Reply
from casino.providers.token import REST_S, TokenError, TokenRefusedError, TokenUnavailableError
from casino.providers.token_request import with_token
from testing.fake_shelf import FakeObserver
from tests.unit.providers.tokens import OLD, seller, seller_answer

# One token for all


def test_the_token_is_fetched_once_with_the_credentials_of_the_keyring() -> None:
    world = seller()
    token = world.token()

    assert [token.get(), token.get()] == ["token-1", "token-1"]
    credentials = {"email": "seller@example.com", "password": "old-password"}
    assert world.service.requests == [(SELLER_LOGIN, {}, credentials)]
    assert world.observer == FakeObserver(fetched=1)


def test_concurrent_callers_share_one_fetch() -> None:
    ask, answered = threading.Barrier(17), threading.Event()

    def slow(sent: Mapping[str, Any], number: int) -> Reply:
        assert answered.wait(10)
        return seller_answer(number)

    world = seller(slow)
    token = world.token()

    def caller() -> str:
        ask.wait(10)
        return token.get()

    with ThreadPoolExecutor(16) as pool:
        callers = [pool.submit(caller) for _ in range(16)]
        ask.wait(10)
        answered.set()
        assert {future.result(10) for future in callers} == {"token-1"}
    assert len(world.service.requests) == 1


def test_concurrent_callers_share_one_failure() -> None:
    ask, answered = threading.Barrier(9), threading.Event()

    def down(sent: Mapping[str, Any], number: int) -> Reply:
        assert answered.wait(10)
        raise ServiceUnreachableError

    world = seller(down)
    token = world.token()

    def caller() -> str:
        ask.wait(10)
        try:
            return token.get()
        except TokenUnavailableError as error:
            return error.reason

    with ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(caller) for _ in range(8)]
        ask.wait(10)
        answered.set()
        assert {future.result(10) for future in callers} == {"service_unreachable"}
    assert len(world.service.requests) == 1
    assert world.observer.failures == ["service_unreachable"]


# In time


@pytest.mark.parametrize(
    ("lifetime", "after", "expected"),
    [(7200, 7139, "token-1"), (7200, 7140, "token-2"), (40, 19, "token-1"), (40, 20, "token-2")],
)
def test_it_is_renewed_shortly_before_it_expires(
    lifetime: int, after: float, expected: str
) -> None:
    world = seller(lambda sent, number: seller_answer(number, lifetime))
    token = world.token()
    token.get()
    world.clock.advance(after)

    assert token.get() == expected


def test_its_life_counts_from_before_it_was_asked_for() -> None:
    world = seller()

    def slow(sent: Mapping[str, Any], number: int) -> Reply:
        world.clock.advance(30)
        return seller_answer(number)

    world.service.answer = slow
    token = world.token()
    token.get()
    world.clock.advance(7200 - 60 - 30)

    assert token.get() == "token-2"


def test_the_old_token_serves_while_another_caller_renews_it() -> None:
    asked, answered = threading.Event(), threading.Event()

    def slow(sent: Mapping[str, Any], number: int) -> Reply:
        if number > 1:
            asked.set()
            assert answered.wait(10)
        return seller_answer(number)

    world = seller(slow)
    token = world.token()
    token.get()
    world.clock.advance(7150)
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(token.get)
        assert asked.wait(10)
        assert token.get() == "token-1"
        answered.set()
        assert renewing.result(10) == "token-2"


def test_a_failed_early_renewal_leaves_the_old_token_and_rests() -> None:
    def once(sent: Mapping[str, Any], number: int) -> Reply:
        return seller_answer(number) if number == 1 else Reply(503, b"")

    world = seller(once)
    token = world.token()
    token.get()
    world.clock.advance(7150)

    assert [token.get(), token.get()] == ["token-1", "token-1"]
    assert len(world.service.requests) == 2
    assert world.observer.failures == ["status_503"]
    world.clock.advance(REST_S)
    assert token.get() == "token-1"
    assert len(world.service.requests) == 3


def test_an_expired_token_is_never_given_out() -> None:
    def once(sent: Mapping[str, Any], number: int) -> Reply:
        return seller_answer(number) if number == 1 else Reply(503, b"")

    world = seller(once)
    token = world.token()
    token.get()
    world.clock.advance(7200)
    with pytest.raises(TokenUnavailableError, match="status_503"):
        token.get()


def test_a_service_that_refuses_is_not_asked_again_at_once() -> None:
    world = seller(lambda sent, number: Reply(401, b""))
    token = world.token()
    for _ in range(100):
        with pytest.raises(TokenRefusedError):
            token.get()

    assert len(world.service.requests) == 1
    world.clock.advance(REST_S)
    with pytest.raises(TokenRefusedError):
        token.get()
    assert len(world.service.requests) == 2


# On 401


def test_a_refused_token_is_replaced_and_the_call_repeated_once() -> None:
    world = seller()
    sent: list[str] = []

    def call(value: str) -> Reply:
        sent.append(value)
        return Reply(200 if value == "token-2" else 401, b"")

    assert with_token(world.token(), call).status == 200
    assert sent == ["token-1", "token-2"]


def test_a_second_401_is_the_answer() -> None:
    sent: list[str] = []

    def call(value: str) -> Reply:
        sent.append(value)
        return Reply(401, b"")

    assert with_token(seller().token(), call).status == 401
    assert len(sent) == 2


def test_many_callers_with_one_refused_token_fetch_one_other() -> None:
    world = seller()
    token = world.token()
    refused = token.get()

    assert {token.renewed(refused) for _ in range(10)} == {"token-2"}
    assert len(world.service.requests) == 2


def test_a_refused_token_is_not_given_out_when_its_renewal_fails() -> None:
    def once(sent: Mapping[str, Any], number: int) -> Reply:
        return seller_answer(number) if number == 1 else Reply(500, b"")

    token = seller(once).token()
    refused = token.get()
    with pytest.raises(TokenUnavailableError):
        token.renewed(refused)
    with pytest.raises(TokenUnavailableError):
        token.get()


# Silence


def test_nothing_shows_a_token_or_a_credential(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    world = seller(lambda sent, number: seller_answer(number) if number == 1 else Reply(401, b""))
    token = world.token()
    value = token.get()
    with pytest.raises(TokenError) as failed:
        token.renewed(value)

    shown = f"{token!r} {vars(token)!r} {seller_answer(1)!r} {failed.value!r} {caplog.text}"
    for secret in (value, OLD.secret_key):
        assert secret not in shown
    assert (failed.value.__cause__, failed.value.__context__) == (None, None)
