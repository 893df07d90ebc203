"""Calls the platform's wallet as guide §4 describes: signed, and sent again until answered."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx

from sandbox.game.line import Line
from sandbox.provider.config import Credential
from sandbox.provider.signatures import seal
from sandbox.provider.wire import read_object, write_flat

_ATTEMPTS: Final = 4
#: Longer than the 2 s of the guide: a local stack starts a function while the first hook waits.
TIMEOUT_S: Final = 15.0


class HookUnansweredError(Exception):
    """Nobody knows what became of the request: no answer, or only 5xx."""


@dataclass(frozen=True)
class HookAnswer:
    """What the wallet said; `error` is empty when it did as it was asked."""

    status: int
    balance: Decimal | None
    error: str
    message: str

    @property
    def at_the_door(self) -> bool:
        """Whether it was refused unread: it has to be sent again, rightly signed."""
        return self.status in (401, 403)


class HookCaller:
    """Sends hooks for any platform that the provider works with."""

    def __init__(
        self, client: httpx.AsyncClient, clock: Callable[[], datetime], pause_s: float, line: Line
    ) -> None:
        self._client = client
        self.line = line
        self._clock = clock
        self._pause_s = pause_s

    async def call(self, credential: Credential, fields: Mapping[str, Any]) -> HookAnswer:
        """Send one hook until it is answered; raises `HookUnansweredError` when it is not."""
        body = write_flat(self.line.told(fields))
        failure = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause_s * 2 ** (attempt - 1))
            moment = self._clock() + timedelta(seconds=self.line.skew_s)
            headers = {**seal(credential, body, moment), "Content-Type": "application/json"}
            request = self._client.build_request(
                "POST", credential.hooks_url, content=body, headers=headers
            )
            try:
                response = await self.line.carry_beside(request, self._client.send)
            except httpx.TransportError as error:
                failure = type(error).__name__
                continue
            if response.status_code < 500:
                return _read(response)
            failure = f"status {response.status_code}"
        raise HookUnansweredError(failure)


def _read(response: httpx.Response) -> HookAnswer:
    try:
        content = read_object(response.content)
    except ValueError:
        raise HookUnansweredError(f"status {response.status_code} without JSON") from None
    balance = content.get("balance")
    refused = response.status_code != 200
    return HookAnswer(
        status=response.status_code,
        balance=None if balance is None else Decimal(str(balance)),
        error=str(content.get("error") or "unknown") if refused else "",
        message=str(content.get("message", "")),
    )
