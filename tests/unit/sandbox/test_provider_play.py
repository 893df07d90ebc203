"""Sessions of the simulated provider, and the rounds that it plays through a wallet's hooks."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from casino.base.headers import headers_of
from casino.dialects.registry import family
from casino.signing.pair import CURRENT, Pair
from casino.signing.scheme import Message
from sandbox.provider.config import Credential
from testing.provider import KEY, NOW, FakeWallet, Provider, provider


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def wallet(there: Provider) -> FakeWallet:
    return there.wallet


def page_of(there: Provider, **changes: Any) -> str:
    """The path of the game of a new session."""
    url: str = there.launch(**changes).json()["url"]
    return url.removeprefix("http://provider.test")


@pytest.mark.parametrize(
    "changes",
    [
        {"game_id": "unknown"}, {"game_id": None}, {"player_id": ""}, {"player_name": 5},
        {"currency": "XXX"}, {"balance": "100"}, {"balance": -1}, {"balance": True},
        {"device": "fridge"}, {"is_demo": "yes"}, {"language": 1},
    ],
)  # fmt: skip
def test_a_launch_that_makes_no_sense_is_refused(there: Provider, changes: dict[str, Any]) -> None:
    assert there.launch(game_id=there.playable_game()).status_code == 201
    answer = there.launch("sess-2", **({"game_id": there.playable_game()} | changes))
    assert answer.status_code == 400
    assert there.control.stats()["sessions_created"] == 1


def test_a_game_that_is_not_active_is_not_launched(there: Provider) -> None:
    game = there.playable_game()
    there.control.change("games", [game], {"status": "inactive"})
    assert there.launch(game_id=game).json()["error"] == "game_not_available"
    there.control.change("games", [game], {"status": "active", "deleted_at": "2025-01-01"})
    assert there.launch(game_id=game).json()["error"] == "game_not_available"


def test_the_same_launch_again_gets_the_same_url(there: Provider) -> None:
    first, second = there.launch(balance=5), there.launch(balance=6)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert there.control.stats()["sessions_created"] == 1


def test_a_session_id_of_another_request_is_a_conflict(there: Provider) -> None:
    there.launch()
    assert there.launch(player_id="p_2").status_code == 409


def test_a_session_that_was_played_or_closed_is_a_conflict(there: Provider) -> None:
    there.launch("sess-1")
    there.control.play("sess-1")
    assert there.launch("sess-1").status_code == 409
    there.launch("sess-2")
    closed = [there.delete("/sessions/sess-2").status_code for _ in range(2)]
    assert closed == [204, 204]
    assert there.launch("sess-2").status_code == 409
    assert there.delete("/sessions/sess-3").status_code == 404
    assert there.control.stats()["sessions_closed"] == 1


def test_a_launch_url_tells_nothing_and_is_new_each_time(there: Provider) -> None:
    urls = [there.launch(f"sess-{number}").json()["url"] for number in range(3)]
    assert len(set(urls)) == 3
    for url in urls:
        assert re.fullmatch(r"http://provider\.test/play/[A-Za-z0-9_-]{32}", url)


def test_a_round_is_a_bet_and_a_win_that_closes_it(there: Provider, wallet: FakeWallet) -> None:
    there.launch()
    [played] = there.control.play("sess-1", stake="2.50", win="10.00")
    assert (played["bet"], played["win"], played["balance"]) == ("2.50", "10.00", "107.50")
    bet, win = wallet.hooks
    assert (bet["action"], bet["amount"], bet["finished"]) == ("bet", Decimal("2.50"), False)
    assert (win["action"], win["amount"], win["finished"]) == ("win", Decimal("10.00"), True)
    assert bet["round_id"] == win["round_id"] == played["round_id"]
    assert bet["transaction_id"] != win["transaction_id"]


def test_hooks_are_signed_so_that_the_wallet_accepts_them(
    there: Provider, wallet: FakeWallet
) -> None:
    there.launch()
    there.control.play("sess-1")
    for request in wallet.requests:
        headers = headers_of(request.headers.items())
        versions = [Pair(KEY.api_key, KEY.secret_key, CURRENT)]
        assert family("igsp").verify(Message(request.content, headers), versions, NOW.timestamp())


def test_a_refused_bet_is_no_round_and_no_win(there: Provider, wallet: FakeWallet) -> None:
    there.launch()
    wallet.script.append(
        httpx.Response(402, json={"error": "insufficient_funds", "balance": 0.5, "message": "no"})
    )
    [played] = there.control.play("sess-1")
    assert (played["error"], played["win"], played["balance"]) == (
        "insufficient_funds", None, "0.50"
    )  # fmt: skip
    assert [hook["action"] for hook in wallet.hooks] == ["bet"]


def test_an_unanswered_hook_is_sent_again_unchanged(there: Provider, wallet: FakeWallet) -> None:
    there.launch()
    wallet.script += [httpx.Response(503), httpx.ReadTimeout("late"), httpx.Response(502)]
    there.control.play("sess-1", stake="1.00", win="0")
    assert len({request.content for request in wallet.requests[:4]}) == 1
    assert [hook["action"] for hook in wallet.hooks] == ["bet"] * 4 + ["win"]
    assert wallet.balance == 99


def test_a_bet_that_nobody_answers_is_refunded(there: Provider, wallet: FakeWallet) -> None:
    there.launch()
    wallet.script += [httpx.Response(503)] * 4
    [played] = there.control.play("sess-1", stake="1.00")
    assert played["error"] == "bet_unanswered"
    refund = wallet.hooks[-1]
    assert (refund["action"], refund["type"], refund["amount"]) == ("refund", "bet", 1)
    assert refund["bet_transaction_id"] == wallet.hooks[0]["transaction_id"]


def test_a_demo_session_plays_without_a_wallet(there: Provider, wallet: FakeWallet) -> None:
    page = page_of(there, is_demo=True)
    played = there.client.post(f"{page}/spin", json={"stake": "5.00"}).json()
    assert Decimal(played["balance"]) == 995 + Decimal(played["win"])
    [refused] = there.control.play("sess-1", stake="9999.00")
    assert refused["error"] == "insufficient_funds"
    assert there.client.get(f"{page}/state").json()["balance"] == played["balance"]
    assert wallet.hooks == []


def test_a_closed_session_is_not_played(there: Provider, wallet: FakeWallet) -> None:
    there.launch()
    there.delete("/sessions/sess-1")
    assert there.control.play("sess-1")[0]["error"] == "session_closed"
    assert wallet.hooks == []


def test_the_page_shows_the_wallets_balance_and_every_round(there: Provider) -> None:
    page = page_of(there, return_url="https://casino.example/lobby")
    there.client.post(f"{page}/spin", json={"stake": "1.00"})
    state = there.client.get(f"{page}/state").json()
    assert Decimal(state["balance"]) == there.wallet.balance
    assert state["stakes"] == ["0.20", "0.50", "1.00", "2.00", "5.00"]
    assert len(state["rounds"]) == 1
    assert state["return_url"] == "https://casino.example/lobby"


def test_the_page_carries_no_secret_and_runs_no_foreign_script(there: Provider) -> None:
    page = page_of(there, return_url="javascript:alert(1)", player_name="<script>")
    answer = there.client.get(page)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    state = there.client.get(f"{page}/state")
    for text in (answer.text, state.text):
        assert KEY.secret_key not in text
        assert KEY.api_key not in text
    assert state.json()["return_url"] is None


@pytest.mark.parametrize("stake", ["0", "-1", "0.001", "NaN", "Infinity", "x", 1, None])
def test_a_stake_that_is_no_amount_is_refused(there: Provider, stake: object) -> None:
    page = page_of(there)
    assert there.client.post(f"{page}/spin", json={"stake": stake}).status_code == 400
    assert there.wallet.hooks == []


def test_an_unknown_game_page_is_not_found(there: Provider) -> None:
    for path in ("/play/none", "/play/none/state", "/page/other.js"):
        assert there.client.get(path).status_code == 404


def test_another_platform_has_its_own_keys_and_hooks(there: Provider) -> None:
    other = Credential("gp_two", "other", "http://two.test/hooks")
    there.control.add_credential(other.api_key, other.secret_key, other.hooks_url)
    wanted = {
        "game_id": there.playable_game(), "player_id": "p_1", "player_name": "Lucky",
        "currency": "EUR", "session_id": "sess-two", "balance": 1,
    }  # fmt: skip
    body = json.dumps(wanted).encode()
    assert there.request("POST", "/sessions", body, {}, other).status_code == 201
    there.control.play("sess-two")
    assert {str(request.url) for request in there.wallet.requests} == {other.hooks_url}
    assert there.wallet.requests[0].headers["Authorization"] == "Bearer gp_two"
    assert there.delete("/sessions/sess-two").status_code == 404


def test_settings_change_while_it_runs_and_a_reset_undoes_them(there: Provider) -> None:
    there.launch()
    there.control.configure(hooks_url="http://moved.test/hooks", public_url="https://games.test")
    there.control.play("sess-1")
    assert {request.url.host for request in there.wallet.requests} == {"moved.test"}
    assert there.launch("sess-2").json()["url"].startswith("https://games.test/play/")
    assert there.control.session("sess-2")["status"] == "open"
    there.control.reset_stats()
    assert there.control.stats()["sessions_created"] == 0
    there.control.reset()
    assert there.control.sessions() == []
    assert there.launch().json()["url"].startswith("http://provider.test/play/")
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        there.control.configure(secret_key="x")
