"""The hooks' own client asks AWS as botocore does, and reads every answer as botocore does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)

from casino.aws.lean.signature import Credentials, Signer
from testing.aws_answers import (
    CREDENTIALS,
    REGION,
    Reply,
    botocore_dynamodb,
    botocore_secrets,
    lean_dynamodb,
    lean_secrets,
)

KEY = {"id": {"S": "tx#ü😀"}}
#: An attribute of every type, some with names that are types.
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "-12.50"},
    "hash": {"B": bytes(range(256))},
    "empty": {"B": b""},
    "B": {"S": "QUJD"},
    "BS": {"BS": [b"one", b"\xff"]},
    "flag": {"BOOL": True},
    "none": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "list": {"L": [{"B": b"in a list"}, {"M": {"B": {"B": b"in a map"}}}]},
    "map": {"M": {"B": {"S": "text"}, "M": {"M": {}}, "S": {"N": "1"}}},
}
#: … and as AWS writes it.
WIRE: dict[str, Any] = ITEM | {
    "hash": {
        "B": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+"
        "P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+A"
        "gYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHC"
        "w8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w=="
    },
    "empty": {"B": ""},
    "BS": {"BS": ["b25l", "/w=="]},
    "list": {"L": [{"B": "aW4gYSBsaXN0"}, {"M": {"B": {"B": "aW4gYSBtYXA="}}}]},
}
PUT = {"Put": {"TableName": "ledger", "Item": ITEM}}
TOKEN = "0f6b7f2f-8f10-4b0a-8f0a-6c2f9d7b1f11"

REQUESTS: dict[str, dict[str, Any]] = {
    "batch_get_item": {"RequestItems": {"ledger": {"Keys": [KEY], "ConsistentRead": True}}},
    "get_item": {"TableName": "ledger", "Key": KEY, "ConsistentRead": True},
    "put_item": {"TableName": "ledger", "Item": ITEM},
    "query": {
        "TableName": "ledger",
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": KEY["id"]},
        "ExclusiveStartKey": {"hash": {"B": b"\x00"}},
    },
    "scan": {"TableName": "ledger", "ConsistentRead": True},
    "transact_write_items": {"TransactItems": [PUT], "ClientRequestToken": TOKEN},
    "update_item": {
        "TableName": "ledger",
        "Key": KEY,
        "UpdateExpression": "SET #h = :h",
        "ExpressionAttributeNames": {"#h": "hash"},
        "ExpressionAttributeValues": {":h": {"B": b"\x01"}},
    },
}
ANSWERS: dict[str, dict[str, Any]] = {
    "batch_get_item": {
        "Responses": {"ledger": [WIRE]},
        "UnprocessedKeys": {"rounds": {"Keys": [{"hash": {"B": "AQ=="}}]}},
    },
    "get_item": {"Item": WIRE},
    "put_item": {},
    "query": {"Items": [WIRE, {}], "Count": 2, "LastEvaluatedKey": {"hash": {"B": "AQ=="}}},
    "scan": {"Items": [], "Count": 0},
    "transact_write_items": {"ConsumedCapacity": [{"TableName": "ledger", "CapacityUnits": 6.0}]},
    "update_item": {"Attributes": WIRE},
}
NAMESPACE = "com.amazonaws.dynamodb.v20120810#"
CANCELLED = {
    "__type": f"{NAMESPACE}TransactionCanceledException",
    "Message": "cancelled [None, ConditionalCheckFailed]",
    "CancellationReasons": [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "failed", "Item": WIRE},
    ],
}
REFUSALS = {
    "cancelled": Reply(CANCELLED, 400),
    "condition": Reply({"__type": "ConditionalCheckFailedException", "message": "no"}, 400),
    "throttled": Reply({"__type": f"{NAMESPACE}ThrottlingException", "message": "slow"}, 400),
    "url behind the code": Reply({"__type": "Refused:http://internal.example/x"}, 400),
    "no code": Reply({"message": "who knows"}, 400),
    "fails": Reply({"__type": "InternalServerError"}, 500, {"x-amzn-requestid": "R1"}),
    "unavailable, no JSON": Reply(b"upstream went away", 503),
    "unavailable, HTML": Reply(b"<html><body>503</body></html>", 503),
    "unavailable, nothing": Reply(b"", 503),
    "redirected": Reply(b"", 307, {"Location": "https://elsewhere.example"}),
}


@pytest.mark.parametrize("method", REQUESTS)
def test_dynamodb_is_asked_and_its_answer_read_as_by_botocore(method: str) -> None:
    reply = Reply(ANSWERS[method]).with_checksum()
    ours, we_sent = lean_dynamodb(reply)
    theirs, they_sent = botocore_dynamodb(reply)
    answer = getattr(ours, method)(**REQUESTS[method])
    expected = getattr(theirs, method)(**REQUESTS[method])
    del expected["ResponseMetadata"]
    assert answer == expected
    assert we_sent.bodies == they_sent.bodies
    for name in ("x-amz-target", "content-type"):
        assert we_sent.headers[0][name] == they_sent.headers[0][name]


def test_a_secret_is_asked_for_and_read_as_by_botocore() -> None:
    reply = Reply(
        {
            "Name": "acme",
            "VersionId": "v1",
            "SecretString": '{"B": "QUJD"}',
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1_767_225_600.25,
        }
    )
    ours, we_sent = lean_secrets(reply)
    theirs, they_sent = botocore_secrets(reply)
    request = {"SecretId": "acme", "VersionStage": "AWSCURRENT"}
    answer, expected = ours.get_secret_value(**request), theirs.get_secret_value(**request)
    del expected["ResponseMetadata"]
    assert answer == expected
    assert answer["CreatedDate"] == datetime(2026, 1, 1, microsecond=250_000, tzinfo=UTC)
    assert we_sent.bodies == they_sent.bodies
    for name in ("x-amz-target", "content-type"):
        assert we_sent.headers[0][name] == they_sent.headers[0][name]


def test_credentials_without_a_session_send_no_session_token() -> None:
    for token in (None, ""):
        credentials = Credentials("AKIDEXAMPLE", "secret-key", token)
        request = Signer("dynamodb", "https://a.example", REGION, credentials).sign(
            "t", "T.Op", b""
        )
        assert "x-amz-security-token" not in request.headers
        assert (
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target,"
            in (request.headers["authorization"])
        )


def test_o17_the_trace_goes_on_unsigned_as_botocore_sends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "bet")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    requests = []
    for client, sent in (lean_dynamodb(Reply()), botocore_dynamodb(Reply())):
        client.get_item(TableName="ledger", Key=KEY)
        requests.append({name.lower(): value for name, value in sent.headers[0].items()})
    ours, theirs = requests
    assert ours["x-amzn-trace-id"] == theirs["x-amzn-trace-id"]
    assert "trace" not in ours["authorization"] + theirs["authorization"]


def test_a_transaction_without_a_token_gets_one_each_time() -> None:
    client, sent = lean_dynamodb(Reply())
    client.transact_write_items(TransactItems=[PUT])
    client.transact_write_items(TransactItems=[PUT])
    assert len({body["ClientRequestToken"] for body in sent.bodies}) == 2
    assert all(len(body["ClientRequestToken"]) == 36 for body in sent.bodies)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_read_as_by_botocore(name: str) -> None:
    errors = []
    for client, sent in (lean_dynamodb(REFUSALS[name]), botocore_dynamodb(REFUSALS[name])):
        with pytest.raises(ClientError) as raised:
            client.transact_write_items(TransactItems=[PUT])
        assert len(sent.bodies) == 1
        errors.append(raised.value)
    ours, theirs = (error.response for error in errors)
    assert ours["Error"]["Code"] == theirs["Error"]["Code"]
    assert ours.get("CancellationReasons") == theirs.get("CancellationReasons")
    assert errors[0].operation_name == errors[1].operation_name
    for field in ("HTTPStatusCode", "RequestId"):
        if field in theirs["ResponseMetadata"]:
            assert ours["ResponseMetadata"].get(field) == theirs["ResponseMetadata"].get(field)


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_changed_on_the_way_proves_nothing(status: int) -> None:
    client, sent = lean_dynamodb(Reply(CANCELLED, status).with_checksum(added=1))
    with pytest.raises(ChecksumError):
        client.transact_write_items(TransactItems=[PUT])
    assert len(sent.bodies) == 1


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"Item": ', b"\xff"])
def test_an_answer_that_cannot_be_read_is_no_success(body: bytes) -> None:
    client, _ = lean_dynamodb(Reply(body))
    with pytest.raises(HTTPClientError):
        client.get_item(TableName="ledger", Key=KEY)


def test_what_is_no_json_is_not_sent() -> None:
    client, sent = lean_dynamodb(Reply())
    with pytest.raises(TypeError):
        client.put_item(TableName="ledger", Item={"id": {"S": object()}})
    assert sent.bodies == []


TIMED_OUT = ReadTimeoutError(endpoint_url="https://a.example")
SECRET = Reply({"SecretString": "{}", "CreatedDate": 0.0})


@pytest.mark.parametrize(
    "failure",
    [
        TIMED_OUT,
        ConnectionClosedError(endpoint_url="https://a.example"),
        Reply(b"", 500),
        Reply(b"", 503),
        Reply(b"", 429),
        Reply({"__type": "ThrottlingException"}, 400),
        Reply(b"no JSON"),
    ],
    ids=str,
)
def test_a_secret_is_asked_for_twice(failure: Reply | Exception) -> None:
    pauses: list[float] = []
    client, sent = lean_secrets(failure, SECRET, sleep=pauses.append)
    assert client.get_secret_value(SecretId="acme")["SecretString"] == "{}"
    assert len(sent.bodies) == 2
    assert len(pauses) == 1
    assert 0 <= pauses[0] <= 0.05


def test_a_secret_that_fails_twice_fails() -> None:
    client, sent = lean_secrets(TIMED_OUT, Reply(b"", 500), SECRET)
    with pytest.raises(ClientError):
        client.get_secret_value(SecretId="acme")
    assert len(sent.bodies) == 2


def test_a_refused_secret_is_not_asked_for_again() -> None:
    client, sent = lean_secrets(Reply({"__type": "ResourceNotFoundException"}, 400), SECRET)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_secret_value(SecretId="acme")
    assert len(sent.bodies) == 1


@pytest.mark.parametrize("method", REQUESTS)
def test_dynamodb_is_asked_once(method: str) -> None:
    client, sent = lean_dynamodb(TIMED_OUT, Reply())
    with pytest.raises(BotoCoreError):
        getattr(client, method)(**REQUESTS[method])
    assert len(sent.bodies) == 1


def test_no_secret_is_shown() -> None:
    client, sent = lean_dynamodb(Reply())
    client.get_item(TableName="ledger", Key=KEY)
    assert CREDENTIALS.secret_key not in repr(CREDENTIALS) + json.dumps(sent.headers)
    assert str(CREDENTIALS.token) not in repr(CREDENTIALS)
