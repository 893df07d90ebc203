"""The wire of a bet, for every peer: is it signed, what does it say, what is answered."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

TOLERANCE_S = 300

_TEXTS = ("player_id", "currency", "session_id", "transaction_id", "game_id", "round_id", "type")

type Response = dict[str, Any]


class RefusedError(Exception):
    """The bet is not taken: an HTTP status and an error code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def authenticate(headers: Mapping[str, str], body: str, secret: Mapping[str, str]) -> None:
    """Check key, age and signature (HMAC-SHA256 over body and timestamp); raises `RefusedError`."""
    given = {name.lower(): value for name, value in headers.items()}
    if given.get("authorization") != f"Bearer {secret['api_key']}":
        raise RefusedError(401, "unauthorized")
    timestamp = given.get("x-timestamp", "")
    signed = (body + timestamp).encode()
    expected = hmac.new(secret["secret_key"].encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, given.get("x-signature", "")):
        raise RefusedError(403, "invalid_signature")
    age = datetime.now(UTC) - datetime.fromisoformat(timestamp)
    if abs(age.total_seconds()) > TOLERANCE_S:
        raise RefusedError(403, "timestamp_out_of_range")


def parse(body: str) -> dict[str, Any]:
    """Read a bet, with exact amounts; raises `RefusedError`."""
    try:
        bet: dict[str, Any] = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        for name in _TEXTS:
            if not isinstance(bet[name], str):
                raise TypeError(name)
        if bet["action"] != "bet" or bet["amount"] <= 0:
            raise ValueError("action")
    except (ValueError, KeyError, TypeError):
        raise RefusedError(400, "invalid_request") from None
    return bet


def answer(body: str, status: int = 200) -> Response:
    """Return the proxy response of a decided bet."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}


def refusal(error: RefusedError) -> Response:
    """Return the proxy response of a refused bet."""
    return answer(json.dumps({"error": error.code, "status": error.status}), error.status)
