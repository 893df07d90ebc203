"""What the alarms on credentials look for is written with exactly the dimensions they name."""

import json
from typing import Any

import pytest

from casino.observability.credentials import RotationTelemetry
from casino.observability.hooks import NEAR_END_S, HookTelemetry, RequestRecord


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """Return metric → the record that it was written in."""
    found = {}
    for line in capsys.readouterr().out.splitlines():
        record = json.loads(line)
        for directive in record.get("_aws", {}).get("CloudWatchMetrics", ()):
            for metric in directive["Metrics"]:
                found[metric["Name"]] = record | {"dimensions": directive["Dimensions"]}
    return found


def record(**facts: Any) -> RequestRecord:
    return RequestRecord("trace", "bet", integration="acme", **facts)


@pytest.mark.parametrize(
    ("outcome", "metric"),
    [
        ("unauthorized", "UnknownKeys"),
        ("invalid_signature", "SignatureFailures"),
        ("timestamp_out_of_range", "SignatureFailures"),
    ],
)
def test_a_refusal_at_the_door_is_counted_for_the_service(
    capsys: pytest.CaptureFixture[str], outcome: str, metric: str
) -> None:
    HookTelemetry("seamless-wallet").request(record(outcome=outcome, status=403), "id")
    found = written(capsys)[metric]
    assert found["dimensions"] == [["service"]]
    assert found["service"] == "seamless-wallet"


def test_a_use_of_the_previous_secret_is_counted_for_its_integration(
    capsys: pytest.CaptureFixture[str],
) -> None:
    used = record(outcome="ok", status=200, secret_version="previous", secret_left_s=NEAR_END_S)
    HookTelemetry("seamless-wallet").request(used, "id")
    found = written(capsys)
    assert sorted(found["PreviousSecretUses"]["dimensions"][0]) == ["integration", "service"]
    assert found["PreviousSecretUses"]["integration"] == "acme"
    assert "PreviousSecretNearEnd" not in found


def test_a_use_of_the_previous_secret_in_its_last_day_raises_an_alarm(
    capsys: pytest.CaptureFixture[str],
) -> None:
    used = record(outcome="ok", status=200, secret_version="previous", secret_left_s=1.0)
    HookTelemetry("seamless-wallet").request(used, "id")
    assert written(capsys)["PreviousSecretNearEnd"]["dimensions"] == [["service"]]


def test_an_ordinary_request_writes_none_of_these(capsys: pytest.CaptureFixture[str]) -> None:
    HookTelemetry("seamless-wallet").request(
        record(outcome="ok", status=200, secret_version="current"), "id"
    )
    assert set(written(capsys)) == {"Requests", "Latency", "ColdStarts"}


@pytest.mark.parametrize("failure", ["", "pair_refused"])
def test_a_failed_step_of_a_rotation_is_counted(
    capsys: pytest.CaptureFixture[str], failure: str
) -> None:
    RotationTelemetry("seamless-wallet").step("acme", "testSecret", "v1", failure)
    assert ("RotationFailures" in written(capsys)) == bool(failure)
