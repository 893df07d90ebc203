"""Each row of the tables of docs/winupgo.md over HTTP, on the deployed stack."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import httpx
import pytest

from sandbox.processes import poll
from sandbox.winupgo.part import WinupgoPart
from testing.hooks import Reply
from tests.cases.winupgo import ROWS
from tests.cases.winupgo_desk import CLOSED, SCOPES, Desk, connect, sit_down


@pytest.fixture(scope="module")
def studio(winupgo: WinupgoPart) -> Callable[[], Desk]:
    """Seats new players, at integrations that the function knows."""
    mine = winupgo.caller
    closed = connect(winupgo.operations, CLOSED, mine.client_id)

    @cache
    def token(scopes: str) -> str:
        asked = " ".join(f"winupgo/{scope}" for scope in scopes.split())
        return replace(mine, scope=asked).token() if scopes else "none"

    def post(resource: str, headers: dict[str, str], body: bytes, scopes: str) -> Reply:
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token(scopes)}"}
        answer = httpx.post(mine.url + resource, content=body, headers=headers | sent, timeout=30)
        found = {name.title(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, answer.text, found)

    def is_known() -> bool:
        headers = closed.headers("/bets/rollback", "known", b'{"bet_id":"known"}')
        return post("/bets/rollback", headers, b'{"bet_id":"known"}', SCOPES).status == 200

    assert poll(is_known, 60)
    return lambda: sit_down(winupgo.operations, mine, closed, post)


@pytest.mark.parametrize("play", ROWS.once())
def test_row_is_answered_as_the_page_says(
    studio: Callable[[], Desk], play: Callable[[Desk], None]
) -> None:
    play(studio())
