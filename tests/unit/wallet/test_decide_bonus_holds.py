"""The end of a hold with bonus money: a win is shared as the stake was, a stake goes back.

Of EUR 4.00 that are held EUR 1.00 is bonus money, and all of it counts.
"""

from dataclasses import replace
from typing import Any

import pytest

from casino.bonus.model import Bonus
from casino.wallet.bonus_play import part_shown
from casino.wallet.decide_hold import decide_hold
from casino.wallet.decision import Decision, Posting
from casino.wallet.hold import Hold, HoldSnapshot
from casino.wallet.model import WIN_HELD
from testing.transactions import AT, NOW, a_bet
from tests.unit.wallet.granted import BECAME_CASH, BONUS, OVER, TERMS, granted, part, purse
from tests.unit.wallet.holding import a_request
from tests.unit.wallet.situations import WALLET, Parts, situation


def ended(
    kind: str, bonus: Bonus | None, stake: tuple[int, int, int] = (2, 100, 400), minor: int = 400
) -> Decision:
    wallet = replace(WALLET, bonus=bonus)
    hold = Hold("sandbox", "b1", "k0", minor, "r1", "s1", "g1", AT, wallet, stake)
    request = a_request(kind, "k1", amount_minor=800 if kind == "settle" else 0)
    _, _, terms = situation(a_bet(), {})
    return decide_hold(HoldSnapshot(wallet=wallet, hold=hold), request, terms, NOW)


SETTLED = (("bonus", 200), ("held", -400), ("integration", -400), ("player", 600))
TO_CASH = (("held", -400), ("integration", -400), ("player", 800))
TO_HOUSE = (("held", -400), ("integration", -400), ("player", 600), ("promotion", 200))
ROLLED_BACK = (("bonus", 100), ("held", -400), ("player", 300))
BACK_TO_CASH = (("held", -400), ("player", 400))
BACK_TO_HOUSE = (("held", -400), ("player", 300), ("promotion", 100))
GAIN: dict[str, Any] = {"bonus": granted(balance_minor=1_200), "bonus_part": part(1_200, 0, 500)}
BACK: dict[str, Any] = {
    "bonus": granted(balance_minor=1_100, wagered_minor=100),
    "bonus_part": part(1_100, -400, 100),
}


@pytest.mark.parametrize(
    ("kind", "bonus", "expected"),
    [
        ("settle", BONUS, Posting("settle", SETTLED, **GAIN)),
        ("settle", BECAME_CASH, Posting("settle", TO_CASH)),
        ("settle", replace(BECAME_CASH, reviewed=0b100), Posting(WIN_HELD, TO_CASH)),
        ("settle", replace(BECAME_CASH, reviewed=0b010), Posting("settle", TO_CASH)),
        ("settle", OVER, Posting("settle", TO_HOUSE)),
        ("settle", None, Posting("settle", TO_CASH)),
        ("rollback", BONUS, Posting("rollback", ROLLED_BACK, **BACK)),
        ("rollback", BECAME_CASH, Posting("rollback", BACK_TO_CASH)),
        ("rollback", replace(BECAME_CASH, reviewed=0b100), Posting(WIN_HELD, BACK_TO_CASH)),
        ("rollback", replace(BECAME_CASH, reviewed=0b010), Posting("rollback", BACK_TO_CASH)),
        ("rollback", OVER, Posting("rollback", BACK_TO_HOUSE)),
    ],
)
def test_a_hold_of_bonus_money_ends(kind: str, bonus: Bonus | None, expected: Posting) -> None:
    assert ended(kind, bonus) == expected


def test_a_hold_of_cash_alone_pays_cash_and_takes_its_progress_back() -> None:
    assert ended("settle", BONUS, (2, 0, 400)) == Posting("settle", TO_CASH)
    back = ended("rollback", BONUS, (2, 0, 400))
    after, said = granted(wagered_minor=100), part(1_000, -400, 100)
    assert back == Posting("rollback", BACK_TO_CASH, bonus=after, bonus_part=said)
    assert ended("rollback", BONUS, (2, 0, 0)) == Posting("rollback", BACK_TO_CASH)
    assert ended("rollback", BONUS, (0, 0, 0)) == Posting("rollback", BACK_TO_CASH)


def test_a_hold_of_nothing_gives_nothing_back() -> None:
    nothing = Posting("rollback", (("held", 0), ("player", 0)))
    assert ended("rollback", BONUS, (2, 0, 0), 0) == nothing


def test_an_entry_shows_the_bonus_money_before_and_after_it() -> None:
    after, said = granted(balance_minor=900), part(900, 100, 500)
    both = replace(said, shown_before_minor=1_000, shown_minor=900)
    assert part_shown(BONUS, after, said, NOW) == both
    assert part_shown(BONUS, after, None, NOW) == replace(both, wagered_minor=0)
    assert part_shown(BONUS, after, None, TERMS.expires_at) == part(900, 0, 500)
    assert part_shown(BONUS, OVER, said, NOW) == replace(both, shown_minor=0)
    assert part_shown(BONUS, OVER, None, NOW) is None


@pytest.mark.parametrize("round_", [None, {"bets": 1}])
def test_a_hold_takes_bonus_money_and_has_no_share_in_a_round(round_: Parts | None) -> None:
    snapshot, _, terms = situation(a_bet(), {"wallet": purse(), "round": round_})
    facts = HoldSnapshot(wallet=snapshot.wallet, session=snapshot.session, round=snapshot.round)
    assert decide_hold(facts, a_request("hold", "k1", amount_minor=400), terms, NOW) == Posting(
        "hold",
        (("bonus", -100), ("held", 400), ("player", -300)),
        bonus=granted(balance_minor=900, wagered_minor=900),
        bonus_part=part(900, 400, 900),
    )
