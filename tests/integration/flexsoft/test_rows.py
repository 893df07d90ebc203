"""Each row of the table of docs/flexsoft.md over HTTP, on the deployed stack."""

from collections.abc import Callable

import httpx
import pytest

from sandbox.flexsoft.part import INTEGRATION, FlexsoftPart
from sandbox.flexsoft.signatures import seal
from sandbox.processes import poll
from testing.hooks import Reply
from tests.cases.flexsoft import ROWS
from tests.cases.flexsoft_desk import Desk, sit_down, switched_off


@pytest.fixture(scope="module")
def tenant(flexsoft: FlexsoftPart) -> Callable[[], Desk]:
    """Seats new players, at integrations that the function knows."""
    operations, caller = flexsoft.operations, flexsoft.caller
    keys, off = (caller.public_key, caller.secret_key), switched_off(flexsoft.operations)

    def post(route: str, headers: dict[str, str], body: bytes) -> Reply:
        sent = {"Content-Type": "application/json"} | headers
        answer = httpx.post(f"{caller.url}/{route}", content=body, headers=sent, timeout=30)
        found = {name.title(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, answer.text, found)

    def launch(player: str, run: str) -> tuple[str, str, str]:
        seat = flexsoft.seat(player, "EUR")
        return seat.user_token, seat.session_token, seat.user_token.rpartition(".")[0]

    assert poll(lambda: post("balance", seal(*off, b"{}"), b"{}").status == 400, 60)
    return lambda: sit_down(operations, INTEGRATION, keys, off, post, launch)


@pytest.mark.parametrize("play", ROWS.once())
def test_row_is_answered_as_the_page_says(
    tenant: Callable[[], Desk], play: Callable[[Desk], None]
) -> None:
    play(tenant())
