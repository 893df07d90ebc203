"""What the alarms on credentials look for is written with exactly the dimensions they name."""

import json
from typing import Any

import pytest

from casino.observability.credentials import RotationTelemetry
from casino.observability.hooks import NEAR_END_S, HookTelemetry, RequestRecord
from casino.observability.provider_calls import ProviderTelemetry
from casino.providers.ports import ProviderCall, ProviderError


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
    ("outcome", "metric", "whose"),
    [
        ("unauthorized", "UnknownKeys", []),
        ("invalid_signature", "SignatureFailures", [["service", "integration"]]),
        ("timestamp_out_of_range", "SignatureFailures", [["service", "integration"]]),
    ],
)
def test_a_refusal_at_the_door_is_counted_for_the_service(
    capsys: pytest.CaptureFixture[str], outcome: str, metric: str, whose: list[list[str]]
) -> None:
    HookTelemetry("seamless-wallet").request(record(outcome=outcome, status=403), "id")
    found = written(capsys)[metric]
    assert found["dimensions"] == [["service"], *whose]
    assert (found["service"], found["integration"]) == ("seamless-wallet", "acme")


def test_o15_the_age_of_a_key_is_counted_when_an_environment_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    observer = HookTelemetry("seamless-wallet")
    observer.request(record(status=200, secret_version="current", secret_age_s=1e6), "id")
    found = written(capsys)["SecretAgeDays"]
    assert (found["SecretAgeDays"], found["integration"]) == (11.6, "acme")
    assert ["service", "integration"] in found["dimensions"]
    observer.request(record(status=200, secret_version="current", secret_age_s=1e6), "id")
    HookTelemetry("s").request(record(status=200, secret_version="previous"), "id")
    assert "SecretAgeDays" not in written(capsys)


CALL = ProviderCall("acme", "GET", "/games", "request-1")


@pytest.mark.parametrize(
    ("code", "metrics"),
    [
        ("", {"ProviderCalls", "ProviderMs"}),
        ("provider_refused", {"ProviderCalls", "ProviderMs"}),
        ("provider_unavailable", {"ProviderCalls", "ProviderMs", "ProviderUnanswered"}),
        ("provider_circuit_open", {"ProviderCalls", "ProviderUnanswered"}),
        (
            "provider_timeout",
            {"ProviderCalls", "ProviderMs", "ProviderUnanswered", "ProviderTimeouts"},
        ),
    ],
)
def test_o15_a_call_is_counted_by_integration(
    capsys: pytest.CaptureFixture[str], code: str, metrics: set[str]
) -> None:
    ProviderTelemetry("seamless-wallet").call_ended(CALL, 0.25, code)
    found = written(capsys)
    assert found.keys() == metrics
    for each in found.values():
        assert (each["integration"], sorted(each["dimensions"][0])) == (
            "acme",
            ["integration", "service"],
        )
    assert found.get("ProviderMs", {"ProviderMs": [250]})["ProviderMs"] == [250]


def test_o15_a_call_that_is_given_up_is_counted_for_the_alarm_and_for_its_integration(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ProviderTelemetry("seamless-wallet").call_failed(CALL, ProviderError("provider_timeout"))
    schemas = [
        sorted(directive["Dimensions"][0])
        for line in capsys.readouterr().out.splitlines()
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]
    ]
    assert schemas == [["service"], ["integration", "service"]]


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
    assert set(written(capsys)) == {"Requests", "Latency", "ColdStarts", "SecretAgeDays"}


@pytest.mark.parametrize("failure", ["", "pair_refused"])
def test_a_failed_step_of_a_rotation_is_counted(
    capsys: pytest.CaptureFixture[str], failure: str
) -> None:
    RotationTelemetry("seamless-wallet").step("acme", "testSecret", "v1", failure)
    assert ("RotationFailures" in written(capsys)) == bool(failure)
