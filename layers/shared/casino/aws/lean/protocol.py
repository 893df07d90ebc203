"""AWS's JSON protocol without botocore's client layer: how the hooks talk to AWS.

botocore makes a client from a model of the whole service and walks this model in every call. The
hooks need eight operations, whose requests and answers are JSON already, so this module does no
more. botocore signs (`casino.aws.lean.signature`), urllib3 carries (`casino.aws.lean.http`), and
errors are botocore's exceptions: a store cannot tell which client it was given. ADR 0040 gives the
reasons, and says when to go back.

A write is sent once. The caller decides what a failure means, and whether to try again.
"""

import json
import random
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Protocol
from uuid import uuid4
from zlib import crc32

from botocore.exceptions import BotoCoreError, ChecksumError, ClientError, HTTPClientError
from urllib3 import BaseHTTPResponse

from casino.aws.lean.signature import Credentials, SignedRequest, Signer

type Answer = dict[str, Any]

_THROTTLED: Final = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException"})
_LONGEST_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the protocol: its names in signatures and in its headers."""

    name: str
    target: str
    version: str


DYNAMODB: Final = Service("dynamodb", "DynamoDB_20120810", "1.0")
SECRETS_MANAGER: Final = Service("secretsmanager", "secretsmanager", "1.1")


class Send(Protocol):
    """Carries a signed request out, once; raises `BotoCoreError` when there is no whole answer."""

    def __call__(self, request: SignedRequest) -> BaseHTTPResponse: ...


type Renew = Callable[[Credentials], Credentials | None]
"""Returns other credentials than the expired ones, or `None` when there are none."""

_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})


class JsonCalls:
    """Calls the operations of one service; credentials that expired are replaced by `renew`.

    Raises `ClientError` for what the service refuses, and `BotoCoreError` for an answer that did
    not come or cannot be read: the service may have done what it was asked to.
    """

    def __init__(
        self,
        service: Service,
        endpoint: str,
        region: str,
        credentials: Credentials,
        send: Send,
        renew: Renew = lambda expired: None,
    ) -> None:
        self.send = send
        """How requests leave; a test may put something in front of it."""
        self.endpoint = endpoint
        self._target = service.target
        self._content_type = f"application/x-amz-json-{service.version}"
        self._sign_with = partial(Signer, service.name, endpoint, region)
        self._credentials, self._signer = credentials, self._sign_with(credentials)
        self._renew = renew

    def __call__(self, operation: str, request: Mapping[str, Any]) -> Answer:
        """Return the answer to one operation, named as AWS does: `GetItem`.

        AWS refuses expired credentials before it does anything: the call is made once more.
        """
        try:
            return self._once(operation, request)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _EXPIRED:
                raise
            fresh = self._renew(self._credentials)
            if fresh is None:
                raise
        self._credentials, self._signer = fresh, self._sign_with(fresh)
        return self._once(operation, request)

    def _once(self, operation: str, request: Mapping[str, Any]) -> Answer:
        target = f"{self._target}.{operation}"
        signed = self._signer.sign(self._content_type, target, encode(request).encode())
        return _answer(operation, self.send(signed))


class DynamoDb:
    """The calls of a botocore DynamoDB client that the stores make, with the same forms."""

    def __init__(self, calls: JsonCalls) -> None:
        self.calls = calls

    def batch_get_item(self, **request: Any) -> Answer:
        return self.calls("BatchGetItem", request)

    def get_item(self, **request: Any) -> Answer:
        return self.calls("GetItem", request)

    def put_item(self, **request: Any) -> Answer:
        return self.calls("PutItem", request)

    def query(self, **request: Any) -> Answer:
        return self.calls("Query", request)

    def scan(self, **request: Any) -> Answer:
        return self.calls("Scan", request)

    def transact_write_items(self, **request: Any) -> Answer:
        """Write all or nothing; as with botocore, a token makes it idempotent on the way."""
        return self.calls("TransactWriteItems", {"ClientRequestToken": str(uuid4()), **request})

    def update_item(self, **request: Any) -> Answer:
        return self.calls("UpdateItem", request)


class SecretsManager:
    """The call of a botocore Secrets Manager client that the keyring makes; it may be repeated."""

    def __init__(
        self, calls: JsonCalls, attempts: int = 2, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.calls = calls
        self._attempts = attempts
        self._sleep = sleep

    def get_secret_value(self, **request: Any) -> Answer:
        """Return one version of a secret, its `CreatedDate` as a datetime."""
        for _ in range(self._attempts - 1):
            try:
                return self._once(request)
            except (ClientError, BotoCoreError) as error:
                if not _passes(error):
                    raise
            self._sleep(random.random() * _LONGEST_PAUSE_S)  # noqa: S311
        return self._once(request)

    def _once(self, request: Mapping[str, Any]) -> Answer:
        answer = self.calls("GetSecretValue", request)
        if "CreatedDate" in answer:
            answer["CreatedDate"] = datetime.fromtimestamp(answer["CreatedDate"], UTC)
        return answer


def _passes(error: ClientError | BotoCoreError) -> bool:
    """Tell whether another try may succeed."""
    if isinstance(error, BotoCoreError):
        return True
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status >= 500 or status == 429 or error.response["Error"]["Code"] in _THROTTLED


def _answer(operation: str, response: BaseHTTPResponse) -> Answer:
    body, checksum = response.data, response.headers.get("x-amz-crc32")
    if checksum is not None and checksum != (actual := str(crc32(body))):
        raise ChecksumError(
            checksum_type="crc32", expected_checksum=checksum, actual_checksum=actual
        )
    try:
        answer = json.loads(body, object_hook=with_bytes)
    except ValueError:
        answer = None
    if response.status >= 300:
        raise _refusal(operation, response, answer if isinstance(answer, dict) else {})
    if not isinstance(answer, dict):
        raise HTTPClientError(error=f"{operation} was not answered with a JSON object")
    return answer


def _refusal(operation: str, response: BaseHTTPResponse, body: Answer) -> ClientError:
    """Return the error as botocore would have read it."""
    code = str(body.get("__type", response.status)).split(":", 1)[0].rsplit("#", 1)[-1]
    message = str(body.get("message", body.get("Message", "")))
    metadata = {
        "HTTPStatusCode": response.status,
        "RequestId": response.headers.get("x-amzn-requestid", ""),
    }
    fields: Any = {
        **body,
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": metadata,
    }
    return ClientError(fields, operation)


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


encode: Final = json.JSONEncoder(separators=(",", ":"), default=_base64).encode


def with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Read binary attributes: alone in their object, `B` with text and `BS` with texts are that."""
    if len(value) == 1:
        if isinstance(one := value.get("B"), str):
            return {"B": b64decode(one)}
        if isinstance(many := value.get("BS"), list):
            return {"BS": [b64decode(each) for each in many]}
    return value
