"""Credentials that expire while the hooks' own client is in use."""

import os
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casino.aws.lean.clients import lean_calls
from casino.aws.lean.protocol import DYNAMODB, DynamoDb
from casino.aws.lean.signature import Credentials
from testing.aws_answers import CREDENTIALS, Reply, Sent, lean_dynamodb

KEY = {"id": {"S": "a"}}
EXPIRED = Reply({"__type": "com.amazon.coral.service#ExpiredTokenException"}, 400)
OTHER = Credentials("AKIDOTHER", "other-secret", "other-token")


def test_m10_a_call_refused_for_expired_credentials_is_made_once_more_with_new_ones() -> None:
    asked: list[Credentials] = []

    def renew(expired: Credentials) -> Credentials:
        asked.append(expired)
        return OTHER

    client, sent = lean_dynamodb(EXPIRED, Reply({"Item": KEY}), renew=renew)
    for _ in range(2):
        assert client.get_item(TableName="t", Key=KEY)["Item"] == KEY
    assert asked == [CREDENTIALS]
    tokens = [headers["x-amz-security-token"] for headers in sent.headers]
    assert tokens == ["session-token", "other-token", "other-token"]


def test_m10_without_new_credentials_the_refusal_stands_after_one_call() -> None:
    client, sent = lean_dynamodb(EXPIRED)
    with pytest.raises(ClientError, match="ExpiredToken"):
        client.get_item(TableName="t", Key=KEY)
    assert len(sent.bodies) == 1


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How the process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    return codes


def client_in(environment: dict[str, str]) -> tuple[Any, Sent]:
    calls = lean_calls(DYNAMODB, environment)
    assert calls is not None
    calls.send = sent = Sent([EXPIRED, Reply({"Item": KEY})])
    return DynamoDb(calls), sent


def a_lambda(token: str) -> dict[str, str]:
    return {
        "AWS_LAMBDA_FUNCTION_NAME": "hooks",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": token,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def test_m10_a_lambda_whose_credentials_expired_ends(
    ended: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    client, _ = client_in(a_lambda("old"))
    with pytest.raises(ClientError):
        client.get_item(TableName="t", Key=KEY)
    assert ended == [1]
    said = capsys.readouterr().err
    assert "expired" in said
    assert "old" not in said


def test_m10_credentials_that_the_environment_got_meanwhile_are_read(ended: list[int]) -> None:
    environment = a_lambda("old")
    client, sent = client_in(environment)
    environment["AWS_SESSION_TOKEN"] = "new"
    assert client.get_item(TableName="t", Key=KEY)["Item"] == KEY
    assert [headers["x-amz-security-token"] for headers in sent.headers] == ["old", "new"]
    assert ended == []


def test_m10_a_process_that_is_no_lambda_goes_on(ended: list[int]) -> None:
    environment = a_lambda("old")
    del environment["AWS_LAMBDA_FUNCTION_NAME"]
    client, _ = client_in(environment)
    with pytest.raises(ClientError):
        client.get_item(TableName="t", Key=KEY)
    assert ended == []
