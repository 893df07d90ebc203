"""The console over an emulated stack, as a browser on this machine asks it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from ops.context import Operations
from sandbox.console.app import assemble
from sandbox.console.house import House
from testing.hooks import API_KEY, SECRET_KEY
from testing.provider import InProcess
from testing.world import World
from tests.functional.ops.console import Console

ORIGIN = "http://127.0.0.1:8095"


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """What `make run` writes, as far as pages read it."""
    file = tmp_path / "stack.json"
    content = {
        "endpoint": "http://127.0.0.1:4566",
        "stack_name": "test",
        "base_url": "http://127.0.0.1:4566/api",
        "hooks_url": "http://127.0.0.1:4566/api/hooks",
        "api_key": API_KEY,
        "secret_key": SECRET_KEY,
        "players": [{"player_id": "player-912", "currency": "EUR", "session_id": "sess"}],
        "dialects": {"flexsoft": {"url": "http://127.0.0.1:4566/api/flexsoft/v1"}},
    }
    file.write_text(json.dumps(content))
    return file


@pytest.fixture
def operations(world: World) -> Operations:
    """The use cases of the emulated stack."""
    return Console(world).operations


@pytest.fixture
def open_site() -> Iterator[Callable[[House], httpx.Client]]:
    """Open the console of a house; what it keeps is closed at the end."""
    houses: list[House] = []
    with asyncio.Runner() as runner:

        def opened(house: House) -> httpx.Client:
            houses.append(house)
            return httpx.Client(transport=InProcess(assemble(house), runner), base_url=ORIGIN)

        yield opened
        for house in houses:
            house.close()


@pytest.fixture
def site(
    open_site: Callable[[House], httpx.Client], operations: Operations, stack_file: Path
) -> httpx.Client:
    """The console of the emulated stack."""
    return open_site(House(stack_file, lambda stack: operations))


class Rows(HTMLParser):
    """The rows of a page's tables, as lists of the cells' texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data.strip()


@pytest.fixture
def rows() -> Callable[[str], list[list[str]]]:
    """Read the rows of a page's tables."""
    return lambda html: Rows(html).rows
