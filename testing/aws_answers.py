"""Gives the hooks' own client and botocore's the same answer of AWS, and records their requests."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from urllib3 import BaseHTTPResponse, HTTPResponse

from casino.aws import clients as aws
from casino.aws.lean.protocol import (
    DYNAMODB,
    SECRETS_MANAGER,
    DynamoDb,
    JsonCalls,
    Renew,
    SecretsManager,
)
from casino.aws.lean.signature import Credentials, SignedRequest
from testing.botocore_wire import carry_with

CREDENTIALS: Final = Credentials("AKIDEXAMPLE", "secret-key", "session-token")
REGION: Final = "eu-central-1"


@dataclass(frozen=True)
class Reply:
    """What AWS answers: an object as JSON, or bytes as they are."""

    body: dict[str, Any] | bytes = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    def with_checksum(self, added: int = 0) -> "Reply":
        """The same with its checksum, which is wrong when `added` is not 0."""
        headers = {**self.headers, "x-amz-crc32": str(crc32(self.content) + added)}
        return Reply(self.body, self.status, headers)


@dataclass
class Sent:
    """Answers with `replies` in turn, the last one again and again, and keeps what was asked.

    A reply may be an exception, which is raised.
    """

    replies: list[Reply | Exception]
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: SignedRequest) -> BaseHTTPResponse:
        self.bodies.append(json.loads(request.body))
        self.headers.append(dict(request.headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return HTTPResponse(io.BytesIO(reply.content), dict(reply.headers), reply.status)


def lean_dynamodb(
    *replies: Reply | Exception, renew: Renew = lambda expired: None
) -> tuple[Any, Sent]:
    """The hooks' own DynamoDB client."""
    sent = Sent(list(replies))
    return DynamoDb(
        JsonCalls(DYNAMODB, "https://a.example", REGION, CREDENTIALS, sent, renew)
    ), sent


def lean_secrets(
    *replies: Reply | Exception, sleep: Callable[[float], None] = lambda seconds: None
) -> tuple[Any, Sent]:
    """The hooks' own Secrets Manager client; without `sleep` it does not wait."""
    sent = Sent(list(replies))
    calls = JsonCalls(SECRETS_MANAGER, "https://a.example", REGION, CREDENTIALS, sent)
    return SecretsManager(calls, sleep=sleep), sent


def botocore_dynamodb(*replies: Reply | Exception) -> tuple[Any, Sent]:
    """botocore's DynamoDB client, as the hooks fall back to it."""
    return _botocore(aws.dynamodb_client(), *replies)


def botocore_secrets(*replies: Reply | Exception) -> tuple[Any, Sent]:
    """botocore's Secrets Manager client, as the hooks fall back to it."""
    return _botocore(aws.secrets_client(), *replies)


def _botocore(client: Any, *replies: Reply | Exception) -> tuple[Any, Sent]:
    sent = Sent(list(replies))
    carry_with(client, sent)
    return client, sent
