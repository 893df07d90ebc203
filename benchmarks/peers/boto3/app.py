"""A bet in plain boto3: one batch read, one transaction, clients made at import."""

import json
import os
import time
from typing import Any

import boto3
from igsp import RefusedError, Response, answer, authenticate, parse, refusal
from ledger import batch, decide, found

SECRET_TTL_S = 60

dynamodb = boto3.client("dynamodb")
secrets = boto3.client("secretsmanager")
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
    read = dynamodb.batch_get_item(RequestItems=batch(bet))
    entry, wallet, session = found(read["Responses"])
    if entry is not None:
        return entry["body"]["S"]
    body, writes = decide(bet, wallet, session)
    try:
        dynamodb.transact_write_items(TransactItems=writes)
    except dynamodb.exceptions.TransactionCanceledException:
        raise RefusedError(503, "busy") from None
    return body


def secret() -> dict[str, str]:
    """Return the integration's credentials, at most `SECRET_TTL_S` old."""
    global _secret
    if _secret is None or time.monotonic() - _secret[0] > SECRET_TTL_S:
        value = secrets.get_secret_value(SecretId=os.environ["SECRET_NAME"])
        _secret = time.monotonic(), json.loads(value["SecretString"])
    return _secret[1]
