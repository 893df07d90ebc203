"""The hooks' own DynamoDB client, at a server of a test."""

from typing import Any

from casino.aws.lean.http import Connections
from casino.aws.lean.protocol import DYNAMODB, DynamoDb, JsonCalls
from casino.aws.lean.signature import Credentials
from testing.aws_answers import CREDENTIALS, REGION
from tests.integration.aws.scripted_server import LOOPBACK, Server

PUT: dict[str, Any] = {"TransactItems": [{"Put": {"TableName": "t", "Item": {"n": {"N": "1"}}}}]}


def client_of(
    server: Server, *, read_s: float = 30.0, credentials: Credentials = CREDENTIALS
) -> DynamoDb:
    return client_at(f"http://{LOOPBACK}:{server.port}", read_s=read_s, credentials=credentials)


def client_at(
    endpoint: str,
    bundle: str = "",
    *,
    connect_s: float = 30.0,
    read_s: float = 30.0,
    credentials: Credentials = CREDENTIALS,
) -> DynamoDb:
    send = Connections(endpoint, connect_s, read_s, bundle)
    return DynamoDb(JsonCalls(DYNAMODB, endpoint, REGION, credentials, send))
