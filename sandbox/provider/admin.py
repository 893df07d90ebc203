"""The admin routes of the simulation, for tests and demonstrations; the package describes them."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.game.routes import Handler, is_own
from sandbox.game.stakes import decimal
from sandbox.provider.config import Credential
from sandbox.provider.generator import Record
from sandbox.provider.rounds import Table
from sandbox.provider.state import State, Stats
from sandbox.provider.wire import read_object

_NEW_GAME: Final = {"name": "New game", "status": "active", "weight": 0, "categories": ["slots"]}
_SETTINGS: Final = {"latency_ms": int, "public_url": str, "hooks_url": str}


class AdminError(Exception):
    """The simulation cannot do that; `status` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Admin:
    """`/admin`."""

    def __init__(self, state: State, table: Table) -> None:
        self._state = state
        self._table = table

    def routes(self) -> list[Route]:
        """Return the routes below `/admin`."""
        lists = [
            Route(path, self.guarded(handler), methods=[method])
            for name in ("games", "providers")
            for path, method, handler in (
                (f"/{name}", "GET", self._records(name)),
                (f"/{name}", "POST", self._add(name)),
                (f"/{name}", "PATCH", self._change(name)),
                (f"/{name}/{{id}}", "DELETE", self._delete(name)),
            )
        ]
        return lists + [
            Route(path, self.guarded(handler), methods=[method])
            for path, method, handler in (
                ("/stats", "GET", self._stats),
                ("/stats", "DELETE", self._reset_stats),
                ("/faults", "GET", self._faults),
                ("/faults", "POST", self._add_fault),
                ("/faults", "DELETE", self._clear_faults),
                ("/credentials", "POST", self._add_credential),
                ("/config", "PATCH", self._configure),
                ("/reset", "POST", self._reset),
                ("/sessions", "GET", self._sessions),
                ("/sessions/{id}", "GET", self._session),
                ("/sessions/{id}/rounds", "POST", self._play),
            )
        ]

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler for own tools alone, which says what it cannot do."""

        async def guarded(request: Request) -> Response:
            try:
                if not is_own(request, self._state.own_hosts):
                    raise AdminError(403, "only this machine's own tools may ask")
                return await handler(request)
            except AdminError as error:
                return JSONResponse({"error": str(error)}, error.status)
            except KeyError as error:
                return JSONResponse({"error": f"there is no {error}"}, 404)
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return guarded

    async def _stats(self, request: Request) -> Response:
        state = self._state
        by_status: dict[str, int] = {}
        for game in state.games.records.values():
            status = str(game.get("status"))
            by_status[status] = by_status.get(status, 0) + 1
        catalogue = {
            "providers": len(state.providers.records),
            "games": len(state.games.records),
            "by_status": by_status,
        }
        return JSONResponse({**state.stats.describe(), "catalogue": catalogue})

    async def _reset_stats(self, request: Request) -> Response:
        self._state.stats = Stats()
        return Response(status_code=204)

    async def _faults(self, request: Request) -> Response:
        return JSONResponse({"faults": self._state.faults.describe()})

    async def _add_fault(self, request: Request) -> Response:
        fault = self._state.faults.add(await request.json())
        return JSONResponse({"id": fault.id}, 201)

    async def _clear_faults(self, request: Request) -> Response:
        self._state.faults.clear()
        return Response(status_code=204)

    async def _add_credential(self, request: Request) -> Response:
        wanted = await _read(request)
        credential = Credential(*(str(wanted[n]) for n in ("api_key", "secret_key", "hooks_url")))
        self._state.credentials[credential.api_key] = credential
        return Response(status_code=204)

    async def _configure(self, request: Request) -> Response:
        wanted = await _read(request)
        for name, value in wanted.items():
            if name not in _SETTINGS or not isinstance(value, _SETTINGS[name]):
                raise AdminError(400, f"settings: {', '.join(_SETTINGS)}")
        if "latency_ms" in wanted:
            self._state.latency_s = wanted["latency_ms"] / 1000
        if "public_url" in wanted:
            self._state.origin = wanted["public_url"]
        if "hooks_url" in wanted:
            self._state.point_hooks(wanted["hooks_url"])
        return Response(status_code=204)

    async def _reset(self, request: Request) -> Response:
        self._state.reset()
        return Response(status_code=204)

    async def _sessions(self, request: Request) -> Response:
        sessions = self._state.sessions.by_id.values()
        return _plain({"sessions": [session.describe() for session in sessions]})

    async def _session(self, request: Request) -> Response:
        return _plain(self._state.sessions.by_id[request.path_params["id"]].describe())

    async def _play(self, request: Request) -> Response:
        session = self._state.sessions.by_id[request.path_params["id"]]
        wanted = await _read(request)
        stake = decimal(wanted.get("stake", "1"))
        win = None if wanted.get("win") is None else decimal(wanted["win"])
        rounds = [
            await self._table.play(session, stake, win) for _ in range(wanted.get("count", 1))
        ]
        return JSONResponse({"rounds": rounds})

    def _records(self, name: str) -> Handler:
        async def handler(request: Request) -> Response:
            return JSONResponse({"records": list(self._state.listing(name).records.values())})

        return handler

    def _add(self, name: str) -> Handler:
        async def handler(request: Request) -> Response:
            ids = []
            for wanted in (await request.json())["records"]:
                defaults = self._new_game() if name == "games" else {}
                record: Record = {"id": str(uuid.uuid4()), **defaults, **wanted}
                listing = self._state.listing(name)
                listing.add(record)
                if "updated_at" not in record:
                    listing.change(record["id"], {})
                ids.append(record["id"])
            return JSONResponse({"ids": ids}, 201)

        return handler

    def _new_game(self) -> Record:
        return {**_NEW_GAME, "provider_id": next(iter(self._state.providers.records), "")}

    def _change(self, name: str) -> Handler:
        async def handler(request: Request) -> Response:
            wanted = await request.json()
            listing = self._state.listing(name)
            if any(record_id not in listing.records for record_id in wanted["ids"]):
                raise AdminError(404, "unknown id; nothing was changed")
            for record_id in wanted["ids"]:
                listing.change(record_id, wanted.get("set", {}), wanted.get("unset", ()))
            return Response(status_code=204)

        return handler

    def _delete(self, name: str) -> Handler:
        async def handler(request: Request) -> Response:
            listing = self._state.listing(name)
            if request.query_params.get("hard") == "true":
                listing.remove(request.path_params["id"])
            else:
                listing.delete(request.path_params["id"])
            return Response(status_code=204)

        return handler


async def _read(request: Request) -> dict[str, Any]:
    body = await request.body()
    return read_object(body) if body else {}


def _plain(content: Mapping[str, Any]) -> Response:
    """Write what a platform sent: its amounts were read as decimals, and are shown as texts."""
    return Response(json.dumps(content, default=str), media_type="application/json")
