"""Whole rounds of three dialects in one wallet: late, doubled, reordered, lost, and released.

Each message of a round may come at any time, any number of times, or never. Beside the wallet runs
a reference of its own (`books`); `make rounds` plays many more.
"""

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
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

from casino.dialects.flexsoft.dialect import Flexsoft
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.wallet.decide_hold import decide_hold
from casino.wallet.hold import RELEASE
from casino.wallet.model import Entry, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.events import check_told
from testing.fake_holds import FakeHoldLedger
from testing.fakes import FakeWorld
from testing.transactions import INTEGRATION, NOW, PLAYER, SESSION, a_bet
from testing.world import World
from tests.functional.wallet.books import Books
from tests.integration.wallet.crowd import FLEXSOFT, WINUPGO, Seat, flexsoft_round, winupgo_round
from tests.simulation.casinos import casino_on

EXAMPLES: Final = int(os.environ.get("ROUNDS", "60"))
START_MINOR: Final = 100_000
SEAT: Final = Seat(PLAYER, SESSION.session_id, "at-flexsoft", "at-winupgo")

stakes = st.sampled_from([0, 1, 250, 250, 60_000])
wins = st.sampled_from([0, 1, 500, 500, 70_000])


def igsp_round(seat: Seat, name: str, stake_minor: int, win_minor: int) -> list[Transaction]:
    """Return a bet, the win that ends its round, and two refunds of it."""
    bet = a_bet(transaction_id=f"{name}-bet", round_id=name, amount_minor=stake_minor)
    win = replace(bet, transaction_id=f"{name}-win", kind="win", type="win", finished=True)
    back = replace(bet, transaction_id=f"{name}-back", kind="refund", round_id=None)
    back = replace(back, bet_transaction_id=bet.transaction_id)
    again = replace(back, transaction_id=f"{name}-again")
    return [bet, replace(win, amount_minor=win_minor), back, again]


ROUNDS: Final = (igsp_round, flexsoft_round, winupgo_round)


class Rounds(RuleBasedStateMachine):
    """Chooses what is played, and what arrives when."""

    foundation = "in memory"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.casino = self.stack.enter_context(casino_on(self.foundation))
        furnish(self.casino, START_MINOR)
        for name, session_id in ((FLEXSOFT, SEAT.at_flexsoft), (WINUPGO, SEAT.at_winupgo)):
            session = replace(SESSION, session_id=session_id, integration=name)
            assert self.casino.sessions.add(session)
        self.wallets = self._wallets()
        self.books = Books(START_MINOR)
        self.under_way: list[Transaction] = []
        self.arrived: list[Transaction] = []
        self.bodies: dict[tuple[str, str], str] = {}
        self._names = count(1)

    def teardown(self) -> None:
        check_told(self.casino)
        self.stack.close()

    def _wallets(self) -> dict[str, WalletService]:
        casino, clock = self.casino, FakeClock(NOW)
        holds: Any
        if isinstance(casino, World):
            holds = DynamoDbHoldLedger(casino.client, casino.tables)
        else:
            assert isinstance(casino, FakeWorld)
            holds = FakeHoldLedger(casino.tables)
        rules, accounts = Rules(decide_hold, hold_commit_for), casino.accounts
        return {
            "sandbox": WalletService(casino.ledger, accounts, clock, Igsp()),
            FLEXSOFT: WalletService(casino.ledger, accounts, clock, Flexsoft()),
            WINUPGO: WalletService(holds, accounts, clock, Winupgo(), rules=rules),
        }

    @rule(played=st.sampled_from(ROUNDS), stake=stakes, win=wins)
    def play(self, played: Any, stake: int, win: int) -> None:
        """A round begins: its first message arrives, the rest is under way."""
        first, *rest = played(SEAT, f"n{next(self._names)}", stake, win)
        self.under_way += rest
        self._arrive(first)

    @rule(played=st.sampled_from(ROUNDS), stake=stakes, win=wins)
    def play_late(self, played: Any, stake: int, win: int) -> None:
        """A round whose every message is late."""
        self.under_way += played(SEAT, f"n{next(self._names)}", stake, win)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.under_way) - 1))
        self._arrive(self.under_way.pop(place))

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def arrive_again(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.arrived) - 1))
        self._arrive(self.arrived[place])

    @precondition(lambda self: self.books.held or self.arrived)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """The casino gives a stake back that may be held."""
        held = [bet for bet in self.books.bets if bet[0] == WINUPGO]
        if held:
            _, bet_id = data.draw(st.sampled_from(held))
            back = winupgo_round(SEAT, bet_id.removeprefix("bet-"), 0, 0)[2]
            self._arrive(replace(back, transaction_id=f"{RELEASE}{bet_id}", round_id=None))

    @rule(blocked=st.booleans())
    def block(self, blocked: bool) -> None:
        self.casino.accounts.set_blocked(PLAYER, blocked)
        self.books.blocked = blocked

    def _arrive(self, message: Transaction) -> None:
        answer = self.wallets[message.integration].transact(message, INTEGRATION.wallet)
        expected = self.books.answer(message)
        assert (answer.code, answer.replay) == expected, (message, answer, expected)
        if answer.code != "bet_not_authorized":
            key = (message.integration, message.transaction_id)
            assert self.bodies.setdefault(key, answer.body) == answer.body
        self.arrived.append(message)

    @invariant()
    def the_money_is_what_the_books_say(self) -> None:
        wallet = self.casino.accounts.wallet(PLAYER, "EUR")
        assert wallet is not None
        assert (wallet.balance_minor, wallet.held_minor) == (self.books.balance, self.books.held)

    @invariant()
    def the_postings_add_up_to_the_money(self) -> None:
        sums: Counter[str] = Counter()
        for entry in self.casino.history.everything():
            if isinstance(entry, Entry):
                assert sum(minor for _, minor in entry.postings) == 0
                sums.update(dict(entry.postings))
        assert (sums["player"], sums["held"]) == (self.books.balance, self.books.held)
        assert sum(sums.values()) == 0

    @invariant()
    def the_ledger_is_proved(self) -> None:
        assert Verifier(self.casino.history).everything().faults == ()


class RoundsOnTheModel(Rounds):
    """The same through the stores."""

    foundation = "on the model"


def test_whole_rounds_in_any_order_agree_with_the_books() -> None:
    limits = settings(max_examples=EXAMPLES, stateful_step_count=50, deadline=None)
    run_state_machine_as_test(Rounds, settings=limits)


def test_whole_rounds_in_any_order_agree_with_the_books_through_the_stores() -> None:
    limits = settings(max_examples=max(3, EXAMPLES // 10), stateful_step_count=30, deadline=None)
    run_state_machine_as_test(RoundsOnTheModel, settings=limits)
