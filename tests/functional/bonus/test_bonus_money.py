"""The rules of bonus money: stakes, wins, what comes back, and who may take it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from casino.wallet.explain import Story
from casino.wallet.model import Transaction
from casino.wallet.shown import story_shown
from testing.transactions import PLAYER
from tests.functional.bonus.table import SEAT, SEATS, WHO, Table
from tests.integration.wallet.crowd import FLEXSOFT, flexsoft_round, winupgo_round


def test_cash_is_staked_first_and_the_rest_is_bonus_money(table: Table) -> None:
    table.grant()
    assert table.play(2_500) == "ok"
    assert table.play(700, "r2") == "ok"
    assert table.money == (0, 800, 3_200)


def test_bonus_money_is_staked_first_where_the_grant_says_so(table: Table) -> None:
    table.grant(order="bonus_first")
    assert table.play(1_200) == "ok"
    assert table.money == (2_800, 0, 1_200)


def test_more_than_both_is_refused_and_the_answer_shows_both(table: Table) -> None:
    table.grant()
    answer = table.send(table.bet(4_001, "r1"))
    assert (answer.code, answer.status) == ("insufficient_funds", 402)
    assert '"balance":40.00' in answer.body


def test_a_win_is_shared_as_the_stakes_of_its_round_were(table: Table) -> None:
    table.grant()
    table.play(2_900, "r0")
    assert table.play(300) == "ok"
    assert table.win(1_000) == "ok"
    assert table.money == (100 - 100 + 334, 800 + 666, 3_200)


def test_a_win_of_cash_is_cash_while_a_grant_stands(table: Table) -> None:
    table.grant()
    assert (table.play(500), table.win(900)) == ("ok", "ok")
    assert table.money == (3_400, 1_000, 500)


@pytest.mark.parametrize(("seat", "counted"), [(None, 200), ("table", 20), ("live", 0)])
def test_a_stake_counts_by_the_category_of_its_game(
    table: Table, seat: str | None, counted: int
) -> None:
    table.grant(contributions=(("live", 0), ("table", 10)))
    assert table.play(200, session_id=SEATS[seat]) == "ok"
    assert table.money == (2_800, 1_000, counted)


def test_no_stake_is_above_the_maximum_nor_are_those_of_a_round_together(table: Table) -> None:
    table.grant(max_bet_minor=500, contributions=(("live", 0),))
    assert table.play(501) == "bonus_max_bet"
    assert (table.play(300), table.play(201), table.play(200)) == ("ok", "bonus_max_bet", "ok")
    assert table.play(501, "r2", session_id=SEATS["live"]) == "ok"  # counts nothing, all cash
    assert table.play(501, "r3", type="tip") == "ok"


@pytest.mark.parametrize(
    ("played", "status", "word"),
    [(winupgo_round, 403, "BONUS_MAX_BET"), (flexsoft_round, 409, "bonus_max_bet")],
)
def test_every_dialect_refuses_a_stake_above_the_maximum(
    table: Table, played: Any, status: int, word: str
) -> None:
    table.grant(max_bet_minor=500)
    answer = table.send(played(SEAT, "x", 501, 0)[0])
    assert (answer.code, answer.status) == ("bonus_max_bet", status)
    assert word in answer.body


def test_a_grant_without_money_limits_nothing_and_counts_nothing(table: Table) -> None:
    table.grant(order="bonus_first", max_bet_minor=1_000)
    assert table.play(1_000) == "ok"
    assert table.play(1_500, "r2") == "ok"
    assert table.money == (1_500, 0, 1_000)


def test_a_tip_and_a_bet_without_a_round_take_cash_alone(table: Table) -> None:
    table.grant(order="bonus_first")
    assert table.play(100, type="tip") == "ok"
    assert table.play(100, None) == "ok"
    assert table.money == (2_800, 1_000, 100)
    assert table.play(2_801, None) == table.play(2_801, type="tip") == "insufficient_funds"


def test_a_round_that_began_before_the_grant_takes_cash_alone(table: Table) -> None:
    assert table.play(100) == "ok"
    table.grant(order="bonus_first")
    assert (table.play(100), table.win(500)) == ("ok", "ok")
    assert table.money == (3_300, 1_000, 100)


def test_a_refund_gives_each_part_back_and_takes_its_progress_back(table: Table) -> None:
    table.grant()
    bet = table.bet(3_300, "r1")
    assert table.send(bet).code == "ok"
    assert table.money == (0, 700, 3_300)
    assert table.refund(bet) == "ok"
    assert table.money == (3_000, 1_000, 0)
    assert table.play(3_400) == "ok"
    assert table.win(3_400) == "ok"  # the refunded stake has no share in it
    assert table.money == (3_000, 1_000, 3_400)


def test_a_second_rollback_of_a_bet_takes_no_progress_back_and_is_proved(table: Table) -> None:
    """Seed 125 of the simulation: the verifier took such an entry for a fault."""
    table.grant()
    bet = table.bet(1_000, "r1", integration=FLEXSOFT, session_id=SEAT.at_flexsoft, by_bet=True)
    back = replace(bet, kind="refund", round_id=None, bet_transaction_id=bet.transaction_id)
    for message in (bet, *(replace(back, transaction_id=name) for name in ("b1", "b2"))):
        assert table.send(message).code == "ok"
    assert table.money == (3_000, 1_000, 0)
    assert table.faults() == set()


@pytest.mark.parametrize("pays", [True, False])
def test_a_hold_keeps_both_parts_until_it_ends(table: Table, pays: bool) -> None:
    table.grant()
    hold, settle, back = winupgo_round(SEAT, "x", 3_200, 1_600)[:3]
    assert table.send(hold).code == "ok"
    assert table.money == (0, 800, 3_200)
    assert table.send(settle if pays else back).code == "ok"
    assert table.money == ((1_500, 900, 3_200) if pays else (3_000, 1_000, 0))


@pytest.mark.parametrize("pays", ["bonus", "cash"])
def test_a_free_spin_pays_as_its_grant_says(table: Table, pays: Any) -> None:
    times = 3 if pays == "bonus" else 0
    table.grant(pays=pays, times=times)
    assert table.play(100, type="freespin") == "ok"
    assert table.win(400, type_="freespin") == "ok"
    assert table.money == ((3_000, 1_400, 0) if pays == "bonus" else (3_400, 1_000, 0))
    assert table.grant_now is not None
    assert table.grant_now.required_minor == 2_000 + 400 * times


def test_only_cash_is_withdrawn_reserved_and_answered_by_the_cashier(table: Table) -> None:
    table.grant()
    assert table.withdraw(3_001) == "insufficient_funds"
    assert table.withdraw(3_000) == "ok"
    assert table.money == (0, 1_000, 0)
    assert table.wallet.spendable_minor == 0
    assert table.wallet.playable_minor(table.now) == 1_000


def test_limits_count_whole_stakes_and_lose_cash_alone(table: Table) -> None:
    table.grant(order="bonus_first")
    limits = {"stake": 1_500, "loss_day": 300, "wager_day": 3_000}
    table.world.limits.set(PLAYER, "EUR", limits, who=WHO)
    assert table.play(1_501) == "rg_stake_limit"
    assert (table.play(1_300), table.play(1, "r2")) == ("ok", "rg_loss_limit")
    assert table.money == (2_700, 0, 1_300)
    play = table.wallet.play
    assert play is not None
    assert (play.staked[0], play.bonus[0], play.returned[0]) == (1_300, 1_000, 0)


def test_a_question_of_limits_knows_what_a_bet_takes_of_bonus_money(table: Table) -> None:
    table.grant(order="bonus_first", expires_at=4 * 10**9)
    table.world.limits.set(PLAYER, "EUR", {"loss_day": 300}, who=WHO)
    met = table.world.limits.check(PLAYER, "EUR", 1_301)
    assert met is not None
    assert met.code == table.play(1_301) == "rg_loss_limit"
    assert table.world.limits.check(PLAYER, "EUR", 1_300) is None
    assert table.play(1_300, "r2") == "ok"


def test_every_copy_gets_the_same_answer_after_the_grant_is_gone(table: Table) -> None:
    table.grant(max_bet_minor=500)
    sent: list[Transaction] = [table.bet(500, "r1"), table.bet(501, "r2")]
    first = [table.send(each).body for each in sent]
    table.forfeit()
    assert [table.send(each).body for each in sent] == first


def test_people_are_told_what_bonus_money_has_to_do_with_a_movement(table: Table) -> None:
    table.grant(order="bonus_first")
    bet = table.bet(100, "r1")
    assert (table.send(bet).code, table.win(50), table.play(100, "r2")) == ("ok",) * 3
    table.forfeit()
    assert table.win(80, "r2") == "ok"
    entries = table.world.history.of_wallet(PLAYER, "EUR")
    told = [Story(entry, None, None, None, None).explanation for entry in entries]
    said = ("granted", "A part of the stake", "a part of it is", "A part", "went back", "forfeited")
    for words, explanation in zip(said, told[1:], strict=True):
        assert words in explanation
    bet_story = Story(next(table.world.history.of_wallet(PLAYER, "EUR", 3)), None, None, None, None)
    assert story_shown(bet_story)["bonus"]["wagered"] == Decimal("1.00")
