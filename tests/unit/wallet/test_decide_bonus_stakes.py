"""A stake with bonus money: whose money it takes, how much counts, and what its round is told."""

from dataclasses import replace
from typing import Any

import pytest

from casino.bonus.model import BonusPart
from casino.limits.model import Limits, Play
from casino.wallet.bonus_play import stake_of
from casino.wallet.decide import decide_bet
from casino.wallet.decision import Posting, Refusal, RoundChange, Snapshot
from testing.transactions import NOW, a_bet
from tests.unit.wallet.granted import OVER, granted, part, purse, staked
from tests.unit.wallet.situations import WALLET, Parts, each, row, situation

CASH_250 = (("integration", 250), ("player", -250))
UNTRACKED = RoundChange("r1", bets=1, expected_version=7)
OF_250 = Posting(
    "bet_debit",
    CASH_250,
    staked(250, 0),
    bonus=granted(wagered_minor=750),
    bonus_part=part(1_000, 250, 750, 250),
)
OF_BOTH = Posting(
    "bet_debit",
    (("bonus", -100), ("integration", 400), ("player", -300)),
    staked(400, 100),
    bonus=granted(balance_minor=900, wagered_minor=900),
    bonus_part=part(900, 400, 900, 400),
)
ALL_BONUS = Posting(
    "bet_debit",
    (("bonus", -400), ("integration", 400), ("player", 0)),
    staked(400, 400),
    bonus=granted(balance_minor=600, wagered_minor=900, order="bonus_first"),
    bonus_part=part(600, 400, 900, 400),
)
#: No wins of it can be told from others, so it takes cash alone and has no share in them.
ALONE = replace(OF_250, round_change=None, bonus_part=part(1_000, 250, 750))
NOTHING = BonusPart("", 2, 0, 0, 0, 0, 250)
TRACKED = {"bets": 1, "staked_minor": 100, "grants": ((2, 40),)}


#: After a bet of the most that may be staked.
MOST = granted(wagered_minor=750, max_bet_minor=250)


def bet_of(minor: int, **changes: Any) -> Parts:
    return {"amount_minor": minor, "round_id": "r1", **changes}


def counting(percents: tuple[tuple[str, int], ...], counts: int) -> Posting:
    after = granted(wagered_minor=500 + counts, contributions=percents)
    said = part(1_000, counts, 500 + counts, 250)
    return replace(OF_250, bonus=after, bonus_part=said)


STAKES = [
    row(OF_250, "cash is enough"),
    row(OF_BOTH, "cash is not enough", request=bet_of(400)),
    row(
        ALL_BONUS, "bonus money goes first", request=bet_of(400), wallet=purse(order="bonus_first")
    ),
    row(
        Posting(
            "bet_debit",
            (("bonus", -250), ("integration", 250), ("player", 0)),
            staked(250, 250),
            bonus=granted(balance_minor=750, wagered_minor=750),
            bonus_part=part(750, 250, 750, 250),
        ),
        "more is reserved than there is",
        wallet=purse() | {"reserved_minor": 301},
    ),
    row(ALONE, "no round is named", request=bet_of(250, round_id=None)),
    row(
        Posting(
            "bet_debit",
            (("integration", 300), ("player", -300)),
            bonus=granted(wagered_minor=800),
            bonus_part=part(1_000, 300, 800),
        ),
        "no round is named, and it is all the cash",
        request=bet_of(300, round_id=None),
    ),
    row(
        replace(ALONE, round_change=UNTRACKED),
        "the round began before the grant",
        round={"bets": 1},
    ),
    row(
        replace(OF_250, round_change=staked(250, 0, 7)),
        "nobody has bet in the round yet",
        round={"bets": 0},
    ),
    row(
        Posting("bet_debit", CASH_250, RoundChange("r1", bets=1, expected_version=0)),
        "it is a tip",
        request=bet_of(250, type="tip"),
    ),
    row(
        Posting("bet_debit", CASH_250, staked(250, 0, 7), bonus_part=NOTHING),
        "the grant of the round is over",
        round=TRACKED,
        wallet=purse(bonus=OVER),
    ),
    row(
        Posting("bet_debit", CASH_250, staked(250, 0, 7), bonus_part=part(1_000, 0, 500, 250)),
        "the grant of the round is past its deadline",
        round=TRACKED,
        wallet=purse(expires_at=NOW),
    ),
    row(
        Posting("bet_debit", CASH_250, staked(250, 0), bonus_part=part(0, 0, 500, 250)),
        "no bonus money is left",
        wallet=purse(balance_minor=0),
    ),
    row(
        counting((("table", 10),), 25),
        "its category counts a tenth",
        session={"category": "table"},
        wallet=purse(contributions=(("table", 10),)),
    ),
    row(
        counting((("other", 50),), 125),
        "nothing says of which category it is",
        wallet=purse(contributions=(("other", 50),)),
    ),
    row(
        counting((("table", 10),), 250),
        "the grant does not say how much its category counts",
        session={"category": "slots"},
        wallet=purse(contributions=(("table", 10),)),
    ),
    row(
        replace(OF_250, bonus=MOST),
        "it is the most that may be staked",
        wallet=purse(max_bet_minor=250),
    ),
    row(
        Posting("bet_debit", CASH_250, staked(250, 0), bonus_part=part(1_000, 0, 500, 250)),
        "it is above the most, counts nothing and takes cash alone",
        wallet=purse(max_bet_minor=1, contributions=(("other", 0),)),
    ),
    row(
        replace(OF_250, round_change=staked(250, 0, 7), bonus=MOST),
        "it is the most, and nobody has bet in the round yet",
        round={"bets": 0},
        wallet=purse(max_bet_minor=250),
    ),
]

REFUSED = [
    row(
        Refusal("insufficient_funds", balance_minor=1_300),
        "it is a cent more than both",
        request=bet_of(1_301),
    ),
    row(
        Refusal("insufficient_funds", balance_minor=1_300),
        "it names no round and is a cent more than the cash",
        request=bet_of(301, round_id=None),
    ),
    row(
        Refusal("insufficient_funds", balance_minor=300),
        "it is a cent more than the cash, past the deadline",
        request=bet_of(301),
        wallet=purse(expires_at=NOW),
    ),
    row("bonus_max_bet", "it is above the most", wallet=purse(max_bet_minor=249)),
    row(
        "bonus_max_bet",
        "it is above the most with what stands in its round",
        round=TRACKED,
        wallet=purse(max_bet_minor=349),
    ),
    row(
        "bonus_max_bet",
        "it is above the most, counts nothing and takes bonus money",
        request=bet_of(301),
        wallet=purse(max_bet_minor=300, contributions=(("other", 0),)),
    ),
    row(
        "bonus_max_bet",
        "it is above the most and above both",
        request=bet_of(1_301),
        wallet=purse(max_bet_minor=300),
    ),
    row("round_finished", "its round is over", request=bet_of(1_301), round={"finished": True}),
]

NOTIONAL = (("integration", 250), ("promotion", -250))
FREE = [
    row(
        Posting(
            "freespin_notional", NOTIONAL, staked(250, 250), bonus_part=part(1_000, 0, 500, 250)
        ),
        "it pays bonus money",
        wallet=purse(pays="bonus"),
    ),
    row(
        Posting(
            "freespin_notional",
            (("integration", 0), ("promotion", 0)),
            staked(1, 1),
            bonus_part=part(1_000, 0, 500, 1),
        ),
        "it pays bonus money and stakes nothing",
        request=bet_of(0, type="freespin"),
        wallet=purse(pays="bonus"),
    ),
    row(
        Posting("freespin_notional", NOTIONAL, RoundChange("r1", bets=1, expected_version=0)),
        "it pays cash",
    ),
    row(
        Posting("freespin_notional", NOTIONAL, RoundChange("r1", bets=1, expected_version=0)),
        "it would pay bonus money, past the deadline",
        wallet=purse(pays="bonus", expires_at=NOW),
    ),
    row(
        Posting("freespin_notional", NOTIONAL, UNTRACKED),
        "its round began before the grant",
        round={"bets": 1},
        wallet=purse(pays="bonus"),
    ),
]


def decided(parts: Parts, **request: Any) -> Refusal | Posting:
    named = {"request": bet_of(250, **request), "wallet": purse(), **parts}
    snapshot, bet, terms = situation(a_bet(), named)
    return decide_bet(snapshot, bet, terms, NOW)


@each(STAKES)
def test_a_stake_is_taken_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts) == decision


@each(REFUSED)
def test_a_stake_is_refused_when(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each(FREE)
def test_a_freespin_is_posted_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts, type="freespin") == decision


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"stake": 399}, "rg_stake_limit"),
        ({"wager_day": 399}, "rg_wager_limit"),
        ({"loss_day": 299}, "rg_loss_limit"),
        ({"time_session": 1}, "rg_time_limit"),
        ({"stake": 400, "wager_day": 400, "loss_day": 300, "time_session": 2}, None),
    ],
)
def test_limits_count_the_whole_stake_and_lose_its_cash(
    values: dict[str, int], refused: str | None
) -> None:
    """Of EUR 4.00 EUR 1.00 is bonus money; the session began a second ago."""
    limits = Limits(tuple(values.items()))
    decision = decided(
        {
            "request": bet_of(400),
            "wallet": purse() | {"limits": limits, "play": Play()},
            "round": {"bets": 0, "finished": True},
        }
    )
    assert isinstance(decision, Refusal)
    assert decision.code == (refused or "round_finished")


def test_a_freespin_meets_no_limit_of_money_whatever_was_lost() -> None:
    none = Limits((("loss_day", 0), ("stake", 0), ("wager_day", 0)))
    played = Play(at=NOW, staked=(500, 500, 500))
    parts = {"wallet": purse(pays="bonus") | {"limits": none, "play": played}}
    assert decided(parts, type="freespin") == FREE[0].decision


def test_a_question_without_a_session_is_of_a_game_that_nobody_knows() -> None:
    bonus = granted(contributions=(("other", 0),), max_bet_minor=1)
    wallet = replace(WALLET, balance_minor=300, bonus=bonus)
    stake = stake_of(wallet, bonus, Snapshot(), a_bet(round_id="r1"), NOW)
    assert (stake.bonus_minor, stake.refusal) == (0, None)


@pytest.mark.parametrize("limits", [Limits(), Limits(self_excluded_until=NOW)])
def test_limits_that_a_bet_does_not_meet_change_nothing_of_it(limits: Limits) -> None:
    assert decided({"wallet": purse() | {"limits": limits}}) == OF_250
