"""One POST of JSON to a service that we hold credentials for.

urllib3 alone: no redirects, since what is sent may not follow one, and no retries, since the
caller knows what a second request would do. Nothing on the money path imports this.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import urllib3

#: Where a credential may go without TLS: this machine, for the local stack and the tests.
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_MAX_ANSWER: Final = 64 * 1024


class ServiceUnreachableError(Exception):
    """No answer came: refused, timed out, broken off. The message names no address or header."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered; its repr shows no body, which may hold a token."""

    status: int
    body: bytes = field(repr=False)

    def fields(self) -> Mapping[str, Any]:
        """Return the JSON object of the body; anything else is empty."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


class Post(Protocol):
    """Sends one request and returns what was answered."""

    def __call__(
        self, path: str, headers: Mapping[str, str], fields: Mapping[str, object]
    ) -> Reply:
        """Raises `ServiceUnreachableError`; every status that was answered is a `Reply`."""


class JsonPost:
    """`Post` over HTTPS to one service."""

    def __init__(self, base_url: str, pool: urllib3.PoolManager | None = None) -> None:
        url = urlsplit(base_url)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOCAL):
            raise ValueError("credentials are sent over HTTPS only")
        self._base_url = base_url.rstrip("/")
        self._pool = pool or urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=2.0, read=5.0), retries=False
        )

    def __call__(
        self, path: str, headers: Mapping[str, str], fields: Mapping[str, object]
    ) -> Reply:
        """Send `fields` as JSON; a redirect is an answer like any other."""
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        try:
            answer = self._pool.request(
                "POST",
                self._base_url + path,
                body=json.dumps(fields).encode(),
                headers=sent,
                redirect=False,
                preload_content=False,
            )
            try:
                body = answer.read(_MAX_ANSWER + 1)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            # The cause could show a header that was sent: it is not chained.
            raise ServiceUnreachableError("the service did not answer") from None
        return Reply(answer.status, body if len(body) <= _MAX_ANSWER else b"")
