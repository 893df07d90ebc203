"""The questions of the casino's own API over HTTP, on the deployed stack with its roles."""

import time
from typing import Any

import pytest

from sandbox.up import Casino
from testing.back_office import ApiReply
from tests.integration.accounts.test_api import player_id, send

__all__ = ["player_id"]

FOLLOWS_S = 60.0


def followed(casino: Casino, path: str, fits: Any) -> ApiReply:
    """Ask until the answer fits: history and references follow the ledger."""
    late = time.monotonic() + FOLLOWS_S
    while True:
        answer = send(casino, "GET", path)
        if answer.status == 200 and fits(answer.json):
            return answer
        assert time.monotonic() < late, answer.body
        time.sleep(0.2)


def test_what_became_of_money_is_told(casino: Casino, player_id: str) -> None:
    wallet, keys = f"/players/{player_id}/wallets/EUR", [f"{player_id}-{n}" for n in range(3)]
    for key in keys:
        assert send(casino, "POST", f"{wallet}/deposits", {"amount": 5}, key).status == 200
    (shown,) = send(casino, "GET", f"/players/{player_id}/wallets").json["wallets"]
    assert (shown["balance"], shown["seq"]) == ("15.00", 3)

    page = followed(casino, f"{wallet}/history?limit=2", lambda answer: answer["complete"]).json
    rest = send(casino, "GET", f"{wallet}/history?limit=2&cursor={page['next_cursor']}").json
    rows = page["entries"] + rest["entries"]
    assert [row["transaction_id"] for row in rows] == keys[::-1]
    assert rest["next_cursor"] is None

    own = send(casino, "GET", f"/transactions/{keys[0]}").json
    assert (own["balance_after"], own["reason"]) == ("5.00", "a test")
    by_reference = f"/transactions/{own['platform_transaction_id']}"
    assert followed(casino, by_reference, lambda answer: True).json == own


@pytest.mark.parametrize(
    "path",
    [
        *("/players/..%2F{player}/wallets", "/players/%2e%2e/wallets", "/players/%23/wallets"),
        *("/players/{player}%23/wallets", "/players/%F0%9F%98%80/wallets"),
        *("/players/%7Bplayer%7D/wallets", "/players/{player}/wallets/EUR%23x/history"),
        *("/players/{player}/wallets/EUR/history?limit=100000", "/transactions/%ED%A0%80"),
        *("/players/{player}/wallets/EUR/history?cursor=%00", "/transactions/%00"),
        "/transactions/" + "a" * 3000,
        "/transactions/none?integration=platform%23tx",
    ],
)
def test_no_odd_url_is_answered_with_anything_of_anybody(
    casino: Casino, player_id: str, path: str
) -> None:
    answer = send(casino, "GET", path.replace("{player}", player_id))
    assert 400 <= answer.status < 500, answer.body
    assert "balance" not in answer.body
