"""The least that a call of AWS takes: a kept-alive connection and Signature Version 4."""

import hashlib
import hmac
import json
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit


class CallError(Exception):
    """AWS refused a call; the message is its answer."""


class CancelledError(CallError):
    """DynamoDB cancelled a transaction."""


class Service:
    """One service of AWS that speaks JSON, with the methods that boto3's client has."""

    exceptions = SimpleNamespace(TransactionCanceledException=CancelledError)

    def __init__(self, name: str, target: str, content_type: str) -> None:
        self._name, self._target, self._content_type = name, target, content_type
        region = os.environ["AWS_REGION"]
        url = urlsplit(
            os.environ.get("AWS_ENDPOINT_URL") or f"https://{name}.{region}.amazonaws.com"
        )
        self._host, self._region = url.netloc, region
        self._day, self._key = "", b""
        self._connection = HTTPConnection(url.netloc, timeout=5)
        if url.scheme == "https":
            tls = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
            self._connection = HTTPSConnection(url.netloc, timeout=5, context=tls)

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        return partial(self._call, method.title().replace("_", ""))

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Return the answer to one call; raises `CallError` when it is refused."""
        body = json.dumps(request).encode()
        target = f"{self._target}.{operation}"
        self._connection.request("POST", "/", body, self._headers(target, body))
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            refused = CancelledError if b"TransactionCanceled" in content else CallError
            raise refused(content.decode())
        answer: dict[str, Any] = json.loads(content)
        return answer

    def _headers(self, target: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "content-type": self._content_type,
            "host": self._host,
            "x-amz-date": now,
            "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
            "x-amz-target": target,
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
        scope = f"{now[:8]}/{self._region}/{self._name}/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        signed = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashed}"
        signature = hmac.new(self._signing_key(now[:8]), signed.encode(), hashlib.sha256)
        credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, "
            f"Signature={signature.hexdigest()}"
        )
        return headers

    def _signing_key(self, day: str) -> bytes:
        """Derive the key of a day, once a day."""
        if day != self._day:
            key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
            for part in (day, self._region, self._name, "aws4_request"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            self._day, self._key = day, key
        return self._key
