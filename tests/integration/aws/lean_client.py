"""The hooks' own DynamoDB client, at a server of a test."""

from typing import Any

from casino.aws.lean.http import Connections
from casino.aws.lean.protocol import DYNAMODB, DynamoDb, JsonCalls
from casino.aws.lean.signature import Credentials
from casino.base.clock import Clock
from testing.aws_answers import CREDENTIALS, REGION
from tests.integration.aws.scripted_server import LOOPBACK, Server

PUT: dict[str, Any] = {"TransactItems": [{"Put": {"TableName": "t", "Item": {"n": {"N": "1"}}}}]}


def client_of(server: Server, **options: Any) -> DynamoDb:
    return client_at(f"http://{LOOPBACK}:{server.port}", **options)


def client_at(
    endpoint: str,
    bundle: str = "",
    *,
    connect_s: float = 30.0,
    read_s: float = 30.0,
    credentials: Credentials = CREDENTIALS,
    clock: Clock | None = None,
) -> DynamoDb:
    send = Connections(endpoint, connect_s, read_s, bundle, clock)
    return DynamoDb(JsonCalls(DYNAMODB, endpoint, REGION, credentials, send))
