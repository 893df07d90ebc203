"""Posts JSON to a service that we hold credentials for."""

import json
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

import urllib3

from casino.base.clock import Clock
from casino.providers.sender import Bounds, Reply, Sender, SendFailedError

#: Where a credential may go without TLS: this machine, for the local stack and the tests.
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_BOUNDS: Final = Bounds(connect_s=2.0, read_s=5.0, most_bytes=64 * 1024)


class ServiceUnreachableError(Exception):
    """No answer came: refused, timed out, broken off. The message names no address or header."""


class Post(Protocol):
    """Sends one request and returns what was answered."""

    def __call__(
        self, path: str, headers: Mapping[str, str], fields: Mapping[str, object]
    ) -> Reply:
        """Raises `ServiceUnreachableError`; every status that was answered is a `Reply`."""


class JsonPost:
    """`Post` over HTTPS to one service."""

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        bounds: Bounds = _BOUNDS,
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        url = urlsplit(base_url)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOCAL):
            raise ValueError("credentials are sent over HTTPS only")
        self._base_url = base_url.rstrip("/")
        self._sender = Sender(clock, bounds, pool)

    def __call__(
        self, path: str, headers: Mapping[str, str], fields: Mapping[str, object]
    ) -> Reply:
        """Send `fields` as JSON; a redirect is an answer like any other, a cut body is empty."""
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        try:
            body = json.dumps(fields).encode()
            reply = self._sender.send("POST", self._base_url + path, sent, body)
        except (SendFailedError, OSError, ValueError):
            # The cause could show a header that was sent: it is not chained.
            raise ServiceUnreachableError("the service did not answer") from None
        return reply if reply.whole else Reply(reply.status, b"")
