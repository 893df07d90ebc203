"""Signed hooks as API Gateway hands them to a function, and the function's answers."""

import importlib.util
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from casino.dialects.registry import family
from casino.signing.pair import Pair
from testing.template import PROJECT

API_KEY = "gp_test_a14f22c09d"
SECRET_KEY = "sk-under-test-91b2c7a4aadb48b62e"
HOOKS = "/webhooks/igsp/v1/platforms/game-provider/hooks"

type Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """A response, with its body as text and as JSON with exact decimals."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.text, parse_float=Decimal)
        return body

    @property
    def error(self) -> str:
        return str(self.json["error"])

    @property
    def balance(self) -> Decimal:
        return Decimal(self.json["balance"])

    @property
    def replayed(self) -> bool:
        return self.headers.get("Idempotent-Replayed") == "true"


def load_function(name: str, project: Path = PROJECT) -> Handler:
    """Load functions/<name>/app.py afresh, as a new execution environment would."""
    path = project / "functions" / name / "app.py"
    spec = importlib.util.spec_from_file_location(f"functions.{name}.app", path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


def signed_headers(
    body: bytes, api_key: str = API_KEY, secret_key: str = SECRET_KEY, at: float | None = None
) -> dict[str, str]:
    """Return the iGSP headers for `body`, signed now unless `at` says when."""
    return family("igsp").sign(body, Pair(api_key, secret_key), time.time() if at is None else at)


def proxy_event(
    body: bytes | str,
    headers: Mapping[str, str | list[str]],
    path: str = HOOKS,
    source_ip: str = "192.0.2.10",
) -> dict[str, Any]:
    """Return the REST proxy event (format 1.0) of a POST."""
    many = {name: [value] if isinstance(value, str) else value for name, value in headers.items()}
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": None,
        "requestContext": {
            "requestId": str(uuid4()),
            "stage": "v1",
            "httpMethod": "POST",
            "path": path,
            "identity": {"sourceIp": source_ip, "userAgent": "provider/1.0"},
        },
        "body": body if isinstance(body, str) else body.decode("utf-8", "replace"),
        "isBase64Encoded": False,
    }


def encode(fields: Mapping[str, Any]) -> bytes:
    """Return `fields` as a provider would write them; a Decimal becomes a JSON number."""
    marks = {f"@{i}@": value for i, value in enumerate(fields.values())}
    text = json.dumps(dict(zip(fields, marks, strict=True)), ensure_ascii=False)
    for mark, value in marks.items():
        written = str(value) if isinstance(value, Decimal) else json.dumps(value)
        text = text.replace(json.dumps(mark), written)
    return text.encode()


class Caller:
    """Sends signed requests to one function in this process."""

    def __init__(self, handler: Handler, path: str = HOOKS) -> None:
        self.handler = handler
        self.path = path

    def send(self, event: Mapping[str, Any]) -> Reply:
        response = self.handler(event, None)
        return Reply(response["statusCode"], response["body"], response["headers"])

    def __call__(self, fields: Mapping[str, Any], **headers: str) -> Reply:
        """Sign and send `fields`; keyword arguments are further headers, `_` for `-`."""
        body = encode(fields)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(proxy_event(body, {**signed_headers(body), **more}, self.path))
