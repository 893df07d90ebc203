"""When the hooks use their own client, where it sends to, and when botocore's serves instead."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore
import pytest

from casino.aws import clients as aws
from casino.aws.lean import clients as hook_clients
from casino.aws.lean.clients import lean_calls
from casino.aws.lean.protocol import DYNAMODB, SECRETS_MANAGER, DynamoDb, SecretsManager, Service
from casino.wiring.rehearsal import codedeploy_calls
from casino.wiring.settings import SettingsError
from testing.aws_answers import Reply, Sent

LAMBDA: Mapping[str, str] = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
#: What makes a Lambda no ordinary one.
SPECIAL = [
    {"WALLET_AWS_CLIENT": "botocore"},
    {"AWS_DEFAULT_REGION": ""},
    {"AWS_DEFAULT_REGION": "eu-nowhere-1"},
    {"AWS_DEFAULT_REGION": "aws-cn-global"},
    {"AWS_ACCESS_KEY_ID": ""},
    {"AWS_SECRET_ACCESS_KEY": ""},
    {"AWS_ACCOUNT_ID": "123456789012"},
    {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"},
    {"AWS_SECURITY_TOKEN": "token"},
    {"AWS_CREDENTIAL_EXPIRATION": "2026-01-01T00:00:00Z"},
    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    {"AWS_PROFILE": "casino"},
    {"AWS_USE_FIPS_ENDPOINT": "true"},
    {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_CONFIG_FILE": __file__},
    {"AWS_SHARED_CREDENTIALS_FILE": __file__},
    {"AWS_ENDPOINT_URL": "https://all.example/path"},
    {"AWS_CA_BUNDLE": "/no/such/file.pem"},
    {"AWS_CA_BUNDLE": __file__},
    {"REQUESTS_CA_BUNDLE": "/no/such/file.pem"},
]


def endpoint(service: Service, **more: str) -> str:
    calls = lean_calls(service, {**LAMBDA, **more})
    assert calls is not None
    return calls.endpoint


def test_an_ordinary_lambda_gets_the_lean_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LAMBDA.items():
        monkeypatch.setenv(name, value)
    assert isinstance(hook_clients.dynamodb_client(), DynamoDb)
    assert isinstance(hook_clients.secrets_client(), SecretsManager)


@pytest.mark.parametrize("more", SPECIAL, ids=str)
def test_any_other_environment_is_left_to_botocore(more: Mapping[str, str]) -> None:
    assert lean_calls(DYNAMODB, {**LAMBDA, **more}) is None
    assert lean_calls(SECRETS_MANAGER, {**LAMBDA, **more}) is None


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_an_environment_with_a_proxy_is_left_to_botocore(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert lean_calls(DYNAMODB, LAMBDA) is None
    monkeypatch.setenv("NO_PROXY", "amazonaws.com")
    assert lean_calls(DYNAMODB, LAMBDA) is not None


def test_the_switch_gives_botocores_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_AWS_CLIENT", "botocore")
    for client in (hook_clients.dynamodb_client(), hook_clients.secrets_client()):
        assert client.meta.endpoint_url.endswith(".eu-central-1.amazonaws.com")


def test_every_region_has_the_endpoint_that_botocore_resolves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Path(botocore.__file__).parent / "data" / "partitions.json"
    partitions: list[dict[str, Any]] = json.loads(table.read_bytes())["partitions"]
    session, seen = aws._session(), 0
    for region in (region for partition in partitions for region in partition["regions"]):
        if region.endswith("-global"):
            continue
        for service in (DYNAMODB, SECRETS_MANAGER):
            theirs = session.create_client(service.name, region_name=region)
            assert endpoint(service, AWS_DEFAULT_REGION=region) == theirs.meta.endpoint_url
            seen += 1
    assert seen > 80


@pytest.mark.parametrize(
    "more",
    [
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
        {"AWS_ENDPOINT_URL": "https://all.example/"},
        {
            "AWS_ENDPOINT_URL": "https://all.example",
            "AWS_ENDPOINT_URL_DYNAMODB": "https://d.example",
        },
        {"AWS_ENDPOINT_URL_SECRETS_MANAGER": "https://s.example"},
        {"AWS_ENDPOINT_URL": ""},
    ],
    ids=str,
)
def test_an_endpoint_of_ones_own_is_found_as_botocore_finds_it(
    monkeypatch: pytest.MonkeyPatch, more: Mapping[str, str]
) -> None:
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    theirs = (aws.dynamodb_client(), aws.secrets_client())
    for service, client in zip((DYNAMODB, SECRETS_MANAGER), theirs, strict=True):
        assert endpoint(service, **more) == client.meta.endpoint_url


def test_codedeploy_is_told_by_the_lean_client(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent([Reply()])
    monkeypatch.setattr(hook_clients, "Connections", lambda *_: sent)
    codedeploy_calls(LAMBDA)("PutLifecycleEventHookExecutionStatus", {})
    (headers,) = sent.headers
    assert headers["host"] == "codedeploy.eu-central-1.amazonaws.com"
    named = headers["x-amz-target"]
    assert named == "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus"
    assert "/eu-central-1/codedeploy/aws4_request" in headers["authorization"]
    with pytest.raises(SettingsError):
        codedeploy_calls({**LAMBDA, "AWS_USE_FIPS_ENDPOINT": "true"})
