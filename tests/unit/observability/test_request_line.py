"""A request leaves one line: its log record, and what CloudWatch counts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from casino.observability.hooks import OLD_VERSION_S, HookTelemetry, RequestRecord

RECORD = RequestRecord(
    "trace-1",
    "bet",
    source_ip="192.0.2.1",
    integration="acme",
    transaction_id="bet-1",
    player_id="p1",
    session_id="s1",
    status=200,
    outcome="ok",
    rule="bet_debit",
    replay=True,
    conflicts=2,
    latency_ms=12.345,
)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_line_says_what_was_asked_and_decided(capsys: pytest.CaptureFixture[str]) -> None:
    HookTelemetry("wallet").request(RECORD, "request-1")
    (line,) = lines(capsys)
    assert (line["level"], line["message"], line["service"]) == ("INFO", "request", "wallet")
    assert (line["trace_id"], line["request_id"]) == ("trace-1", "request-1")
    assert (line["transaction_id"], line["player_id"], line["rule"]) == ("bet-1", "p1", "bet_debit")
    assert (line["status"], line["outcome"], line["replay"]) == (200, "ok", True)


def test_o18_what_is_mostly_zero_is_a_metric_only_where_it_occurs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    observer = HookTelemetry("wallet")
    plain = replace(RECORD, replay=False, conflicts=0)
    for record in (plain, plain, replace(plain, conflicts=2)):
        observer.request(record, "request-1")
    cold, usual, overtaken = (
        [metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
        for line in lines(capsys)
    )
    assert usual == ["Requests", "Latency"]
    assert (cold[2:], overtaken[2:]) == (["ColdStarts"], ["Conflicts"])


def test_the_same_line_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    observer = HookTelemetry("wallet")
    observer.request(RECORD, "request-1")
    observer.request(RECORD, "request-2")
    first, second = lines(capsys)
    (directive,) = first["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "SeamlessWallet"
    each, objective = directive["Dimensions"]
    assert each == ["service", "action", "outcome", "integration"]
    assert (objective, first["objective"]) == (["service", "objective"], "bet")
    counted = {metric["Name"]: first[metric["Name"]] for metric in directive["Metrics"]}
    assert counted == {
        "Requests": 1,
        "Latency": 12.35,
        "Replays": 1,
        "Conflicts": 2,
        "ColdStarts": 1,
    }
    assert second["ColdStarts"] == 0
    # Each dimension is a member of the line, as the format wants it.
    assert set(directive["Dimensions"][0]) <= first.keys()


def test_o18_a_bad_request_alone_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    observer = HookTelemetry("wallet")
    for status, latency_ms in ((200, 1000), (503, 30), (200, 1001), (500, 2500)):
        observer.request(replace(RECORD, status=status, latency_ms=latency_ms), "request-1")
    observer.request(replace(RECORD, action="balance", status=503), "request-1")
    costs = [
        [
            metric["Name"]
            for each in line["_aws"]["CloudWatchMetrics"][1:]
            for metric in each["Metrics"]
        ]
        for line in lines(capsys)
    ]
    assert costs == [[], ["Failures"], ["SlowRequests"], ["Failures", "SlowRequests"], []]


@pytest.mark.parametrize(
    ("changes", "metric"),
    [
        ({"action": "win", "rule": "win_without_bet"}, "WinsWithoutBet"),
        ({"action": "win", "rule": "win_held"}, "WinsHeld"),
        ({"action": "refund", "rule": "refund_after_win"}, "RefundsAfterWin"),
        ({"action": "win", "status": 409, "rule": "round_refunded"}, "OwedMoneyRefused"),
        ({"action": "refund", "status": 404, "rule": "bet_not_found"}, "OwedMoneyRefused"),
        ({"action": "win", "rule": "win_credit"}, None),
        ({"action": "win", "status": 503, "rule": "busy"}, None),
        ({"action": "bet", "status": 402, "rule": "insufficient_funds"}, None),
        ({"action": "win", "status": 403, "transaction_id": ""}, None),
        ({"action": "win", "rule": "win_without_bet", "replay": True}, None),
        ({"action": "win", "status": 409, "rule": "round_refunded", "replay": True}, None),
    ],
    ids=str,
)
def test_m9_odd_wins_and_refused_money_that_is_owed_are_counted_once(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], metric: str | None
) -> None:
    HookTelemetry("wallet").request(replace(RECORD, **{"replay": False} | changes), "request-1")
    _, *more = lines(capsys)
    watched = {"WinsWithoutBet", "WinsHeld", "RefundsAfterWin", "OwedMoneyRefused"}
    counted = [watched & line.keys() for line in more]
    assert counted == ([{metric}] if metric else [])


@pytest.mark.parametrize(
    ("left_s", "near"), [(float("inf"), 0), (OLD_VERSION_S, 0), (OLD_VERSION_S - 1, 1), (-5.0, 1)]
)
def test_who_uses_an_old_version_is_counted_in_the_same_line(
    capsys: pytest.CaptureFixture[str], left_s: float, near: int
) -> None:
    HookTelemetry("wallet").request(replace(RECORD, version_left_s=left_s), "request-1")
    (line,) = lines(capsys)
    _, uses, alarm = line["_aws"]["CloudWatchMetrics"]
    assert (uses["Dimensions"], uses["Metrics"][0]["Name"]) == (
        [["service", "integration"]],
        "OldVersionUses",
    )
    assert (alarm["Dimensions"], alarm["Metrics"][0]["Name"]) == (
        [["service"]],
        "OldVersionNearEnd",
    )
    assert (line["OldVersionUses"], line["OldVersionNearEnd"]) == (1, near)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, True),
        ({"replay": True}, False),
        ({"by_bet": False}, False),
        ({"action": "bet"}, False),
        ({"outcome": "bet_not_found"}, False),
    ],
    ids=str,
)
def test_a_flexsoft_rollback_after_a_win_is_counted_on_its_own(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], counted: bool
) -> None:
    """A refund of iGSP meets the same code where its operator has ordered so."""
    refused: dict[str, Any] = {
        "action": "refund",
        "outcome": "round_finished",
        "status": 409,
        "replay": False,
    }
    HookTelemetry("wallet").request(replace(RECORD, **(refused | {"by_bet": True} | changes)), "r")
    assert any("RollbacksAfterWin" in line for line in lines(capsys)) == counted


def test_a_sender_that_is_not_known_is_no_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    HookTelemetry("wallet").request(
        RequestRecord("t", "unknown", status=401, outcome="malformed"), ""
    )
    (line,) = lines(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service", "action", "outcome"]]


def test_a_quiet_log_level_hides_the_facts_and_not_the_metrics(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
    observer = HookTelemetry("quiet-wallet")
    observer.request(RECORD, "request-1")
    observer.request(RequestRecord("t", "bet", status=503, outcome="busy"), "request-2")
    told, failed = lines(capsys)
    assert "transaction_id" not in told
    assert told["Requests"] == 1
    assert (failed["level"], failed["status"]) == ("ERROR", 503)
