"""Sends one HTTP request to a counterpart, bounded in time and in size; urllib3 does the HTTP.

The sender follows no redirect, since a request is signed or holds a credential and may go nowhere
else. It retries nothing, since only the caller knows what a second request would do. Nothing on the
money path imports this module.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ReadTimeoutError,
)

from casino.base.clock import Clock
from casino.providers.connection import ends_when, pool_manager

#: Response headers that let a counterpart find a request again; lower case.
CORRELATION: Final = (
    "x-request-id",
    "x-correlation-id",
    "x-trace-id",
    "request-id",
    "traceparent",
    "x-amzn-requestid",
    "cf-ray",
)
_MAX_HEADER: Final = 256
_CHUNK: Final = 65_536

type Failure = Literal["no_url", "no_connection", "timeout", "undecodable", "broken"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a request may take, in seconds, and how much of its answer is read, in bytes."""

    connect_s: float
    read_s: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with any status; its repr shows no body, which may hold a secret."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    whole: bool = True
    """False when the body is longer than the bounds allow: then it is cut."""
    asked: str = field(default="", repr=False)
    """What the answer is to, where the sender's caller says: a body, else path and query."""

    def fields(self) -> Mapping[str, Any]:
        """Return the JSON object of the body; anything else is empty."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def correlation(self) -> dict[str, str]:
        """The ids that the counterpart gave the request."""
        return {n: self.headers[n][:_MAX_HEADER] for n in CORRELATION if n in self.headers}


class SendFailedError(Exception):
    """No complete answer came; `detail` names no address and no header.

    `reply` is the answer as far as it came: its body is empty.
    """

    def __init__(self, failure: Failure, detail: str, reply: Reply | None = None) -> None:
        super().__init__(detail)
        self.failure: Failure = failure
        self.detail = detail
        self.reply = reply


class Sender:
    """Sends requests within the same bounds; safe to use from several threads."""

    def __init__(
        self, clock: Clock, bounds: Bounds, pool: urllib3.PoolManager | None = None
    ) -> None:
        self._clock = clock
        self._bounds = bounds
        self._pool = pool or pool_manager()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        deadline: float | None = None,
        is_read: Callable[[int], bool] = lambda status: True,
    ) -> Reply:
        """Return the answer; `is_read` says by its status whether its body is of use.

        `deadline` is a moment of the clock's `monotonic`: then the call ends, whatever the
        counterpart still sends. Without one it may connect and read once. Raises `SendFailedError`.
        """
        once_s = self._bounds.connect_s + self._bounds.read_s
        ends_at = self._clock.monotonic() + once_s if deadline is None else deadline

        def remaining_s() -> float:
            return ends_at - self._clock.monotonic()

        try:
            with ends_when(remaining_s):
                response = self._pool.request(
                    method,
                    url,
                    body=body or None,
                    headers=headers,
                    timeout=self._timeout(remaining_s()),
                    redirect=False,
                    retries=False,
                    preload_content=False,
                )
                try:
                    return self._received(response, ends_at, is_read)
                finally:
                    response.release_conn()
        except HTTPError as error:
            failure: Failure = "timeout" if remaining_s() <= 0 else _failure(error)
            # The cause could show a header that was sent: it is not chained.
            raise SendFailedError(failure, type(error).__name__) from None

    def _timeout(self, left_s: float) -> urllib3.Timeout:
        left_s = max(left_s, 0.001)
        connect_s, read_s = min(self._bounds.connect_s, left_s), min(self._bounds.read_s, left_s)
        return urllib3.Timeout(connect=connect_s, read=read_s)

    def _received(
        self, response: urllib3.BaseHTTPResponse, deadline: float, is_read: Callable[[int], bool]
    ) -> Reply:
        """Read what comes until the deadline: the read time-out holds for each piece only."""
        head = Reply(response.status, b"", response.headers)
        if not is_read(response.status):
            # The connection is not worth reading the rest for.
            response.close()
            return head
        body = bytearray()
        while piece := response.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > self._bounds.most_bytes:
                response.close()
                cut = bytes(body[: self._bounds.most_bytes])
                return Reply(response.status, cut, response.headers, whole=False)
            if self._clock.monotonic() >= deadline:
                response.close()
                raise SendFailedError("timeout", "the deadline passed", head)
        return Reply(response.status, bytes(body), response.headers)


def _failure(error: HTTPError) -> Failure:
    match error:
        case LocationValueError():
            return "no_url"
        case NewConnectionError():
            # urllib3 counts a refused connection among the time-outs.
            return "no_connection"
        case ReadTimeoutError() | ConnectTimeoutError():
            return "timeout"
        case DecodeError():
            return "undecodable"
        case _:
            return "broken"
