"""Puts the simulated provider together: one ASGI application, with all its state in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from sandbox.game.line import Line, line_routes
from sandbox.provider.admin import Admin
from sandbox.provider.api import IgspApi
from sandbox.provider.config import ProviderConfig
from sandbox.provider.game import ProviderGame
from sandbox.provider.hooks import TIMEOUT_S, HookCaller
from sandbox.provider.rounds import Table
from sandbox.provider.state import State


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    config: ProviderConfig,
    *,
    clock: Callable[[], datetime] = _utc_now,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Return the application; hooks go through `transport` when it is given."""
    state = State(config, clock)
    client = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport, trust_env=False)
    line = Line()
    table = Table(state, HookCaller(client, clock, config.retry_pause_s, line))
    admin = Admin(state, table)
    routes: list[BaseRoute] = [
        Mount("/igsp/v1", routes=IgspApi(state).routes()),
        *line_routes(line, admin.guarded),
        Mount("/admin", routes=admin.routes()),
        *ProviderGame(state, table).routes(),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(routes=routes, lifespan=lifespan)
