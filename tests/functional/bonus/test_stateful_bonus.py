"""Two dialects play in one wallet with bonus money, against a player's own purse (`purse`).

Bets, wins, refunds, holds and their ends, deposits, withdrawals, grants, conversions and
forfeitures come in any order, over deadlines, and are sent again. `make bonus` plays many more.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casino.base.errors import AdminError
from casino.bonus.model import BonusTerms
from casino.wallet.model import Entry, Transaction
from testing.transactions import INTEGRATION, PLAYER, a_bet, a_deposit
from tests.functional.bonus.purse import COUNTS, Coupon, Purse, Slip
from tests.functional.bonus.table import SEAT, SEATS, WHO, Table
from tests.integration.wallet.crowd import winupgo_round

EXAMPLES: Final = int(os.environ.get("BONUS", "10"))
MONEY: Final = 3_000

stakes = st.sampled_from([0, 1, 99, 250, 600, 1_000, 2_500])
wins = st.sampled_from([0, 1, 100, 333, 2_000])
places = st.sampled_from(["r1", "r2", "r3", "r4"])


class Bonuses(RuleBasedStateMachine):
    """Chooses what is played, granted and ended."""

    def __init__(self) -> None:
        super().__init__()
        table = Table()
        self.world, self.clock, self.wallets = table.world, table.clock, table.wallets
        self.bonuses = table.bonuses
        self.purse = Purse(MONEY)
        self.withdrawn = self.deposited = 0
        self.bets: list[tuple[Slip, Transaction]] = []
        self.holds: list[tuple[Slip, list[Transaction]]] = []
        self.answered: list[tuple[Transaction, str, str]] = []
        self.shown: Decimal | None = None
        self._names = count(1)

    @property
    def now(self) -> int:
        return int(self.clock.now())

    @rule(pause=st.sampled_from([1, 60, 3_600, 40_000, 90_000]))
    def wait(self, pause: int) -> None:
        self.clock.advance(pause)

    @rule(
        stake=stakes,
        where=places,
        category=st.sampled_from([*SEATS]),
        what=st.sampled_from(["bet", "bet", "bet", "bet", "tip", "freespin"]),
    )
    def bet(self, stake: int, where: str, category: str | None, what: str) -> None:
        message = a_bet(transaction_id=self._name(), type=what, amount_minor=stake)
        message = replace(message, round_id=where, session_id=SEATS[category])
        code, slip = self.purse.bet(stake, self.now, category, what, where)
        assert self._sent(message) == code
        if slip is not None:
            self.bets.append((slip, message))

    @rule(stake=stakes)
    def bet_without_a_round(self, stake: int) -> None:
        """Nothing ties its wins to it, so it takes cash alone; it counts all the same."""
        coupon = self.purse.playing(self.now)
        counts = stake if coupon is not None and coupon.money else 0
        code = "ok" if stake <= self.purse.cash else "insufficient_funds"
        if counts and coupon is not None and coupon.most is not None and stake > coupon.most:
            code = "bonus_max_bet"
        assert self._sent(a_bet(transaction_id=self._name(), amount_minor=stake)) == code
        if code == "ok":
            self.purse.cash -= stake
            self.purse.games += stake
            if coupon is not None:
                coupon.wagered += counts

    @rule(minor=wins, where=places, what=st.sampled_from(["win", "win", "freespin", "jackpot"]))
    def win(self, minor: int, where: str, what: str) -> None:
        message = a_bet(transaction_id=self._name(), kind="win", type=what, amount_minor=minor)
        expected = self.purse.win(minor, self.now, where, what)
        assert self._sent(replace(message, round_id=where)) == expected

    @precondition(lambda self: self.bets)
    @rule(data=st.data(), used=st.booleans())
    def refund(self, data: st.DataObject, used: bool) -> None:
        """Refund a bet; with `used` one that took bonus money, if there is any."""
        chosen = [i for i, (slip, _) in enumerate(self.bets) if slip.bonus] if used else []
        slip, bet = self.bets.pop(data.draw(st.sampled_from(chosen or range(len(self.bets)))))
        back = replace(bet, transaction_id=self._name(), kind="refund", round_id=None)
        self.purse.give_back(slip, notional=bet.amount_minor if bet.type == "freespin" else 0)
        assert self._sent(replace(back, bet_transaction_id=bet.transaction_id)) == "ok"

    @rule(stake=stakes, win=wins)
    def hold(self, stake: int, win: int) -> None:
        first, *ends = winupgo_round(SEAT, self._name(), stake, win)[:3]
        code, slip = self.purse.bet(stake, self.now, "table", "bet", None)
        assert self._sent(first) == code
        if slip is not None:
            self.holds.append((slip, ends))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), pays=st.booleans())
    def end_hold(self, data: st.DataObject, pays: bool) -> None:
        slip, (win, back) = self.holds.pop(data.draw(st.integers(0, len(self.holds) - 1)))
        if pays:
            self.purse.settle(slip, win.amount_minor)
        else:
            self.purse.give_back(slip, held=True)
        assert self._sent(win if pays else back) == "ok"

    @rule(minor=st.sampled_from([1, 500, 2_000]), pays_in=st.booleans())
    def cashier(self, minor: int, pays_in: bool) -> None:
        self._move(minor, pays_in)

    @rule(more=st.sampled_from([0, 1]))
    def withdraw_what_is_shown(self, more: int) -> None:
        """Whatever is withdrawn is cash, also when a game shows more."""
        self._move(self.purse.shown(self.now) + more, pays_in=False)

    def _move(self, minor: int, pays_in: bool) -> None:
        kind: Any = "deposit" if pays_in else "withdrawal"
        message = a_deposit(minor, transaction_id=self._name(), kind=kind, extra=WHO.written())
        code = "ok" if pays_in or minor <= self.purse.cash else "insufficient_funds"
        assert self._sent(replace(message, type=kind)) == code
        if code == "ok":
            self.purse.cash += minor if pays_in else -minor
            self.deposited += minor if pays_in else 0
            self.withdrawn += 0 if pays_in else minor

    @rule(
        money=st.sampled_from([0, 100, 700, 2_000]),
        required=st.sampled_from([1, 500, 2_000]),
        last=st.sampled_from([60, 3_600, 10**6]),
        bonus_first=st.sampled_from([True, True, False]),
        most=st.sampled_from([None, 300, 700]),
        free=st.booleans(),
    )
    def grant(
        self, money: int, required: int, last: int, bonus_first: bool, most: int | None, free: bool
    ) -> None:
        name, deadline = f"g{next(self._names)}", self.now + last
        required, free = (required, free) if money else (0, True)
        coupon = Coupon(name, money, required, deadline, bonus_first, most, free)
        terms = BonusTerms(
            name,
            money,
            required,
            deadline,
            "bonus_first" if bonus_first else "cash_first",
            most,
            tuple(COUNTS.items()),
            "bonus" if free else "cash",
            3 if free else 0,
        )
        expected = self.purse.grant(coupon)
        assert _said(lambda: self.bonuses.grant(PLAYER, "EUR", terms, who=WHO)) == expected

    @rule(how=st.sampled_from(["cash", "expired", "revoked", "revoked"]))
    def end_grant(self, how: str) -> None:
        """Convert or forfeit the grant that stands, or the last one again."""
        coupon = self.purse.standing()
        name = coupon.name if coupon is not None else "none"
        asked = (PLAYER, "EUR", name)
        if how == "cash":
            expected = self.purse.end("cash", self.now)
            assert _said(lambda: self.bonuses.convert(*asked, who=WHO)) == expected
            return
        expected = self.purse.end("house", self.now, expired=how == "expired")
        reason: Any = how
        assert _said(lambda: self.bonuses.forfeit(*asked, who=WHO, reason=reason)) == expected

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        message, code, body = data.draw(st.sampled_from(self.answered))
        answer = self.wallets[message.integration].transact(message, INTEGRATION.wallet)
        assert (answer.code, answer.body, answer.replay) == (code, body, True)

    def _name(self) -> str:
        return f"n{next(self._names)}"

    def _sent(self, message: Transaction) -> str:
        answer = self.wallets[message.integration].transact(message, INTEGRATION.wallet)
        assert not answer.replay
        self.answered.append((message, answer.code, answer.body))
        told = json.loads(answer.body, parse_float=Decimal)
        self.shown = told.get("balance") if message.integration == "sandbox" else None
        return answer.code

    @invariant()
    def the_wallet_holds_what_the_purse_holds(self) -> None:
        wallet = self.world.accounts.wallet(PLAYER, "EUR")
        assert wallet is not None
        coupon = self.purse.standing()
        grant = wallet.bonus.grant if wallet.bonus is not None else None
        found = (grant.balance_minor, grant.wagered_minor, grant.required_minor) if grant else None
        said = (coupon.money, coupon.wagered, coupon.required) if coupon is not None else None
        assert (wallet.balance_minor, found) == (self.purse.cash, said)
        assert wallet.playable_minor(self.now) == self.purse.shown(self.now)
        # What the last answer of a game showed, if this step had any.
        shown, self.shown = self.shown, None
        assert shown in (None, Decimal(self.purse.shown(self.now)) / 100)

    @invariant()
    def no_money_is_made_or_lost(self) -> None:
        purse, coupon = self.purse, self.purse.standing()
        held = sum(slip.stake for slip, _ in self.holds)
        bonus = coupon.money if coupon is not None else 0
        inside = purse.cash + bonus + held + purse.house + purse.games
        assert inside == MONEY + self.deposited - self.withdrawn

    def teardown(self) -> None:
        """The sums of the ledger are those of the purse, and every cent is proved."""
        assert self.world.verifier.everything().faults == ()
        sums: dict[str, int] = {}
        for entry in self.world.history.everything():
            for account, minor in entry.postings if isinstance(entry, Entry) else ():
                sums[account] = sums.get(account, 0) + minor
        coupon = self.purse.standing()
        assert sums.get("bonus", 0) == (coupon.money if coupon is not None else 0)
        assert sums.get("promotion", 0) == self.purse.house
        assert sums.get("integration", 0) == self.purse.games


def _said(change: Callable[[], Any]) -> str:
    try:
        change()
    except AdminError as error:
        return error.code
    return "ok"


def test_whatever_is_played_and_granted_agrees_with_the_purse() -> None:
    size = settings(max_examples=EXAMPLES, stateful_step_count=50, deadline=None)
    run_state_machine_as_test(Bonuses, settings=size)
