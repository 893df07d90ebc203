"""A flood of refused requests costs little log, and its metrics still count every one."""

import json
from typing import Any

import pytest

from casino.observability.hooks import ALWAYS_LOGGED, HookTelemetry, RequestRecord

FLOOD = 5_000


def refused(outcome: str = "unauthorized") -> RequestRecord:
    facts = {"source_ip": "192.0.2.1", "integration": "acme", "status": 401}
    return RequestRecord("t" * 36, "bet", outcome=outcome, **facts)  # type: ignore[arg-type]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def minute(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's time in seconds, to be moved by the test."""
    now = [6_000.0]
    monkeypatch.setattr("casino.observability.hooks.time.time", lambda: now[0])
    return now


@pytest.mark.parametrize(
    "outcome", ["unauthorized", "invalid_signature", "ip_not_allowed", "payload_too_large"]
)
def test_a8_a_refusal_at_the_door_leaves_one_short_line(
    capsys: pytest.CaptureFixture[str], outcome: str
) -> None:
    HookTelemetry("seamless-wallet").request(refused(outcome), "request-1")
    (line,) = lines(capsys)
    assert len(line) < 450
    told = json.loads(line)
    assert (told["message"], told["outcome"], told["integration"]) == ("refused", outcome, "acme")
    assert (told["source_ip"], told["trace_id"]) == ("192.0.2.1", "t" * 36)


def test_a8_above_a_rate_refusals_are_sampled_and_each_is_counted(
    capsys: pytest.CaptureFixture[str], minute: list[float]
) -> None:
    observer = HookTelemetry("seamless-wallet")
    for _ in range(FLOOD):
        observer.request(refused(), "request-1")
    minute[0] += 60
    observer.request(refused(), "request-2")
    written = [json.loads(line) for line in lines(capsys)]
    assert len(written) <= ALWAYS_LOGGED + FLOOD / 100 + 1
    assert sum(line["UnknownKeys"] for line in written) == FLOOD + 1


def test_a8_a_flood_of_one_kind_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    observer = HookTelemetry("seamless-wallet")
    for _ in range(FLOOD):
        observer.request(refused(), "request-1")
    observer.request(refused("invalid_signature"), "request-2")
    last: dict[str, Any] = json.loads(lines(capsys)[-1])
    assert last["SignatureFailures"] == 1
