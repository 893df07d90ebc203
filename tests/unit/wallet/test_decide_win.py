"""A win credits what is owed: the little that refuses it, in which order, and what it posts."""

from casino.integrations.model import WinLimits
from casino.wallet.decide import decide_win
from casino.wallet.decision import Posting, Refusal, RoundChange
from casino.wallet.model import WIN_HELD
from testing.transactions import NOW, a_win
from tests.unit.wallet.situations import Parts, each, each_pair, row, situation

ALL_REFUNDED = {"bets": 2, "refunds": 2}

#: The session may be restored, and the same win must then settle.
NOT_FOUND = Refusal("session_not_found", recorded=False)

#: In the order of the checks.
REFUSED = [
    row(NOT_FOUND, "there is no session", session=None),
    row(NOT_FOUND, "the session is another integration's", session={"integration": "x"}),
    row("player_mismatch", "the session is another player's", session={"player_id": "p2"}),
    row("currency_mismatch", "the session is in another currency", session={"currency": "USD"}),
    row("demo_session", "the session is a demo", session={"is_demo": True}),
    row("session_not_active", "the session never opened", session={"status": "failed"}),
    row("round_refunded", "every bet of the round is refunded", round=ALL_REFUNDED),
    row("round_refunded", "more refunds than bets are counted", round={"bets": 1, "refunds": 2}),
    row(
        "round_refunded",
        "the win of a freespin is in a refunded round",
        round=ALL_REFUNDED,
        request={"type": "freespin"},
    ),
]

PAYOUT = (("integration", -500), ("player", 500))
CREDIT = Posting("win_credit", PAYOUT)
IN_ROUND = {"round_id": "r1"}


def in_round(version: int, rule: str = "win_credit", paid_wins: int = 1) -> Posting:
    return Posting(rule, PAYOUT, RoundChange("r1", paid_wins=paid_wins, expected_version=version))


def closing(rule: str = "win_credit", paid_wins: int = 0) -> Posting:
    """Return what a win posts that finishes its round; without a paid win it is a win of 0."""
    payout = PAYOUT if paid_wins else (("integration", 0), ("player", 0))
    return Posting(rule, payout, RoundChange("r1", 0, 0, paid_wins, True, 7))


LAST = {"round_id": "r1", "finished": True}


ACCEPTED = [
    row(CREDIT, "nothing is wrong"),
    row(CREDIT, "the session still opens", session={"status": "launching"}),
    row(CREDIT, "the session is suspended", session={"status": "suspended"}),
    row(CREDIT, "the session is closed", session={"status": "closed"}),
    row(CREDIT, "the session is over", session={"expires_at": 0}),
    row(CREDIT, "the player is blocked", wallet={"blocked": True}),
    row(
        CREDIT,
        "it is a jackpot of a refunded round",
        request={"type": "jackpot"},
        round=ALL_REFUNDED,
    ),
    row(
        CREDIT,
        "it is a tournament's of a refunded round",
        request={"type": "tournament"},
        round=ALL_REFUNDED,
    ),
    row(CREDIT, "it is a prize of a refunded round", request={"type": "prize"}, round=ALL_REFUNDED),
    row(CREDIT, "one bet of two is refunded", round={"bets": 2, "refunds": 1}),
    row(
        Posting(
            "win_credit",
            (("integration", -1), ("player", 1)),
            RoundChange("r1", paid_wins=1, expected_version=7),
        ),
        "it is a cent",
        request=IN_ROUND | {"amount_minor": 1},
        round={},
    ),
    row(
        Posting("win_after_round_finished", PAYOUT),
        "the round is finished",
        round={"finished": True},
    ),
    row(in_round(0, "win_without_bet"), "nobody played the round", request=IN_ROUND),
    row(
        in_round(7, "win_without_bet"),
        "the round holds no bet and is finished",
        request=IN_ROUND,
        round={"bets": 0, "finished": True},
    ),
    row(
        in_round(0, "win_without_bet"),
        "the win of a freespin comes to a round that nobody played",
        request={"round_id": "r1", "type": "freespin"},
    ),
    row(
        in_round(0, paid_wins=0),
        "a jackpot comes to a round that nobody played",
        request={"round_id": "r1", "type": "jackpot"},
    ),
    row(in_round(7), "the round goes on", request=IN_ROUND, round={}),
    row(
        in_round(7, "win_after_round_finished", paid_wins=0),
        "a prize comes to a round that is refunded and finished",
        request={"round_id": "r1", "type": "prize"},
        round={"bets": 1, "refunds": 1, "finished": True},
    ),
    row(
        closing(paid_wins=1),
        "the win finishes the round",
        request=LAST,
        round={},
    ),
    row(
        closing(),
        "a win of nothing finishes the round",
        request=LAST | {"amount_minor": 0},
        round={},
    ),
    row(
        closing(),
        "a win of nothing closes a refunded round",
        request=LAST | {"amount_minor": 0},
        round=ALL_REFUNDED,
    ),
]


def decided(parts: Parts) -> Refusal | Posting:
    snapshot, win, terms = situation(a_win(), parts)
    return decide_win(snapshot, win, terms, NOW)


@each(REFUSED)
def test_a_win_is_refused_when(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each_pair(REFUSED)
def test_the_first_of_two_reasons_refuses_a_win(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each(ACCEPTED)
def test_a_win_is_posted_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts) == decision


def limited(single_minor: int | None = None, until: int = 0, currency: str = "EUR") -> Parts:
    limits = ((currency, WinLimits(single_minor)),)
    return {"win_limits": limits, "exceeded_until": ((currency, until),)}


HELD = [
    row(Posting(WIN_HELD, PAYOUT), "it is above the largest", terms=limited(499)),
    row(Posting(WIN_HELD, PAYOUT), "the exposure is exceeded", terms=limited(until=NOW + 1)),
    row(
        Posting(WIN_HELD, (("integration", -1), ("player", 1))),
        "it is a cent, and the exposure is exceeded",
        request={"amount_minor": 1},
        terms=limited(until=NOW + 1),
    ),
    row(in_round(7, WIN_HELD), "in a round", request=IN_ROUND, round={}, terms=limited(0)),
    row(
        Posting(WIN_HELD, PAYOUT),
        "it is a prize in a closed session",
        request={"type": "prize"},
        session={"status": "closed"},
        terms=limited(499),
    ),
    row(CREDIT, "not: it is as large as the largest", terms=limited(500)),
    row(CREDIT, "not: the hour is over", terms=limited(until=NOW)),
    row(CREDIT, "not: another currency is limited", terms=limited(0, NOW + 1, "USD")),
    row(
        closing(),
        "not: it is 0",
        request=LAST | {"amount_minor": 0},
        round={},
        terms=limited(0, NOW + 1),
    ),
]


@each(HELD)
def test_a4_a_win_is_held_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts) == decision


@each_pair([*REFUSED, row(Posting(WIN_HELD, PAYOUT), "it is above the largest", terms=limited(1))])
def test_a4_a_limit_refuses_nothing_and_lets_nothing_through(
    parts: Parts, decision: Refusal
) -> None:
    assert decided(parts) == decision
