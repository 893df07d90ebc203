"""Providers that keep sending signed hooks while something happens, and what they were answered."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any, Protocol

import httpx

from casino.signing.pair import Pair
from testing.hooks import Handler, proxy_event, signed_headers

PAUSE_S = 0.02
#: Long enough for a machine that is busy with other things.
PATIENCE_S = 90.0


class Front(Protocol):
    """Where hooks are sent to."""

    def send(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        """Return the status and headers of the answer; status 0 for none."""


class HttpFront:
    """The URL of a deployed stack, on connections of `client`."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        try:
            answer = self._client.post(self._url, content=body, headers=dict(headers))
        except httpx.HTTPError:
            return 0, {}
        return answer.status_code, answer.headers


class LocalFront:
    """Execution environments in this process, in turn.

    They answer one after the other: in one process their metrics would run into each other.
    """

    def __init__(self, handlers: list[Handler]) -> None:
        self._environments = cycle(handlers)
        self._turn = threading.Lock()

    def send(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        with self._turn:
            answer = next(self._environments)(proxy_event(body, headers), None)
        return answer["statusCode"], answer["headers"]


@dataclass(frozen=True)
class Heard:
    """One definitive answer: which pair had signed, and what came back."""

    pair: Pair
    sent_at: float
    status: int
    old: bool
    """Whether the answer said that the pair was the previous one."""


@dataclass
class Worker:
    """A thread that does something again and again; what it raises comes out of `stop`."""

    turn: Callable[[], object]
    error: BaseException | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while not self.ended.wait(PAUSE_S):
                self.turn()
        except BaseException as error:  # noqa: BLE001 - it is raised again in `stop`
            self.error = error


class Sender:
    """Sends one hook after the other, signed with the pair that it holds."""

    def __init__(self, front: Front, pair: Pair, fields: Callable[[int], dict[str, Any]]) -> None:
        self.front = front
        self.pair = pair
        self.fields = fields
        self.heard: list[Heard] = []
        self._numbers = count()
        self.worker = Worker(self.send)

    def send(self) -> None:
        pair = self.pair
        self.heard.append(post(self.front, pair, self.fields(next(self._numbers))))

    def uses(self, pair: Pair, since: float) -> bool:
        """Tell whether an answer came to a request that `pair` signed, sent after `since`."""
        return any(heard.pair is pair and heard.sent_at > since for heard in self.heard[-20:])


def post(front: Front, pair: Pair, fields: dict[str, Any], secret: str | None = None) -> Heard:
    """Sign and send one hook until it is answered definitively, as a provider has to.

    `secret` signs instead of the pair's own, for a forgery.
    """
    body, deadline = json.dumps(fields).encode(), time.monotonic() + PATIENCE_S
    while True:
        sent_at = time.time()
        headers = signed_headers(body, pair.api_key, secret or pair.secret_key)
        status, answered = front.send(body, headers)
        if status and status < 500:
            old = answered.get("X-Secret-Version") == "previous"
            return Heard(pair, sent_at, status, old)
        assert time.monotonic() < deadline, f"still {status}"


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fails when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)
