"""No signature of iGSP covers the URL, so the body alone says what moves money."""

from decimal import Decimal

import pytest

from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import World


@pytest.mark.parametrize("action", ["hooks", "balance", "bet", "win", "refund"])
def test_m1_no_url_supplies_the_action_and_an_own_url_takes_no_other(
    world: World, play: Play, action: str
) -> None:
    own = Play(world, Caller(load_function(action)), session_id=play.session_id)
    play.bet("2.50", transaction_id="b")
    fields = {"type": "win" if action == "win" else "bet"}
    base = {"player_id": "player-912", "currency": "EUR", "session_id": play.session_id}
    money = {"amount": Decimal("2.50"), "game_id": "g", "transaction_id": "t"} | fields
    if action == "refund":
        money["bet_transaction_id"] = "b"
    reply = own.hook(base | money)
    assert (reply.status, reply.error) == (400, "invalid_request")
    assert world.history.find("sandbox", "t") is None
    if action == "hooks":
        return
    assert own.hook(base | money | {"action": action}).status == 200
    other = "win" if action == "bet" else "bet"
    reply = own.hook(base | money | {"action": other, "transaction_id": "t2"})
    assert (reply.status, reply.error) == (400, "unsupported_action")


@pytest.mark.parametrize("url", ["win", "refund", "hooks"])
def test_m1_a_signed_freespin_bet_without_action_moves_nothing_at_any_url(
    world: World, play: Play, url: str
) -> None:
    own = Play(world, Caller(load_function(url)), session_id=play.session_id)
    play.bet("50.00", type="freespin", transaction_id="spin")
    body = {name: value for name, value in play.sent[-1].items() if name != "action"}
    reply = own.hook(body | {"transaction_id": "elsewhere"})
    assert (reply.status, reply.error) == (400, "invalid_request")
    assert world.history.find("sandbox", "elsewhere") is None
    assert play.cash() == Decimal("1000.00")


@pytest.mark.parametrize("action", ["bet", "win"])
def test_m1_a_bet_or_win_that_names_a_bet_is_invalid_request(play: Play, action: str) -> None:
    send = play.bet if action == "bet" else play.win
    reply = send("2.50", bet_transaction_id="b", transaction_id="t")
    assert (reply.status, reply.error) == (400, "invalid_request")
    assert play.world.history.find("sandbox", "t") is None
