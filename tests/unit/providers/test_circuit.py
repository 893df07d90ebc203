"""A provider that fails again and again is left alone for a while."""

from contextlib import suppress
from typing import Any

import pytest

from casino.providers.ports import ProviderError
from tests.unit.providers.line import HUB, PAGE, answer, code_of, line


class Killed(BaseException):
    """The end of a function whose time is over, as its code sees it."""


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


def test_a1_a_try_that_was_killed_counts_like_one_that_failed() -> None:
    made = line(Killed(), attempts=1)
    for _ in range(5):
        with pytest.raises(Killed):
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
    made = line(Killed(), attempts=1)
    for _ in range(4):
        with pytest.raises(Killed):
            made.client.games(HUB, None, None)
    made.pool.answers = [settled, Killed()]
    made.pool.sent.clear()
    with suppress(ProviderError):
        made.client.games(HUB, None, None)
    for _ in range(5):
        with pytest.raises(Killed):
            made.client.games(HUB, None, None)

    assert code_of(lambda: made.client.games(HUB, None, None)) == "provider_circuit_open"
