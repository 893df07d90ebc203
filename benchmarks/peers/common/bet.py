"""The bet of every peer that calls AWS through clients as boto3 makes them."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

from igsp import RefusedError, Response, answer, authenticate, parse, refusal
from ledger import batch, decide, found

SECRET_TTL_S = 60


def bets(
    dynamodb: Any, secrets: Any
) -> tuple[Callable[[dict[str, Any], object], Response], Callable[[], dict[str, str]]]:
    """Return the handler of proxy events, and what reads the integration's credentials."""
    kept: tuple[float, dict[str, str]] | None = None

    def secret() -> dict[str, str]:
        """Return the integration's credentials, at most `SECRET_TTL_S` old."""
        nonlocal kept
        if kept is None or time.monotonic() - kept[0] > SECRET_TTL_S:
            value = secrets.get_secret_value(SecretId=os.environ["SECRET_NAME"])
            kept = time.monotonic(), json.loads(value["SecretString"])
        return kept[1]

    def place(bet: dict[str, Any]) -> str:
        """Apply a bet once; a copy gets the stored answer."""
        read = dynamodb.batch_get_item(RequestItems=batch(bet))
        entry, wallet, session = found(read["Responses"])
        if entry is not None:
            return str(entry["body"]["S"])
        body, writes = decide(bet, wallet, session)
        try:
            dynamodb.transact_write_items(TransactItems=writes)
        except dynamodb.exceptions.TransactionCanceledException:
            raise RefusedError(503, "busy") from None
        return body

    def handler(event: dict[str, Any], _context: object) -> Response:
        """Answer one proxy event."""
        try:
            authenticate(event["headers"], event["body"], secret())
            return answer(place(parse(event["body"])))
        except RefusedError as error:
            return refusal(error)

    return handler, secret
