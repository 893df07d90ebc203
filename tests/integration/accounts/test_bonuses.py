"""Bonus money over HTTP on the deployed stack, with its roles enforced: two dialects wager it."""

import time
from functools import partial
from uuid import uuid4

from casino.base.times import iso_utc
from ops.verbs import ledger
from sandbox.up import Casino, open_seat
from sandbox.winupgo.caller import Caller
from sandbox.winupgo.part import WinupgoPart
from tests.integration.accounts.test_api import bet, send

#: How long bus and function may take to end a grant, in seconds.
PATIENCE_S = 60.0


def test_two_dialects_wager_a_bonus_and_the_stream_makes_it_cash(
    casino: Casino, winupgo: WinupgoPart
) -> None:
    run = uuid4().hex
    seat = open_seat(casino.operations, f"bonus-{run}", "EUR", "1.00")
    wallet = f"/players/{seat.player_id}/wallets/EUR"
    post, pay_out = partial(send, casino, "POST"), {"amount": 2.00}
    until = iso_utc(time.time() + 3600)
    grant = {"grant_id": run, "amount": 3, "times": 1, "expires_at": until, "order": "bonus_first"}
    first, again = post(f"{wallet}/bonuses", grant), post(f"{wallet}/bonuses", grant)
    assert (first.status, again.body, again.is_replay) == (200, first.body, True)
    assert bet(casino, seat, f"bet-{run}").status == 200
    assert post(f"{wallet}/withdrawals", pay_out).error == "insufficient_funds"
    hold_and_win(winupgo.caller, seat.player_id, run, stake=2.50, win=1.25)
    deadline = time.monotonic() + PATIENCE_S
    while not (ended := send(casino, "GET", f"{wallet}/bonuses").json["ended"]):
        assert time.monotonic() < deadline, "the grant stands"
    assert (ended[0]["status"], ended[0]["moved"]) == ("converted", "1.25")
    assert post(f"{wallet}/withdrawals", pay_out).status == 200
    (record,) = [
        each
        for each in casino.operations.audit.records(f"player#{seat.player_id}")
        if each.what == "bonus_conversion"
    ]
    assert record.who == "end-bonuses"
    proof = ledger.verify(casino.operations, seat.player_id, "EUR")
    assert proof.exit_code == 0, proof.as_text()


def hold_and_win(caller: Caller, player_id: str, run: str, stake: float, win: float) -> None:
    """Play one round of WinUpGo, in two steps."""
    token, named = caller.token(), {"bet_id": run, "round_id": run}
    player = {"player_id": player_id, "game_id": caller.game_id, "currency": "EUR"}
    session = caller.send(token, "/sessions", f"{run}-s", player)
    bet = named | {"session_id": session.json()["session_id"]}
    for resource, key, fields in (
        ("/bets/authorize", "a", bet | {"amount": {"amount": stake, "currency": "EUR"}}),
        ("/bets/settle", "e", named | {"win": {"amount": win, "currency": "EUR"}}),
    ):
        answer = caller.send(token, resource, f"{run}-{key}", fields)
        assert answer.status_code == 200, answer.text
