"""How the benchmark counts: what is repeated, what is taken off a ratio, what is no figure."""

import json
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.measures import contention, growth, local_stack
from benchmarks.measures.contention import Answer

DECIDED = Answer(200, "ok", busy=1, unclear=0, latency_ms=5.0)


def sent(
    monkeypatch: pytest.MonkeyPatch, patience_s: float, *replies: tuple[int, str]
) -> tuple[Answer, list[float]]:
    """Return what became of an event, and the pauses between its tries."""
    pauses: list[float] = []
    monkeypatch.setattr("benchmarks.measures.contention.time.sleep", pauses.append)
    coming = iter(replies)

    def invoke(event: object) -> dict[str, Any]:
        status, code = next(coming)
        body = {} if code == "ok" else {"error": code}
        return {"statusCode": status, "headers": {}, "body": json.dumps(body)}

    return contention.send(invoke, {}, patience_s), pauses


def test_a_sender_repeats_until_its_bet_is_decided_and_counts_every_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replies = (503, "busy"), (503, "outcome_unknown"), (503, "busy"), (200, "ok")
    answer, pauses = sent(monkeypatch, 30.0, *replies)
    assert (answer.status, answer.code, answer.busy, answer.unclear) == (200, "ok", 2, 1)
    assert len(pauses) == 3
    assert all(0 <= pause <= contention.LONGEST_PAUSE_S for pause in pauses)


@pytest.mark.parametrize(
    ("patience_s", "status", "code", "busy"),
    [(30.0, 402, "insufficient_funds", 0), (0.0, 503, "busy", 1)],
)
def test_a_refusal_is_an_answer_and_without_patience_so_is_a_busy_one(
    monkeypatch: pytest.MonkeyPatch, patience_s: float, status: int, code: str, busy: int
) -> None:
    answer, pauses = sent(monkeypatch, patience_s, (status, code))
    assert (answer.status, answer.code, answer.busy, pauses) == (status, code, busy, [])


def test_what_the_senders_met_is_added_up_and_who_gave_up_is_counted() -> None:
    refused = replace(DECIDED, status=503, code="busy", busy=7, unclear=3)
    assert contention.counts(2, [DECIDED, refused], 4) == {
        "concurrent": 2, "bets": 2, "decided": 1, "undecided": {"busy": 1}, "conflicts": 4,
        "busy": 8, "unclear": 3,
    }  # fmt: skip


def test_the_balance_may_lack_only_bets_that_nobody_knows_of() -> None:
    unclear = replace(DECIDED, status=503, code="outcome_unknown")
    busy = replace(DECIDED, status=503, code="busy")
    refused = replace(DECIDED, status=402, code="insufficient_funds")
    answers = [DECIDED, DECIDED, unclear, busy, refused]
    assert list(contention.balances(1_000, 100, answers)) == [700, 800]


def ledger(cpu_ms: float, p50_ms: float, control_p50_ms: float) -> dict[str, Any]:
    times = {"cpu_ms": cpu_ms, "p50_ms": p50_ms, "control_p50_ms": control_p50_ms}
    counted = {"round_trips": 2.0, "write": 7.0, "read": 4.0}
    return {**times, **counted, "replay": {**times, "round_trips": 1.0, "write": 0.0, "read": 4.0}}


def test_growth_of_the_emulator_is_taken_off_the_latency_and_off_nothing_else() -> None:
    found = growth.compared(ledger(1.0, 3.0, 2.0), ledger(1.5, 9.0, 4.0))
    expected = {"cpu": 1.5, "p50": 1.5, "control": 2.0, "round_trips": 1.0, "read": 1.0}
    assert found["ratios"] == {**expected, "write": 1.0}
    assert found["replay_ratios"] == expected


def test_percentiles_are_of_every_bet_that_was_taken_and_refused_ones_are_counted() -> None:
    found = local_stack.figures(8, 2.0, [*(float(ms) for ms in range(1, 102)), None])
    assert found == {
        "concurrent": 8, "bets": 102, "refused": 1, "bets_per_s": 50.5,
        "p50_ms": 51.0, "p95_ms": 96.0,
    }  # fmt: skip
