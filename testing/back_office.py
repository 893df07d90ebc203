"""Requests to the casino's own API, as API Gateway hands them to the function."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from testing.hooks import load_function

CASHIER = "arn:aws:sts::000000000000:assumed-role/cashier/till-1"
#: The names of the parts of a path that follow a noun.
_PARTS = {
    "players": "player_id",
    "wallets": "currency",
    "reservations": "reservation_id",
    "bonuses": "grant_id",
    "transactions": "reference",
}


@dataclass(frozen=True)
class ApiReply:
    """An answer of the API."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> dict[str, Any]:
        """The body, amounts as exact texts of their numbers."""
        found: dict[str, Any] = json.loads(self.body, parse_float=str)
        return found

    @property
    def error(self) -> str:
        return str(self.json["error"])

    @property
    def is_replay(self) -> bool:
        return self.headers.get("Idempotent-Replayed") == "true"


def event_of(
    method: str, path: str, body: object = None, key: str | None = None, caller: str = CASHIER
) -> dict[str, Any]:
    """Return the REST proxy event of a request that API Gateway has authorised."""
    bare, _, query = path.partition("?")
    place = {
        name: value
        for noun, name in _PARTS.items()
        if (found := re.search(rf"/{noun}/([^/]+)", bare)) and (value := found[1])
    }
    resource = bare
    for name, value in place.items():
        resource = resource.replace(f"/{value}", f"/{{{name}}}", 1)
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return {
        "httpMethod": method,
        "path": bare,
        "resource": resource,
        "pathParameters": place or None,
        "queryStringParameters": {name: value for name, _, value in pairs} or None,
        "headers": headers,
        "requestContext": {"requestId": str(uuid4()), "identity": {"userArn": caller}},
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


@dataclass
class BackOffice:
    """The API in front of a world's tables."""

    handler: Any = field(default_factory=lambda: load_function("accounts"))

    def send(self, event: Mapping[str, Any]) -> ApiReply:
        response = self.handler(event, None)
        return ApiReply(response["statusCode"], response["body"], response["headers"])

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> ApiReply:
        return self.send(event_of(method, path, body, key))

    def post(self, path: str, key: str | None = None, /, **body: Any) -> ApiReply:
        """Send a change with a reason, under a key of its own unless one is given."""
        return self.ask("POST", path, {"reason": "a test"} | body, key or str(uuid4()))

    def get(self, path: str) -> ApiReply:
        return self.ask("GET", path)

    def patch(self, path: str, key: str | None = None, /, **body: Any) -> ApiReply:
        return self.ask("PATCH", path, {"reason": "a test"} | body, key or str(uuid4()))

    def put(self, path: str, /, **body: Any) -> ApiReply:
        """Set something, with a reason."""
        return self.ask("PUT", path, {"reason": "a test"} | body)

    def move(self, kind: str, amount: object, key: str | None = None, **more: Any) -> ApiReply:
        """Deposit or withdraw EUR of ann's."""
        return self.post(f"/players/ann/wallets/EUR/{kind}", key, amount=amount, **more)
