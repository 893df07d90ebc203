"""The provider's side of iGSP over HTTP: signed requests, bounded in time, repeated where safe.

The client repeats a try that met 5xx, 429 or network trouble with exponential backoff and full
jitter, or after `Retry-After`, within the call's deadline; any other answer is final. A repeated
request is safe: lists change nothing, and a session is created under our own id.
"""

import json
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import uuid4

from casino.base.money import to_major
from casino.dialects.igsp.records import (
    ListAnswer,
    MalformedAnswerError,
    read_launch_url,
    read_list,
)
from casino.integrations.model import Integration
from casino.providers.ports import Launched, LaunchRequest, Page, ProviderCall
from casino.providers.sender import Reply
from casino.providers.transport import Manner, Transport

#: The most records that the standard lets a page have.
PAGE_LIMIT: Final = 200

_CREATED: Final = 201
_OK: Final = 200
_GONE: Final = frozenset({200, 202, 204, 404, 410})


class HttpProviderClient:
    """`ProviderClient` over a `Transport`."""

    def __init__(self, transport: Transport, page_limit: int = PAGE_LIMIT) -> None:
        self._transport = transport
        self._page_limit = page_limit

    def providers(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of `GET /providers`."""
        return self._list(integration, "/providers", cursor, updated_after)

    def games(
        self, integration: Integration, cursor: str | None, updated_after: str | None
    ) -> Page:
        """Return one page of `GET /games`."""
        return self._list(integration, "/games", cursor, updated_after)

    def create_session(self, integration: Integration, request: LaunchRequest) -> Launched:
        """Create a session; raises `provider_conflict` on 409."""
        call = ProviderCall(
            integration.name, "POST", "/sessions", str(uuid4()), session_id=request.session_id
        )
        body = session_body(request)
        answer = self._transport.send(integration, call, body.encode())
        if answer.status != _CREATED:
            raise self._transport.unexpected(call, answer, "a created session answers 201")
        try:
            url = read_launch_url(answer.body)
        except MalformedAnswerError as error:
            raise self._transport.unexpected(call, answer, str(error)) from None
        return Launched(url, body, answer.body.decode(), answer.status, answer.correlation)

    def close_session(self, integration: Integration, session_id: str) -> None:
        """Tell the provider that a session is over; one that it does not know is over as well."""
        if not integration.provider.close_sessions:
            return
        path = f"/sessions/{quote(session_id, safe='')}"
        call = ProviderCall(integration.name, "DELETE", path, str(uuid4()), session_id=session_id)
        answer = self._transport.send(integration, call, b"", manner=Manner(_GONE))
        if answer.status not in _GONE:
            raise self._transport.unexpected(call, answer, "a closed session answers 204")

    def _list(
        self, integration: Integration, path: str, cursor: str | None, updated_after: str | None
    ) -> Page:
        query: dict[str, str | int] = {"limit": self._page_limit}
        if cursor is not None:
            query["cursor"] = cursor
        if updated_after is not None:
            query["updated_after"] = updated_after
        call = ProviderCall(integration.name, "GET", path, str(uuid4()), cursor=cursor)
        answer = self._transport.send(integration, call, b"", f"?{urlencode(query)}")
        frame = self._frame(call, answer)
        return Page(
            records=tuple(frame.data),
            next_cursor=frame.next_cursor,
            has_more=frame.has_more,
            returned=frame.returned,
            raw=answer.body,
            correlation=answer.correlation,
        )

    def _frame(self, call: ProviderCall, answer: Reply) -> ListAnswer:
        if answer.status != _OK:
            raise self._transport.unexpected(call, answer, "a list answers 200")
        try:
            return read_list(answer.body)
        except MalformedAnswerError as error:
            raise self._transport.unexpected(call, answer, str(error)) from None


def session_body(request: LaunchRequest) -> str:
    """Return the body of `POST /sessions`; the balance is a JSON number with all its decimals."""
    fields: dict[str, Any] = {
        "game_id": request.game_id,
        "player_id": request.player_id,
        "player_name": request.player_name,
        "currency": request.currency,
        "session_id": request.session_id,
        "device": request.device,
        "is_demo": request.is_demo,
    }
    if request.return_url is not None:
        fields["return_url"] = request.return_url
    if request.language is not None:
        fields["language"] = request.language
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    balance = to_major(request.balance_minor, request.currency)
    return f'{text[:-1]},"balance":{balance}}}'
