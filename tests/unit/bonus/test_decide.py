"""How stakes and wins are shared between cash and a grant, and what becomes of a grant."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casino.bonus.decide import bonus_of_stake, counted, ended, granted, moved, shared
from casino.bonus.model import Bonus, BonusTerms, Grant

TERMS: Final = BonusTerms("g2", 1_000, 2_000, expires_at=1)
GRANT: Final = Grant(2, TERMS, 1_000, 2_000, 500)
minor = st.integers(0, 10**9)


@given(minor, st.integers(-(10**6), 10**9), minor, st.sampled_from(["cash_first", "bonus_first"]))
def test_a_stake_takes_what_is_there_and_the_second_purse_only_when_the_first_is_empty(
    amount: int, cash: int, balance: int, order: str
) -> None:
    terms = replace(TERMS, order=order)  # type: ignore[arg-type]
    taken = bonus_of_stake(replace(GRANT, terms=terms, balance_minor=balance), amount, cash)
    there = max(0, cash)
    if taken is None:
        assert amount > there + balance
        return
    assert 0 <= taken <= balance
    assert 0 <= amount - taken <= there
    first_is_empty = taken == balance if order == "bonus_first" else amount - taken == there
    second_is_whole = amount == taken if order == "bonus_first" else taken == 0
    assert first_is_empty or second_is_whole


@pytest.mark.parametrize(("amount", "counts"), [(251, 125), (1, 0), (0, 0), (2, 1)])
def test_half_a_cent_counts_nothing(amount: int, counts: int) -> None:
    grant = replace(GRANT, terms=replace(TERMS, contributions=(("slots", 50),)))
    assert repr(counted(grant, amount, "slots")) == str(counts)  # no fraction of a cent


@given(minor, st.lists(st.integers(1, 10**6), min_size=4, max_size=4))
def test_a_win_is_shared_to_the_cent_and_the_player_has_the_rest(
    win: int, stakes: list[int]
) -> None:
    """The first grant became cash, the second was forfeited, the third stands."""
    bonus = Bonus(3, 0b0010, replace(GRANT, number=3))
    whole = sum(stakes)
    parts = shared(bonus, win, whole, list(enumerate(stakes[1:], start=1)))
    assert sum(parts.values()) == win
    assert parts["promotion"] == win * stakes[2] // whole
    assert parts["bonus"] == win * stakes[3] // whole
    assert 0 <= parts["player"] - win * (stakes[0] + stakes[1]) // whole <= 3


def test_a_win_is_the_players_where_nothing_stands_staked() -> None:
    assert shared(Bonus(2, 0, GRANT), 500, 0, [(2, 0)]) == {"player": 500, "bonus": 0}


def test_a_movement_changes_what_it_names_alone() -> None:
    assert moved(GRANT) == GRANT
    assert moved(GRANT, bonus_minor=-1) == replace(GRANT, balance_minor=999)
    assert moved(GRANT, wagered_minor=2) == replace(GRANT, wagered_minor=502)
    assert moved(GRANT, required_minor=3) == replace(GRANT, required_minor=2_003)


def test_a_grant_is_the_next_one_with_all_its_money_and_nothing_wagered() -> None:
    before = Bonus(1, 0b10, reviewed=0b10)
    assert granted(before, TERMS) == Bonus(2, 0b10, Grant(2, TERMS, 1_000, 2_000), 0b10)


@pytest.mark.parametrize("converted", [True, False])
@pytest.mark.parametrize("review", [True, False])
def test_what_became_of_a_grant_is_known_for_ever(converted: bool, review: bool) -> None:
    over = ended(Bonus(2, 0b010, replace(GRANT, review=review), 0b010), converted=converted)
    became_cash = 0b100 if converted else 0
    assert over == Bonus(2, 0b010 | became_cash, None, 0b010 | (became_cash if review else 0))
    assert ended(over, converted=True) == over
