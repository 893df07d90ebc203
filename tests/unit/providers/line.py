"""A provider's client on a line whose other end a test speaks for."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3
from urllib3.exceptions import (
    ReadTimeoutError,
)

from casino.dialects.igsp.client import HttpProviderClient
from casino.dialects.registry import family
from casino.providers.circuit import Circuits
from casino.providers.ports import LaunchRequest, ProviderError
from casino.providers.transport import Limits, Transport
from testing.clock import FakeClock
from testing.integrations import an_integration
from testing.provider import Notes, provider_keyring

HUB = an_integration("hub", url="https://p.test/igsp/v1/", close_sessions=True)
PAGE = b'{"data": [{"id": "x"}], "cursor": {"next": "c1"}, "meta": {"returned": 1}}'
LAUNCH = LaunchRequest("sess-1", "game-1", "p_1", "Lucky", "EUR", 12_345, return_url="https://x")


@dataclass
class Script(urllib3.PoolManager):
    """Answers calls with what it is told, in order; the last answer again and again."""

    answers: Sequence[Any]
    clock: FakeClock
    sent: list[dict[str, Any]] = field(default_factory=list)

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        self.sent.append({"method": method, "url": url, **options})
        answer = self.answers[min(len(self.sent), len(self.answers)) - 1]
        if isinstance(answer, BaseException):
            raise answer
        status, body, headers = answer
        return urllib3.HTTPResponse(
            body if hasattr(body, "read") else io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
        )


@dataclass
class Line:
    """A client, and all that can be seen of what it does."""

    client: HttpProviderClient
    pool: Script
    clock: FakeClock
    notes: Notes


def line(*answers: Any, **limits: Any) -> Line:
    clock, notes = FakeClock(), Notes()
    pool = Script(answers, clock)
    transport = Transport(
        provider_keyring(),
        family,
        clock,
        notes,
        Circuits(clock, notes),
        Limits(**limits),
        pool,
        jitter=lambda: 1.0,
    )
    return Line(HttpProviderClient(transport), pool, clock, notes)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ProviderError) as refused:
        act()
    return refused.value.code


def answer(status: int, body: bytes = b"{}", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


def read_timeout() -> ReadTimeoutError:
    return ReadTimeoutError(None, "u", "slow")  # type: ignore[arg-type]
