"""The rows of the wallet's contract for win and refund, each through the deployed handler."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from casino.wallet.model import Entry, platform_transaction_id
from testing.hooks import Caller, load_function
from testing.play import Play


def rule_of(play: Play, transaction_id: str) -> str:
    entry = play.world.history.find("sandbox", transaction_id)
    assert isinstance(entry, Entry)
    return entry.rule


@pytest.mark.parametrize("kind", ["win", "jackpot", "freespin", "tournament", "prize"])
def test_win_of_any_type_is_credited_and_at_once_spendable(play: Play, kind: str) -> None:
    play.bet("1000.00")
    assert play.win("10.00", type=kind).balance == Decimal("10.00")
    assert play.bet("10.00").balance == 0


def test_win_with_amount_zero_is_recorded_and_may_close_the_round(play: Play) -> None:
    play.bet("1.00", round_id="r")
    assert play.win(0, round_id="r", finished=True).balance == Decimal("999.00")
    assert play.bet("1.00", round_id="r").error == "round_finished"


def test_win_in_a_finished_round_is_accepted_and_flagged(play: Play) -> None:
    play.bet("1.00", round_id="r", finished=True)
    reply = play.win("5.00", round_id="r", transaction_id="late", type="jackpot")
    assert (reply.status, reply.balance) == (200, Decimal("1004.00"))
    assert rule_of(play, "late") == "win_after_round_finished"


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("win", "win_without_bet"), ("freespin", "win_without_bet"), ("jackpot", "win_credit")],
)
def test_m9_win_whose_round_holds_no_applied_bet_is_credited_and_flagged(
    play: Play, kind: str, rule: str
) -> None:
    play.bet("5000.00", round_id="r")
    reply = play.win("5.00", round_id="r", transaction_id="w", type=kind)
    assert (reply.status, reply.balance) == (200, Decimal("1005.00"))
    assert rule_of(play, "w") == rule


def test_a_win_of_an_unknown_session_settles_once_the_session_is_there(play: Play) -> None:
    missing = play.win("5.00", session_id="sess-late")
    assert (missing.status, missing.error) == (400, "session_not_found")
    own = play.world.sessions.get(play.session_id)
    assert own is not None
    assert play.world.sessions.add(replace(own, session_id="sess-late"))
    reply = play.again()
    assert (reply.status, reply.replayed, reply.balance) == (200, False, Decimal("1005.00"))


def test_win_in_a_round_whose_every_bet_is_refunded_is_round_refunded(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b1")
    play.bet("2.00", round_id="r", transaction_id="b2")
    play.refund("1.00", "b1")
    assert play.win("1.00", round_id="r").status == 200
    play.refund("2.00", "b2")
    reply = play.win("9.00", round_id="r")
    assert (reply.status, reply.error) == (409, "round_refunded")
    assert play.cash() == Decimal("1001.00")


def test_win_of_nothing_closes_a_round_whose_every_bet_is_refunded(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.refund("1.00", "b")
    assert play.win(0, round_id="r", finished=True).status == 200
    assert play.bet("1.00", round_id="r").error == "round_finished"


@pytest.mark.parametrize("kind", ["jackpot", "tournament", "prize"])
def test_other_wins_in_a_refunded_round_are_credited(play: Play, kind: str) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.refund("1.00", "b")
    assert play.win("9.00", round_id="r", type=kind).balance == Decimal("1009.00")


@pytest.mark.parametrize("status", ["closed", "suspended"])
def test_win_and_refund_are_accepted_when_the_session_is_over(play: Play, status: Any) -> None:
    play.bet("3.00", transaction_id="b")
    play.world.sessions.set_status(play.session_id, status)
    assert play.win("1.00").balance == Decimal("998.00")
    assert play.refund("3.00", "b").balance == Decimal("1001.00")


def test_win_and_refund_are_accepted_in_an_expired_session(play: Play) -> None:
    play.bet("3.00", transaction_id="b")
    over = play.world.session("player-912", ttl_s=-1)
    assert play.win("1.00", session_id=over).status == 200
    assert play.refund("3.00", "b", session_id=over).status == 200


def test_win_and_refund_of_a_blocked_player_are_accepted(play: Play) -> None:
    play.bet("3.00", transaction_id="b")
    play.world.accounts.set_blocked("player-912", True)
    assert play.win("1.00").status == 200
    assert play.refund("3.00", "b").balance == Decimal("1001.00")


@pytest.mark.parametrize("kind", ["bet", "tip"])
def test_refund_credits_what_its_bet_debited_and_voids_it(play: Play, kind: str) -> None:
    play.bet("2.50", type=kind, transaction_id="b")
    assert play.refund("2.50", "b", type=kind).balance == Decimal("1000.00")
    assert play.world.history.void("sandbox", "b") is not None


@pytest.mark.parametrize("placed", [True, False])
def test_refund_that_names_a_round_is_proved(play: Play, placed: bool) -> None:
    if placed:
        play.bet("2.50", transaction_id="b", round_id="r")
    play.refund("2.50", "b", round_id="r")
    assert play.world.verifier.everything().faults == ()


def test_refund_of_a_freespin_bet_credits_nothing(play: Play) -> None:
    play.bet("2.50", type="freespin", transaction_id="b")
    assert play.refund("2.50", "b", type="freespin").balance == Decimal("1000.00")
    assert play.refund("2.50", "b", type="freespin").error == "bet_already_refunded"


def test_refund_with_amount_zero_of_a_bet_of_zero_is_accepted(play: Play) -> None:
    play.bet(0, transaction_id="b")
    assert play.refund(0, "b").status == 200


def test_refund_may_close_the_round(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.refund("1.00", "b", finished=True)
    assert play.bet("1.00", round_id="r").error == "round_finished"


def test_refund_in_a_finished_round_without_a_paid_win_is_accepted(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.win(0, round_id="r", finished=True)
    assert play.refund("1.00", "b").balance == Decimal("1000.00")


def test_c1_refund_in_a_finished_round_once_a_win_was_paid_is_credited_and_flagged(
    play: Play,
) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.win("4.00", round_id="r", finished=True)
    assert play.refund("1.00", "b", transaction_id="f").balance == Decimal("1004.00")
    assert rule_of(play, "f") == "refund_after_win"


def test_c1_with_policy_reject_such_a_refund_is_round_finished(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.bet("1.00", round_id="jackpot", transaction_id="j")
    play.win("4.00", round_id="r", finished=True)
    play.win("4.00", round_id="jackpot", type="jackpot", finished=True)
    play.world.configure(refund_after_win="reject")
    strict = Play(play.world, Caller(load_function("hooks")), session_id=play.session_id)
    reply = strict.refund("1.00", "b")
    assert (reply.status, reply.error) == (409, "round_finished")
    assert strict.refund("1.00", "j").balance == Decimal("1007.00")


def test_refund_in_an_open_round_with_a_paid_win_is_accepted(play: Play) -> None:
    play.bet("1.00", round_id="r", transaction_id="b")
    play.win("4.00", round_id="r")
    assert play.refund("1.00", "b").balance == Decimal("1004.00")


def test_refund_of_an_unknown_bet_is_bet_not_found_and_bars_the_late_bet(play: Play) -> None:
    reply = play.refund("2.50", "b")
    assert (reply.status, reply.error) == (404, "bet_not_found")
    assert play.again().text == reply.text
    assert play.refund("2.50", "b").error == "bet_not_found"
    late = play.bet("2.50", transaction_id="b")
    assert (late.status, late.error) == (409, "bet_cancelled")
    assert play.cash() == Decimal("1000.00")


def test_c7_every_copy_of_a_cancelled_bet_is_byte_the_same_and_marked(play: Play) -> None:
    play.refund("2.50", "b", transaction_id="f")
    copies = [play.bet("2.50", transaction_id="b"), play.again(), play.again(amount=7)]
    assert {copy.error for copy in copies} == {"bet_cancelled"}
    assert len({copy.text for copy in copies}) == 1
    assert all(copy.replayed for copy in copies)


def test_refund_is_decided_by_its_bet_whatever_became_of_its_session(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    assert play.refund("2.50", "b", session_id="sess-nobody").balance == Decimal("1000.00")


def test_refund_of_an_unknown_bet_in_an_unknown_session_bars_the_bet_and_tells_no_balance(
    play: Play,
) -> None:
    play.world.configure(refund_unknown_bet="accept")
    lenient = Play(play.world, Caller(load_function("hooks")), session_id=play.session_id)
    reply = lenient.refund("2.50", "b", session_id="sess-nobody")
    assert (reply.status, reply.error) == (404, "bet_not_found")
    assert lenient.bet("2.50", transaction_id="b").error == "bet_cancelled"


def test_refund_of_a_refused_bet_is_bet_not_found(play: Play) -> None:
    play.bet("5000.00", transaction_id="b")
    assert play.refund("5000.00", "b").error == "bet_not_found"
    assert play.cash() == Decimal("1000.00")


def test_refund_of_an_unknown_bet_with_policy_accept_is_200_and_bars_the_late_bet(
    play: Play,
) -> None:
    play.world.configure(refund_unknown_bet="accept")
    lenient = Play(play.world, Caller(load_function("hooks")), session_id=play.session_id)
    reply = lenient.refund("2.50", "b")
    assert (reply.status, reply.balance) == (200, Decimal("1000.00"))
    assert lenient.refund("2.50", "b").balance == Decimal("1000.00")
    assert lenient.bet("2.50", transaction_id="b").error == "bet_cancelled"


def test_second_refund_under_a_new_id_is_bet_already_refunded_naming_the_first(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    first = play.refund("2.50", "b", transaction_id="f1")
    second = play.refund("2.50", "b", transaction_id="f2")
    assert (second.status, second.error) == (409, "bet_already_refunded")
    assert second.json["transaction_id"] == first.json["transaction_id"]
    assert second.json["transaction_id"] == platform_transaction_id("sandbox", "f1")
    assert play.cash() == Decimal("1000.00")


@pytest.mark.parametrize("amount", ["2.49", "2.51", "0"])
def test_refund_of_another_amount_than_the_stake_is_refund_amount_mismatch(
    play: Play, amount: str
) -> None:
    play.bet("2.50", transaction_id="b")
    reply = play.refund(amount, "b")
    assert (reply.status, reply.error) == (422, "refund_amount_mismatch")
    assert play.refund("2.50", "b").status == 200


def test_refund_naming_a_win_or_a_refund_is_refund_not_allowed(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    play.win("2.50", transaction_id="w")
    play.refund("2.50", "b", transaction_id="f")
    for named in ("w", "f"):
        reply = play.refund("2.50", named)
        assert (reply.status, reply.error) == (409, "refund_not_allowed")


def test_refund_naming_another_players_bet_is_player_mismatch(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    other = Play(play.world, play.hook, "player-913", session_id=play.world.player("player-913"))
    reply = other.refund("2.50", "b")
    assert (reply.status, reply.error) == (409, "player_mismatch")
    assert other.cash() == Decimal("1000.00")


def test_refund_naming_a_bet_in_another_currency_is_currency_mismatch(play: Play) -> None:
    play.bet("2.50", transaction_id="b")
    dollars = play.world.player("player-912", "USD")
    reply = play.refund("2.50", "b", currency="USD", session_id=dollars)
    assert (reply.status, reply.error) == (409, "currency_mismatch")


def test_refund_naming_a_bet_of_another_type_is_type_mismatch(play: Play) -> None:
    play.bet("2.50", transaction_id="b", type="tip")
    reply = play.refund("2.50", "b", type="bet")
    assert (reply.status, reply.error) == (409, "type_mismatch")


def test_refund_naming_itself_is_refund_not_allowed(play: Play) -> None:
    reply = play.refund("2.50", "f", transaction_id="f")
    assert (reply.status, reply.error) == (409, "refund_not_allowed")
    assert play.cash() == Decimal("1000.00")
