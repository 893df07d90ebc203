"""What a bet settles: its wins stand in its round and need no session, its refund is the stake."""

from dataclasses import replace

import pytest

from casino.wallet.decide import decide_refund, decide_win
from casino.wallet.decision import Posting, Refusal, RoundChange
from casino.wallet.model import Tombstone
from testing.transactions import AT, NOW, PLAYER, a_bet, a_refund, a_win
from tests.unit.wallet.situations import Parts, each, each_pair, entry_of, row, situation

BY_BET = {"by_bet": True, "bet_transaction_id": "bet-1"}
PAYOUT = (("integration", -500), ("player", 500))
NOTHING = (("integration", 0), ("player", 0))
NOT_FOUND = Refusal("session_not_found", recorded=False)
TOMBSTONE = Tombstone("sandbox", "bet-1", "ref-1", PLAYER, "EUR", AT, 409, "cancelled")


def paid(round_id: str, version: int = 7, rule: str = "win_credit") -> Posting:
    change = RoundChange(round_id, paid_wins=1, expected_version=version)
    return Posting(rule, PAYOUT, change)


#: It is right only while the bet, which may still come, stands in no other round.
UNSEEN = replace(paid("bet-1", 0, "win_without_bet"), checks_bet=True)

WINS = [
    row(paid("r1"), "it names no round", round={}),
    row(paid("r1"), "it names another round", request=BY_BET | {"round_id": "r2"}, round={}),
    row(paid("r1", 0, "win_without_bet"), "the round of the bet was not read"),
    row(paid("r1", 0, "win_without_bet"), "another round was read", round={"round_id": "r2"}),
    row(
        paid("r2"),
        "the bet is another player's",
        request=BY_BET | {"round_id": "r2"},
        bet={"player_id": "p2"},
        round={"round_id": "r2"},
    ),
    row(
        paid("r2"),
        "the bet is in another currency",
        request=BY_BET | {"round_id": "r2"},
        bet={"currency": "USD"},
        round={"round_id": "r2"},
    ),
    row(
        paid("r2"),
        "the bet was refused",
        request=BY_BET | {"round_id": "r2"},
        bet={"record": "refused"},
        round={"round_id": "r2"},
    ),
    row(
        paid("r2"),
        "a win is named",
        request=BY_BET | {"round_id": "r2"},
        bet={"kind": "win"},
        round={"round_id": "r2"},
    ),
    row(
        paid("r2"),
        "the bet does not settle it",
        request=BY_BET | {"by_bet": False, "round_id": "r2"},
        round={"round_id": "r2"},
    ),
    row(UNSEEN, "the bet is unknown", bet=None),
    row(
        paid("bet-1", 0, "win_without_bet"),
        "the bet was refunded before it came",
        bet=TOMBSTONE,
    ),
    row(
        replace(paid("r2"), checks_bet=True),
        "the bet is unknown, and a round is named",
        request=BY_BET | {"round_id": "r2"},
        bet=None,
        round={"round_id": "r2"},
    ),
    row(
        paid("win-1", 0, "win_without_bet"),
        "it names itself",
        request=BY_BET | {"bet_transaction_id": "win-1"},
        bet=None,
    ),
    row(
        Posting("win_credit", PAYOUT),
        "it names no bet",
        request=BY_BET | {"bet_transaction_id": None},
        bet=None,
    ),
    row(
        Posting("win_credit", NOTHING, RoundChange("bet-1", expected_version=0)),
        "it pays nothing, and the bet is unknown",
        request=BY_BET | {"amount_minor": 0},
        bet=None,
    ),
    row(
        Posting("win_credit", PAYOUT, RoundChange("bet-1", expected_version=0)),
        "it is a jackpot, and the bet is unknown",
        request=BY_BET | {"type": "jackpot"},
        bet=None,
    ),
    row(
        Posting("win_credit", PAYOUT),
        "the bet does not settle it, and is unknown",
        request=BY_BET | {"by_bet": False},
        bet=None,
    ),
    row(paid("r1"), "there is no session", session=None, round={}),
    row(
        paid("r1", 0, "win_without_bet"),
        "there is no session, and no round",
        session=None,
    ),
    row(
        replace(paid("r2"), checks_bet=True),
        "there is no session, and the bet is unknown in a round that was played",
        request=BY_BET | {"round_id": "r2"},
        session=None,
        bet=None,
        round={"round_id": "r2"},
    ),
    row(NOT_FOUND, "there is no session, and the bet is unknown", session=None, bet=None),
    row(
        NOT_FOUND,
        "there is no session, the bet is unknown, and nobody played the round",
        request=BY_BET | {"round_id": "r2"},
        session=None,
        bet=None,
        round={"round_id": "r2", "bets": 0},
    ),
    row(
        NOT_FOUND,
        "there is no session, and the bet does not settle it",
        request=BY_BET | {"by_bet": False},
        session=None,
    ),
    row(NOT_FOUND, "the session is another integration's", session={"integration": "x"}),
    row("round_refunded", "every bet of its round is refunded", round={"bets": 1, "refunds": 1}),
]


@each(WINS)
def test_a_win_is_decided_when(parts: Parts, decision: Refusal | Posting) -> None:
    snapshot, win, terms = situation(a_win(), {"request": BY_BET, "bet": {}, **parts})
    assert decide_win(snapshot, win, terms, NOW) == decision


UNPAID = RoundChange("r1", refunds=1, unpaid=True)
STAKE = Posting("refund_of_stake", (("integration", -250), ("player", 250)), UNPAID, voids_bet=True)
REPEATED = Posting("refund_repeated", ())
UNKNOWN = Posting("refund_unknown_bet_accepted", (), leaves_tombstone=True)

REFUNDS = [
    row(STAKE, "nothing is wrong"),
    row(STAKE, "it says another amount", request=BY_BET | {"amount_minor": 1}),
    row(STAKE, "it says another type", request=BY_BET | {"type": "tip"}),
    row(STAKE, "there is no session", session=None),
    row(
        replace(STAKE, round_change=replace(UNPAID, expected_version=7)),
        "the round is finished and paid nothing",
        round={"finished": True},
    ),
    row(replace(STAKE, round_change=None), "the bet has no round", bet={"round_id": None}),
    row(REPEATED, "the bet is refunded", void={}),
    row(REPEATED, "the bet is refunded, and the round is paid", void={}, round={"paid_wins": 1}),
    row(UNKNOWN, "the bet is unknown", bet=None),
    row(replace(UNKNOWN, leaves_tombstone=False), "the bet is barred already", bet=TOMBSTONE),
]

NOT_REFUNDED = [
    row("refund_not_allowed", "a win is named", bet={"kind": "win"}),
    row("player_mismatch", "the bet is another player's", bet={"player_id": "p2"}),
    row("currency_mismatch", "the bet is in another currency", bet={"currency": "USD"}),
    row("round_finished", "its round is paid", round={"paid_wins": 1}),
]


@each(REFUNDS + NOT_REFUNDED)
def test_a_refund_is_decided_when(parts: Parts, decision: Refusal | Posting) -> None:
    named = {"request": BY_BET, "bet": {}, **parts}
    assert decide_refund(*situation(a_refund(), named)) == decision


@each_pair(NOT_REFUNDED)
def test_the_first_of_two_reasons_refuses_a_refund(parts: Parts, decision: Refusal) -> None:
    named = {"request": BY_BET, "bet": {}, **parts}
    assert decide_refund(*situation(a_refund(), named)) == decision


def test_a_refund_stands_in_the_round_of_its_bet() -> None:
    bet = entry_of(a_bet(round_id="r1"))
    snapshot, refund, _ = situation(a_refund(round_id="r2"), {"bet": bet})
    assert snapshot.round_of(refund) == "r1"
    assert replace(snapshot, bet=None).round_of(refund) == "r2"
    assert replace(snapshot, bet=None).round_of(replace(refund, round_id=None)) is None
    assert snapshot.round_of(a_bet(round_id="r2")) == "r2"


@pytest.mark.parametrize("bets", [0, 1, 2])
def test_a_round_that_was_played_shows_its_player(bets: int) -> None:
    snapshot, win, _ = situation(a_win(), {"round": {"bets": bets}})
    assert snapshot.shows_player_of(win) is (bets > 0)
