"""The rows of the wallet's contract for balance and bet, each through the deployed handler.

The tests of the other rows are in the other files of this folder that begin with test_cases; the
contract itself is docs/certification.md.
"""

from decimal import Decimal
from typing import Any

import pytest

from casino.integrations.model import Off
from casino.wallet.model import Player
from testing.hooks import Caller, load_function
from testing.play import Play


def test_balance_with_session_is_the_balance_less_what_is_reserved(play: Play) -> None:
    play.world.accounts.set_reserved("player-912", "EUR", 250_00)
    reply = play.balance(session_id=play.session_id)
    assert (reply.status, reply.text) == (200, '{"balance":750.00}')


def test_balance_with_unknown_session_is_session_not_found(play: Play) -> None:
    reply = play.balance(session_id="sess-nobody")
    assert (reply.status, reply.error) == (400, "session_not_found")


def test_balance_with_session_of_another_player_is_player_mismatch(play: Play) -> None:
    other = play.world.player("player-913")
    reply = play.balance(session_id=other)
    assert (reply.status, reply.error) == (409, "player_mismatch")


def test_balance_with_session_in_another_currency_is_currency_mismatch(play: Play) -> None:
    reply = play.balance(session_id=play.session_id, currency="USD")
    assert (reply.status, reply.error) == (409, "currency_mismatch")


def test_balance_with_session_of_another_integration_is_session_not_found(play: Play) -> None:
    foreign = play.world.session("player-912", integration="other-provider")
    reply = play.balance(session_id=foreign)
    assert (reply.status, reply.error) == (400, "session_not_found")


def test_balance_with_a_suspended_session_is_session_suspended_so_that_the_game_halts(
    play: Play,
) -> None:
    play.world.sessions.set_status(play.session_id, "suspended")
    reply = play.balance(session_id=play.session_id)
    assert (reply.status, reply.error) == (409, "session_suspended")
    play.world.sessions.set_status(play.session_id, "closed")
    assert play.balance(session_id=play.session_id).status == 200


def test_balance_without_session_is_the_balance_in_that_currency(play: Play) -> None:
    play.world.player("player-912", "JPY", "5000")
    assert play.balance(currency="JPY").text == '{"balance":5000}'
    assert play.balance(currency="EUR").text == '{"balance":1000.00}'


def test_a5_without_a_session_only_an_integration_that_had_one_is_told_a_balance(
    play: Play,
) -> None:
    accounts, unknown = play.world.accounts, play.balance(player_id="nobody")
    accounts.add_player(Player("bob", blocked=False, created_at="2026-01-01T00:00:00Z"))
    accounts.add_wallet("bob", "EUR")
    play.world.deposit("bob", "EUR", "70.00")
    accounts.add_wallet("player-912", "USD")
    play.world.session("bob", integration="another")
    for asked in ({"player_id": "bob"}, {"currency": "USD"}):
        reply = play.balance(**asked)
        assert (reply.status, reply.headers.keys()) == (400, unknown.headers.keys())
        assert {**reply.json, "trace_id": ""} == {**unknown.json, "trace_id": ""}

    play.world.session("bob", ttl_s=-1)
    assert play.balance(player_id="bob").text == '{"balance":70.00}', "one that is over counts"


def test_balance_of_unknown_player_is_player_not_found(play: Play) -> None:
    reply = play.balance(player_id="nobody")
    assert (reply.status, reply.error) == (400, "player_not_found")


@pytest.mark.parametrize("kind", ["bet", "tip"])
def test_bet_and_tip_debit(play: Play, kind: str) -> None:
    reply = play.bet("2.50", type=kind)
    assert reply.status == 200
    assert reply.balance == Decimal("997.50")
    assert reply.json["transaction_id"].startswith("plt-")
    assert play.cash() == Decimal("997.50")


def test_freespin_bet_never_debits_cash_and_is_recorded_against_the_promotion_account(
    play: Play,
) -> None:
    reply = play.bet("2.50", type="freespin", transaction_id="spin")
    assert (reply.status, reply.balance) == (200, Decimal("1000.00"))
    entry = play.world.history.find("sandbox", "spin")
    assert dict(getattr(entry, "postings", ())) == {"integration": 250, "promotion": -250}


def test_freespin_bet_is_accepted_without_any_money(play: Play) -> None:
    play.bet("1000.00")
    assert play.bet("5.00", type="freespin").status == 200


def test_bet_above_the_spendable_balance_is_insufficient_funds_with_balance(play: Play) -> None:
    play.world.accounts.set_reserved("player-912", "EUR", 100_00)
    reply = play.bet("900.01")
    assert (reply.status, reply.error) == (402, "insufficient_funds")
    assert reply.balance == Decimal("900.00")
    assert '"balance":900.00' in reply.text
    assert play.bet("900.00").balance == 0


def test_refused_bet_stays_refused_when_money_has_come(play: Play) -> None:
    first = play.bet("2000.00")
    play.world.deposit("player-912", "EUR", "5000.00")
    again = play.again()
    assert (again.status, again.text, again.replayed) == (402, first.text, True)
    assert play.cash() == Decimal("6000.00")


def test_bet_with_amount_zero_is_accepted_and_may_close_the_round(play: Play) -> None:
    reply = play.bet(0, round_id="r", finished=True)
    assert (reply.status, reply.balance) == (200, Decimal("1000.00"))
    assert play.bet("1.00", round_id="r").error == "round_finished"


def test_bet_in_a_finished_round_is_round_finished(play: Play) -> None:
    play.bet("1.00", round_id="r")
    play.win("3.00", round_id="r", finished=True)
    reply = play.bet("1.00", round_id="r")
    assert (reply.status, reply.error) == (409, "round_finished")
    assert play.cash() == Decimal("1002.00")


def test_round_of_another_player_with_the_same_id_is_another_round(play: Play) -> None:
    play.bet("1.00", round_id="table-7", finished=True)
    other = Play(play.world, play.hook, "player-913", session_id=play.world.player("player-913"))
    assert other.bet("1.00", round_id="table-7").status == 200


def test_bet_of_a_blocked_player_is_player_blocked(play: Play) -> None:
    play.world.accounts.set_blocked("player-912", True)
    reply = play.bet("1.00")
    assert (reply.status, reply.error) == (409, "player_blocked")
    play.world.accounts.set_blocked("player-912", False)
    assert play.bet("1.00").status == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [("closed", "session_expired"), ("suspended", "session_suspended")],
)
def test_bet_in_a_closed_or_suspended_session_is_refused(
    play: Play, status: Any, code: str
) -> None:
    play.world.sessions.set_status(play.session_id, status)
    reply = play.bet("1.00")
    assert (reply.status, reply.error) == (409, code)
    assert play.cash() == Decimal("1000.00")


def test_bet_in_an_expired_session_is_session_expired(play: Play) -> None:
    over = play.world.session("player-912", ttl_s=-1)
    reply = play.bet("1.00", session_id=over)
    assert (reply.status, reply.error) == (409, "session_expired")


def test_bet_with_kill_switch_is_bets_disabled_for_ever(play: Play) -> None:
    play.bet("1.00", transaction_id="before")
    play.world.configure(bets_off=Off())
    # A new execution environment: the old one may hold its registry for 60 seconds.
    hook = Caller(load_function("hooks"))
    fresh = Play(play.world, hook, session_id=play.session_id, sent=play.sent)
    assert fresh.again().replayed
    reply = fresh.bet("1.00", transaction_id="b")
    assert (reply.status, reply.error, reply.json["retryable"]) == (409, "bets_disabled", False)
    # The environment from before has not noticed the switch: the stale bet stays refused there.
    again = play.hook(fresh.sent[-1])
    assert (again.text, again.replayed) == (reply.text, True)
    assert fresh.win("1.00").status == 200
    assert fresh.refund("1.00", "before").status == 200
    assert fresh.balance().status == 200
