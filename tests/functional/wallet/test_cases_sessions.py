"""The rows of the wallet's contract about sessions that are not open for play.

A demo session plays without money, a launching one is not yet answered by its provider, a failed
one never opened. The contract itself is docs/certification.md.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from casino.wallet.model import Session
from testing.play import Play


def _changed(play: Play, **fields: object) -> None:
    """Give the player another session like the own one, with `fields` changed."""
    own = play.world.sessions.get(play.session_id)
    assert own is not None
    changed: Session = replace(own, session_id="sess-changed", **fields)  # type: ignore[arg-type]
    assert play.world.sessions.add(changed)
    play.session_id = changed.session_id


def test_every_hook_of_a_demo_session_is_demo_session_and_no_wallet_moves(play: Play) -> None:
    play.bet("5.00", transaction_id="real-bet")
    _changed(play, is_demo=True)
    replies = [
        play.balance(session_id=play.session_id),
        play.bet("1.00"),
        play.bet("1.00", type="freespin"),
        play.win("7.00"),
        play.win("7.00", type="jackpot"),
        play.refund("5.00", "real-bet"),
    ]
    assert {(reply.status, reply.error) for reply in replies} == {(409, "demo_session")}
    assert play.cash() == Decimal("995.00")


def test_refused_hook_of_a_demo_session_is_replayed(play: Play) -> None:
    _changed(play, is_demo=True)
    first = play.bet("1.00")
    again = play.again()
    assert (again.text, again.replayed) == (first.text, True)


def test_launching_session_answers_balance_and_refuses_bets(play: Play) -> None:
    _changed(play, status="launching")
    assert play.balance(session_id=play.session_id).text == '{"balance":1000.00}'
    reply = play.bet("1.00", transaction_id="early")
    assert (reply.status, reply.error) == (409, "session_not_active")
    play.session_id = play.world.session("player-912")
    again = play.again(session_id=play.session_id)
    assert (again.error, again.replayed) == ("session_not_active", True)
    assert play.bet("1.00").status == 200


def test_launching_session_takes_what_is_owed(play: Play) -> None:
    _changed(play, status="launching")
    assert play.win("2.00", type="prize").status == 200
    assert play.refund("1.00", "nothing").error == "bet_not_found"


@pytest.mark.parametrize("kind", ["win", "jackpot", "prize"])
def test_failed_session_is_never_usable(play: Play, kind: str) -> None:
    _changed(play, status="failed")
    replies = [
        play.balance(session_id=play.session_id),
        play.bet("1.00"),
        play.win("2.00", type=kind),
    ]
    assert {(reply.status, reply.error) for reply in replies} == {(409, "session_not_active")}
    assert play.refund("1.00", "nothing").error == "bet_not_found"
    assert play.cash() == Decimal("1000.00")
    assert not play.world.sessions.set_status(play.session_id, "active")
