"""The same bet on the standard library alone: what no SDK could beat, and nobody should run."""

import json
import os
import time
from typing import Any

from aws import CallError, Service
from igsp import RefusedError, Response, answer, authenticate, parse, refusal
from ledger import batch, decide, found

SECRET_TTL_S = 60

dynamodb = Service("dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0")
secrets = Service("secretsmanager", "secretsmanager", "application/x-amz-json-1.1")
_secret: tuple[float, dict[str, str]] | None = None


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer one proxy event."""
    try:
        authenticate(event["headers"], event["body"], secret())
        return answer(place(parse(event["body"])))
    except RefusedError as error:
        return refusal(error)


def place(bet: dict[str, Any]) -> str:
    """Apply a bet once; a copy gets the stored answer."""
    read = dynamodb.call("BatchGetItem", {"RequestItems": batch(bet)})
    entry, wallet, session = found(read["Responses"])
    if entry is not None:
        return str(entry["body"]["S"])
    body, writes = decide(bet, wallet, session)
    try:
        dynamodb.call("TransactWriteItems", {"TransactItems": writes})
    except CallError as error:
        if "TransactionCanceled" not in str(error):
            raise
        raise RefusedError(503, "busy") from None
    return body


def secret() -> dict[str, str]:
    """Return the integration's credentials, at most `SECRET_TTL_S` old."""
    global _secret
    if _secret is None or time.monotonic() - _secret[0] > SECRET_TTL_S:
        value = secrets.call("GetSecretValue", {"SecretId": os.environ["SECRET_NAME"]})
        _secret = time.monotonic(), json.loads(value["SecretString"])
    return _secret[1]
