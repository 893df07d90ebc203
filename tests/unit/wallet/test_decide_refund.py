"""A refund gives back what a bet debited: what refuses it, in which order, and what it posts."""

from dataclasses import replace

from casino.integrations.model import Off
from casino.wallet.decide import decide_refund
from casino.wallet.decision import Posting, Refusal, RoundChange
from casino.wallet.model import Tombstone, platform_transaction_id
from testing.transactions import AT, PLAYER, a_refund
from tests.unit.wallet.situations import Parts, each, each_pair, row, situation

BARRED = Tombstone("sandbox", "bet-1", "ref-0", PLAYER, "EUR", AT, 409, "cancelled")
UNPAID = {"finished": True}
PAID_OUT = {"finished": True, "paid_wins": 1}
REFUSED_BET = {"kind": "bet", "record": "refused"}
UNKNOWN = Refusal("bet_not_found", leaves_tombstone=True)
ALREADY = Refusal(
    "bet_already_refunded", transaction_id=platform_transaction_id("sandbox", "ref-0")
)

#: In the order of the checks.
REFUSED = [
    row("player_mismatch", "the session is another player's", session={"player_id": "p2"}),
    row("currency_mismatch", "the session is in another currency", session={"currency": "USD"}),
    row("demo_session", "the session is a demo", session={"is_demo": True}),
    row("refund_not_allowed", "the refund names itself", request={"transaction_id": "bet-1"}),
    row(UNKNOWN, "the bet is unknown", bet=None),
    row("bet_not_found", "the bet is barred already", bet=BARRED),
    row("bet_not_found", "the bet was refused", bet=REFUSED_BET),
    row("refund_not_allowed", "a win is named", bet={"kind": "win"}),
    row("refund_not_allowed", "a refund is named", bet={"kind": "refund"}),
    row("refund_not_allowed", "a refused win is named", bet={"kind": "win", "record": "refused"}),
    row("player_mismatch", "the bet is another player's", bet={"player_id": "p2"}),
    row("currency_mismatch", "the bet is in another currency", bet={"currency": "USD"}),
    row("type_mismatch", "the bet is of another type", bet={"type": "tip"}),
    row(ALREADY, "the bet is refunded", void={}),
    row("refund_amount_mismatch", "the stake was lower", bet={"amount_minor": 249}),
    row("refund_amount_mismatch", "the stake was higher", bet={"amount_minor": 251}),
    row(
        "round_finished",
        "a win was paid in the finished round, which bars refunds here",
        round=PAID_OUT,
        terms={"refund_after_win": "reject"},
    ),
]

GIVEN_BACK = (("integration", -250), ("player", 250))
OF_PROMOTION = (("integration", 250), ("promotion", -250))
CREDIT = Posting("refund_credit", GIVEN_BACK, RoundChange("r1", refunds=1), voids_bet=True)


def in_round(rule: str) -> Posting:
    return replace(CREDIT, rule=rule, round_change=RoundChange("r1", 0, 1, expected_version=7))


ACCEPTED = [
    row(CREDIT, "nothing is wrong"),
    row(CREDIT, "there is no session", session=None),
    row(CREDIT, "the session is another integration's", session={"integration": "x"}),
    row(CREDIT, "the session still opens", session={"status": "launching"}),
    row(CREDIT, "the session never opened", session={"status": "failed"}),
    row(CREDIT, "the session is suspended", session={"status": "suspended"}),
    row(CREDIT, "the session is closed", session={"status": "closed"}),
    row(CREDIT, "the session is over", session={"expires_at": 0}),
    row(CREDIT, "the player is blocked", wallet={"blocked": True}),
    row(CREDIT, "bets are switched off", terms={"bets_off": Off()}),
    row(CREDIT, "other currencies are listed", terms={"currencies": ("USD",)}),
    row(CREDIT, "unknown bets are accepted", terms={"refund_unknown_bet": "accept"}),
    row(in_round("refund_credit"), "the round is finished without a paid win", round=UNPAID),
    row(in_round("refund_credit"), "the round goes on after a paid win", round={"paid_wins": 1}),
    row(in_round("refund_after_win"), "a win was paid in the finished round", round=PAID_OUT),
    row(
        in_round("refund_credit"),
        "the finished round paid nothing, and a paid win would bar refunds here",
        round=UNPAID,
        terms={"refund_after_win": "reject"},
    ),
    row(
        in_round("refund_credit"),
        "the round goes on after a paid win, which would bar refunds once it is finished",
        round={"paid_wins": 1},
        terms={"refund_after_win": "reject"},
    ),
    row(
        Posting("refund_credit", GIVEN_BACK, RoundChange("r1", refunds=1, finish=True), True),
        "the refund finishes the round",
        request={"finished": True},
    ),
    row(
        Posting("refund_credit", GIVEN_BACK, voids_bet=True),
        "the bet has no round",
        bet={"round_id": None},
        request={"finished": True},
    ),
    row(
        Posting(
            "refund_credit", (("integration", -250), ("promotion", 250)), CREDIT.round_change, True
        ),
        "the bet was a freespin, which cost the player nothing",
        bet={"type": "freespin", "postings": OF_PROMOTION},
        request={"type": "freespin"},
    ),
]

ACCEPTS_UNKNOWN = {"terms": {"refund_unknown_bet": "accept"}}
ACCEPTED_UNKNOWN = Posting("refund_unknown_bet_accepted", ())
ACCEPTED_AND_BARRED = Posting("refund_unknown_bet_accepted", (), leaves_tombstone=True)

UNKNOWN_BETS = [
    row(ACCEPTED_AND_BARRED, "the bet is unknown", bet=None),
    row(ACCEPTED_UNKNOWN, "the bet is barred already", bet=BARRED),
    row(ACCEPTED_UNKNOWN, "the bet was refused", bet=REFUSED_BET),
    row("refund_not_allowed", "a refused win is named", bet={"kind": "win", "record": "refused"}),
    row(
        "refund_not_allowed",
        "the refund names itself",
        request={"transaction_id": "bet-1"},
        bet=None,
    ),
    row(UNKNOWN, "there is no session", session=None, bet=None),
    row(UNKNOWN, "the session is another integration's", session={"integration": "x"}, bet=None),
    row(
        "bet_not_found",
        "there is no session, and the bet is barred already",
        session=None,
        bet=BARRED,
    ),
]


def decided(parts: Parts) -> Refusal | Posting:
    snapshot, refund, terms = situation(a_refund(), {"bet": {}, **parts})
    return decide_refund(snapshot, refund, terms)


@each(REFUSED)
def test_a_refund_is_refused_when(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each_pair(REFUSED)
def test_the_first_of_two_reasons_refuses_a_refund(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each(ACCEPTED)
def test_a_refund_is_posted_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts) == decision


@each(UNKNOWN_BETS)
def test_where_unknown_bets_are_accepted_and(parts: Parts, decision: Refusal | Posting) -> None:
    assert decided({**ACCEPTS_UNKNOWN, **parts}) == decision
