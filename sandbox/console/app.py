"""Puts the console together: its pages, its files, and the guard before all of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.console.guard import Guard
from sandbox.console.house import House, StackDownError
from sandbox.console.pages import (
    catalogue,
    certification,
    compose,
    emulate,
    events,
    overview,
    play,
    players,
    sessions,
    wallet,
)
from sandbox.console.shell import FOLDER, Asked, Page, problem, routes

#: In the order of the navigation.
PAGES: Final = (
    overview.PAGE,
    players.PAGE,
    wallet.PAGE,
    play.PAGE,
    compose.PAGE,
    emulate.PAGE,
    sessions.PAGE,
    catalogue.PAGE,
    events.PAGE,
    certification.PAGE,
)


def create_app(base_url: str, given: Mapping[str, str]) -> Starlette:
    """Return the console of the stack that the file `given["stack_file"]` describes."""
    return assemble(House(Path(given["stack_file"])))


def assemble(house: House) -> Starlette:
    """Return the console of a house."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        begun = asyncio.create_task(run_in_threadpool(_begin, house))
        yield
        await begun
        house.close()

    return Starlette(
        routes=[
            Route("/ready", _ready),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
            *routes((*PAGES, Page("Not found", "", {"/{rest:path}": _lost})), house),
        ],
        middleware=[Middleware(Guard)],
        lifespan=lifespan,
    )


def _begin(house: House) -> None:
    """Listen to the bus from the start; the page of events tries again where that fails."""
    with suppress(StackDownError, BotoCoreError, ClientError):
        house.keep(events.Hearing).latest()


def _lost(asked: Asked) -> Response:
    return problem(asked, 404, "There is no such page", asked.request.url.path)


async def _ready(request: Request) -> Response:
    return PlainTextResponse("ready")
