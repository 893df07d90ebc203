"""What comes of a stake with bonus money: a win is shared as the stakes were, a stake goes back."""

from dataclasses import replace
from typing import Any

from casino.wallet.bonus_play import weighed
from casino.wallet.decide import decide_refund, decide_win
from casino.wallet.decision import Posting, Refusal, RoundChange
from casino.wallet.model import WIN_HELD
from testing.transactions import NOW, a_bet, a_refund, a_win
from tests.unit.wallet.granted import BECAME_CASH, OVER, granted, part, purse
from tests.unit.wallet.situations import Parts, each, entry_of, row, situation

IN_ROUND = {"round_id": "r1"}
PAID = RoundChange("r1", paid_wins=1, expected_version=7)
CASH = Posting("win_credit", (("integration", -500), ("player", 500)), PAID)
#: Of what stands staked a third was cash.
TRACKED = {"staked_minor": 300, "grants": ((2, 200),)}
SHARED = (("bonus", 333), ("integration", -500), ("player", 167))
OF_BOTH = Posting(
    "win_credit",
    SHARED,
    PAID,
    bonus=granted(balance_minor=1_333),
    bonus_part=part(1_333, 0, 500),
)
OF_GRANT = Posting(
    "win_credit",
    (("bonus", 500), ("integration", -500), ("player", 0)),
    bonus=granted(balance_minor=1_500, required_minor=3_500, pays="bonus", times=3),
    bonus_part=part(1_500, 0, 500, required_minor=3_500),
)
FREE = {"type": "freespin"}
PAYS_BONUS: dict[str, Any] = {"pays": "bonus", "times": 3}
HIGH = {"win_limits": (), "exceeded_until": (("EUR", NOW + 1),)}
#: What stands staked is of both grants, of the first one alone, and of nobody.
OF_TWO = {"staked_minor": 300, "grants": ((1, 100), (2, 150))}
OF_FIRST = {"staked_minor": 300, "grants": ((1, 300),)}
FIRST_REVIEWED = granted(reviewed=0b010)

WINS = [
    row(CASH, "nobody noted whose money was staked", round={}),
    row(OF_BOTH, "a third of the stakes was cash", round=TRACKED),
    row(
        Posting(
            "win_credit",
            (("bonus", 250), ("integration", -500), ("player", 250)),
            PAID,
            bonus=granted(balance_minor=1_250),
            bonus_part=part(1_250, 0, 500),
        ),
        "an earlier grant became cash",
        round=OF_TWO,
    ),
    row(
        replace(CASH, postings=(("integration", -500), ("player", 167), ("promotion", 333))),
        "the grant was forfeited",
        round=TRACKED,
        wallet=purse(bonus=OVER),
    ),
    row(
        replace(CASH, postings=(("integration", -500), ("player", 0), ("promotion", 500))),
        "an earlier grant was forfeited",
        round=OF_FIRST,
        wallet=purse(bonus=granted(converted=0)),
    ),
    row(
        CASH, "the grant became cash", round=TRACKED, wallet=purse(bonus=replace(OVER, converted=6))
    ),
    row(CASH, "every stake went back", round={"staked_minor": 0, "grants": ((2, 0),)}),
    row(
        replace(CASH, rule=WIN_HELD),
        "a grant held a win above its limits when it became cash",
        round=OF_FIRST,
        wallet=purse(bonus=FIRST_REVIEWED),
    ),
    row(
        Posting(WIN_HELD, (("integration", -1), ("player", 1)), PAID),
        "it is a cent, and such a grant held a win above its limits",
        request={**IN_ROUND, "amount_minor": 1},
        round=OF_FIRST,
        wallet=purse(bonus=FIRST_REVIEWED),
    ),
    row(
        replace(CASH, rule="win_credit"),
        "another grant held a win above its limits",
        round=OF_FIRST,
        wallet=purse(bonus=granted(reviewed=0b100)),
    ),
    row(
        replace(CASH, rule="win_credit"),
        "nothing of what such a grant staked is left",
        round={"staked_minor": 300, "grants": ((1, 0),)},
        wallet=purse(bonus=FIRST_REVIEWED),
    ),
    row(
        Posting(
            "win_credit",
            (("integration", 0), ("player", 0)),
            RoundChange("r1", expected_version=7),
        ),
        "it is 0, whatever such a grant staked",
        request={**IN_ROUND, "amount_minor": 0},
        round=OF_FIRST,
        wallet=purse(bonus=FIRST_REVIEWED),
    ),
    row(
        replace(OF_BOTH, rule=WIN_HELD, bonus=granted(balance_minor=1_333, review=True)),
        "it is above its limits",
        round=TRACKED,
        terms=HIGH,
    ),
    row(
        replace(OF_BOTH, bonus=granted(balance_minor=1_333, review=True)),
        "an earlier one was above its limits",
        round=TRACKED,
        wallet=purse(review=True),
    ),
    row(
        replace(
            OF_BOTH,
            bonus=granted(balance_minor=1_333, times=3),
        ),
        "only free ones have to be wagered",
        round=TRACKED,
        wallet=purse(times=3),
    ),
    row(
        replace(
            OF_BOTH,
            bonus=granted(balance_minor=333, required_minor=999, times=3),
            bonus_part=part(333, 0, 500, required_minor=999),
        ),
        "nothing had to be wagered yet",
        round=TRACKED,
        wallet=purse(times=3, balance_minor=0, required_minor=0),
    ),
]

FREE_WINS = [
    row(OF_GRANT, "it pays bonus money", wallet=purse(**PAYS_BONUS)),
    row(
        replace(
            OF_GRANT,
            postings=SHARED,
            round_change=PAID,
            bonus=granted(balance_minor=1_333, required_minor=2_999, **PAYS_BONUS),
            bonus_part=part(1_333, 0, 500, required_minor=2_999),
        ),
        "its round was noted",
        request={**FREE, **IN_ROUND},
        round=TRACKED,
        wallet=purse(**PAYS_BONUS),
    ),
    row(replace(CASH, round_change=None), "it pays cash"),
    row(
        replace(CASH, round_change=None),
        "it would pay bonus money, past the deadline",
        wallet=purse(expires_at=NOW, **PAYS_BONUS),
    ),
    row(replace(CASH, round_change=None), "no grant stands", wallet=purse(bonus=OVER)),
    row(
        replace(CASH, round_change=None),
        "a win is no free one, whatever the grant pays",
        request={"type": "win"},
        wallet=purse(**PAYS_BONUS),
    ),
]


@each(WINS)
def test_a_win_is_shared_when(parts: Parts, decision: Posting) -> None:
    snapshot, win, terms = situation(a_win(), {"request": IN_ROUND, "wallet": purse(), **parts})
    assert decide_win(snapshot, win, terms, NOW) == decision


@each(FREE_WINS)
def test_a_free_win_is_shared_when(parts: Parts, decision: Posting) -> None:
    snapshot, win, terms = situation(a_win(), {"request": FREE, "wallet": purse(), **parts})
    assert decide_win(snapshot, win, terms, NOW) == decision


# Refunds: of the EUR 2.50 that a bet staked EUR 1.00 is bonus money.

STAKED = {
    "postings": (("bonus", -100), ("integration", 250), ("player", -150)),
    "bonus": part(900, 200, 500, 250),
}
VOIDED = RoundChange("r1", refunds=1, staked_minor=-250, grant=(2, -100))
REFUNDED = Posting(
    "refund_credit",
    (("bonus", 100), ("integration", -250), ("player", 150)),
    VOIDED,
    voids_bet=True,
    bonus=granted(balance_minor=1_100, wagered_minor=300),
    bonus_part=part(1_100, -200, 300),
)
TO_PLAYER = Posting(
    "refund_credit", (("integration", -250), ("player", 250)), VOIDED, voids_bet=True
)
FREESPIN = {
    "type": "freespin",
    "postings": (("integration", 250), ("promotion", -250)),
    "bonus": part(1_000, 0, 500, 250),
}

REFUNDS = [
    row(REFUNDED, "its grant stands"),
    row(TO_PLAYER, "its grant became cash", wallet=purse(bonus=BECAME_CASH)),
    row(
        replace(TO_PLAYER, round_change=replace(VOIDED, grant=(1, -100))),
        "its grant became cash, and another one stands",
        bet=STAKED | {"bonus": part(900, 200, 500, 250, grant_id="g1", number=1)},
    ),
    row(
        replace(TO_PLAYER, rule=WIN_HELD),
        "its grant became cash and held a win above its limits",
        wallet=purse(bonus=replace(BECAME_CASH, reviewed=0b100)),
    ),
    row(
        replace(TO_PLAYER, postings=(("integration", -250), ("player", 150), ("promotion", 100))),
        "its grant was forfeited",
        wallet=purse(bonus=OVER),
    ),
    row(
        replace(REFUNDED, round_change=RoundChange("r1", refunds=1)),
        "it has no share in the wins of its round",
        bet=STAKED | {"bonus": part(900, 200, 500)},
    ),
    row(
        replace(REFUNDED, round_change=None),
        "it has no round",
        bet=STAKED | {"round_id": None},
    ),
    row(
        Posting(
            "refund_credit",
            (("integration", -250), ("promotion", 250)),
            replace(VOIDED, grant=(2, -250)),
            voids_bet=True,
        ),
        "it was a freespin of the grant",
        request=FREE,
        bet=FREESPIN,
    ),
    row(
        replace(TO_PLAYER, round_change=RoundChange("r1", refunds=1)),
        "it was staked before there was any bonus",
        bet={"bonus": None},
    ),
]


@each(REFUNDS)
def test_a_refund_is_shared_when(parts: Parts, decision: Refusal | Posting) -> None:
    named = {"bet": STAKED, "wallet": purse(), **parts}
    assert decide_refund(*situation(a_refund(), named)) == decision


def test_a_bet_has_its_share_by_its_weight() -> None:
    bet = replace(entry_of(a_bet()), postings=(("integration", 250), ("player", -250)))
    assert weighed(bet) == (0, 0, 0)
    assert weighed(replace(bet, bonus=part(900, 200, 500))) == (0, 0, 0)
    assert weighed(replace(bet, bonus=part(900, 200, 500, 250))) == (250, 2, 0)
