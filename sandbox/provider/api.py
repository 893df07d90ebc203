"""The provider's side of iGSP over HTTP: it authenticates, answers, then does as the faults say."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.provider.config import Credential
from sandbox.provider.faults import Fault, spoil_page
from sandbox.provider.listing import PageError, Place, read_time
from sandbox.provider.sessions import SessionRefusedError
from sandbox.provider.signatures import SignatureError, identify
from sandbox.provider.state import State
from sandbox.provider.wire import read_object

_MAX_LIMIT: Final = 200
_DEFAULT_LIMIT: Final = 50


@dataclass(frozen=True)
class Answer:
    """What is right to answer, before a fault gets at it."""

    status: int
    content: dict[str, Any] | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """An authenticated request, and the fault that it meets."""

    request: Request
    body: bytes
    credential: Credential
    fault: Fault | None


type Act = Callable[[Call], Answer]


class IgspApi:
    """`/igsp/v1`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes below `/igsp/v1`."""
        return [
            self._route(
                "/providers", "GET", "providers", lambda call: self._list("providers", call)
            ),
            self._route("/games", "GET", "games", lambda call: self._list("games", call)),
            self._route("/sessions", "POST", "sessions", self._create),
            self._route("/sessions/{session_id}", "DELETE", "close", self._close),
        ]

    def _route(self, path: str, method: str, endpoint: str, act: Act) -> Route:
        async def answer(request: Request) -> Response:
            self._state.stats.requests[endpoint] += 1
            body = await request.body()
            await asyncio.sleep(self._state.latency_s)
            try:
                credential = identify(
                    self._state.credentials, request.headers, body, self._state.clock()
                )
            except SignatureError as error:
                self._state.stats.refused += 1
                response = _render(_refusal(error.status, error.code))
            else:
                fault = self._state.faults.meet(endpoint)
                call = Call(request, body, credential, fault)
                response = await _disturbed(call, act)
            response.headers["X-Request-Id"] = f"sim-{uuid.uuid4().hex}"
            self._state.stats.answered(endpoint, response.status_code)
            return response

        return Route(path, answer, methods=[method])

    def _list(self, name: str, call: Call) -> Answer:
        query = call.request.query_params
        try:
            limit = _limit(query.get("limit"))
            place = _place(query.get("cursor"), query.get("updated_after"))
        except PageError as error:
            return _refusal(400, "invalid_request", str(error))
        fault = call.fault
        share = fault.options["share"] if fault is not None and fault.kind == "shrunk" else 1.0
        page = self._state.listing(name).page(place, limit, share)
        content: dict[str, Any] = {
            "data": page.records,
            "cursor": {"next": page.next, "previous": page.previous},
            "meta": {
                "limit": limit,
                "returned": len(page.records),
                "has_more": page.next is not None,
            },
        }
        if fault is not None:
            spoil_page(fault, content, page.here)
        self._state.stats.records_served[name] += len(content["data"])
        return Answer(200, content)

    def _create(self, call: Call) -> Answer:
        state = self._state
        try:
            wanted = read_object(call.body)
        except ValueError:
            return _refusal(400, "malformed_json")
        try:
            session, is_new = state.sessions.create(
                call.credential, wanted, state.games, state.providers, state.origin
            )
        except SessionRefusedError as error:
            return _refusal(error.status, error.code, str(error))
        state.stats.sessions_created += is_new
        fault = call.fault
        if fault is not None and fault.kind == "launch_url":
            return Answer(201, {"url": fault.options["url"]})
        return Answer(201, {"url": session.url})

    def _close(self, call: Call) -> Answer:
        session_id = call.request.path_params["session_id"]
        try:
            was_open = self._state.sessions.close(call.credential, session_id)
        except SessionRefusedError as error:
            return _refusal(error.status, error.code)
        self._state.stats.sessions_closed += was_open
        return Answer(204, None)


async def _disturbed(call: Call, act: Act) -> Response:
    """Do what was asked for and answer it, as far as the fault allows."""
    fault = call.fault
    if fault is None:
        return _render(act(call))
    if fault.kind == "status":
        if fault.options["carried_out"]:
            act(call)
        return _render(_fault_status(fault))
    answer = act(call)
    response = _render(answer)
    if fault.kind in ("slow", "timeout"):
        await _hold(call.request, fault.options["delay_s"])
    elif fault.kind == "broken_page":
        return Response(_half(response), answer.status, media_type="application/json")
    elif fault.kind == "truncated":
        # The server ends a connection on which less came than was announced.
        announced = {"Content-Length": str(len(bytes(response.body)))}
        return Response(_half(response), answer.status, announced, "application/json")
    elif fault.kind == "garbage":
        status = fault.options["status"] or answer.status
        return Response(fault.options["body"], status, media_type=fault.options["content_type"])
    return response


async def _hold(request: Request, delay_s: float) -> None:
    """Keep the caller waiting until it has waited long enough or hangs up."""
    try:
        async with asyncio.timeout(delay_s):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _half(response: Response) -> bytes:
    body = bytes(response.body)
    return body[: len(body) // 2]


def _fault_status(fault: Fault) -> Answer:
    answer = _refusal(fault.options["status"], "fault", "as asked for")
    retry_after = fault.options["retry_after"]
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(answer.status, answer.content, headers)


def _refusal(status: int, code: str, message: str = "") -> Answer:
    return Answer(status, {"error": code, "message": message or code})


def _render(answer: Answer) -> Response:
    if answer.content is None:
        return Response(status_code=answer.status, headers=answer.headers)
    body = json.dumps(answer.content, separators=(",", ":"), ensure_ascii=False)
    return Response(body, answer.status, answer.headers, "application/json")


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MAX_LIMIT):
        raise PageError(f"limit is from 1 to {_MAX_LIMIT}")
    return int(text)


def _place(cursor: str | None, updated_after: str | None) -> Place:
    since = None
    if updated_after is not None:
        since = read_time(updated_after)
        if since is None:
            raise PageError("updated_after is no UTC timestamp")
    if cursor is None:
        return Place(None, False, since)
    place = Place.of(cursor)
    if since is not None and since != place.since:
        raise PageError("the cursor belongs to another updated_after")
    return place
