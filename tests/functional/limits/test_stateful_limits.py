"""Two dialects play in one wallet while limits and exclusions come and go, over many midnights.

Beside the wallet stands a diary that sums its own list at each question (`diary`). The clock goes
on by seconds or weeks, over a change of clock and ends of months, and sometimes back a little.
`make limits` plays many more.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casino.accounts.limits import EXCLUSIONS
from casino.accounts.model import Exclusion
from casino.audit.model import Who, of_player
from casino.audit.store import DynamoDbAudit
from casino.base.errors import AdminError
from casino.base.times import epoch
from casino.dialects.igsp.dialect import Igsp
from casino.dialects.winupgo.dialect import Winupgo
from casino.limits.model import AMOUNT_LIMITS, TIME_LIMITS
from casino.wallet.decide_hold import decide_hold
from casino.wallet.model import Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from testing.casinos import furnish
from testing.clock import FakeClock
from testing.template import create_tables
from testing.transactions import INTEGRATION, PLAYER, SESSION, a_bet
from testing.world import World
from tests.functional.limits.diary import Diary
from tests.integration.wallet.crowd import WINUPGO, Seat, winupgo_round
from tests.simulation.dynamodb_model import DynamoDbModel

EXAMPLES: Final = int(os.environ.get("LIMITS", "12"))
WHO: Final = Who("local:test", "the player asked")
ZONE: Final = "Europe/Berlin"
#: 2026-10-24T21:50:00Z: ten minutes before the Sunday on which Berlin's clocks go back.
START: Final = 1_792_878_600.0
SEAT: Final = Seat(PLAYER, SESSION.session_id, "", "at-winupgo")
SINCE: Final = int(epoch(SESSION.opened_at))

stakes = st.sampled_from([0, 1, 250, 250, 1_000])
wins = st.sampled_from([0, 1, 300, 2_000])
pauses = st.sampled_from([1, 60, 60, 240, 300, 301, 3_600, 25_200, 86_400, 691_200, -2, -90])
amounts = st.sampled_from([0, 250, 500, 1_000, 2_500, 100_000])
times = st.sampled_from([0, 60, 300, 900, int(START) - SINCE + 86_400])


class Limited(RuleBasedStateMachine):
    """Chooses what is played, allowed and asked for."""

    def __init__(self) -> None:
        super().__init__()
        client = DynamoDbModel().client()
        self.world = World(client, create_tables(client, "test"))
        furnish(self.world, 10_000_000)
        session = replace(SESSION, session_id=SEAT.at_winupgo, integration=WINUPGO)
        assert self.world.sessions.add(session)
        self.clock = FakeClock(START)
        self.limits = replace(self.world.limits, clock=self.clock, zone=ZONE)
        accounts, rules = self.world.accounts, Rules(decide_hold, hold_commit_for)
        holds = DynamoDbHoldLedger(client, self.world.tables)
        self.wallets = {
            "sandbox": WalletService(self.world.ledger, accounts, self.clock, Igsp()),
            WINUPGO: WalletService(holds, accounts, self.clock, Winupgo(), rules=rules),
        }
        self.diary = Diary(ZoneInfo(ZONE), SINCE)
        self.balance = 10_000_000
        self.open: list[tuple[int, list[Transaction]]] = []
        self.answered: list[tuple[Transaction, str, str]] = []
        self._names = count(1)

    @property
    def now(self) -> int:
        return int(self.clock.now())

    @rule(pause=pauses)
    def wait(self, pause: int) -> None:
        self.clock.advance(pause)

    @rule(before=st.sampled_from([200, 30, 1]))
    def wait_for_midnight(self, before: int) -> None:
        here = datetime.fromtimestamp(self.now, ZoneInfo(ZONE))
        tomorrow = datetime.combine(here.date() + timedelta(1), time(), here.tzinfo)
        self.clock.advance(max(1, tomorrow.timestamp() - before - self.now))

    @rule(stake=stakes, win=wins, free=st.booleans())
    def bet(self, stake: int, win: int, free: bool) -> None:
        """A bet or free spin, which a win or a refund may follow."""
        name = f"n{next(self._names)}"
        what = "freespin" if free else "bet"
        bet = a_bet(transaction_id=f"{name}-bet", round_id=name, amount_minor=stake, type=what)
        won = replace(bet, transaction_id=f"{name}-win", kind="win", type="win", finished=True)
        back = replace(bet, transaction_id=f"{name}-back", kind="refund", round_id=None)
        back = replace(back, bet_transaction_id=bet.transaction_id)
        self._play(0 if free else stake, [bet, replace(won, amount_minor=win), back])

    @rule(stake=stakes, win=wins)
    def hold(self, stake: int, win: int) -> None:
        """A hold, which a settlement or a rollback may follow."""
        self._play(stake, winupgo_round(SEAT, f"n{next(self._names)}", stake, win)[:3])

    def _play(self, stake: int, messages: list[Transaction]) -> None:
        first, *ends = messages
        expected = self.diary.meets(stake, self.now)
        assert self._sent(first) == expected
        if expected == "ok":
            self.diary.note(self.now, staked=stake, plays=True)
            self.balance -= stake
            self.open.append((stake, ends))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), pays=st.booleans())
    def end(self, data: st.DataObject, pays: bool) -> None:
        """What is owed passes, whatever is met."""
        stake, (win, back) = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        message, returned = (win, win.amount_minor) if pays else (back, stake)
        assert self._sent(message) == "ok"
        self.diary.note(self.now, returned=returned)
        self.balance += returned

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        message, code, body = data.draw(st.sampled_from(self.answered))
        answer = self.wallets[message.integration].transact(message, INTEGRATION.wallet)
        assert (answer.code, answer.body, answer.replay) == (code, body, True)

    def _sent(self, message: Transaction) -> str:
        answer = self.wallets[message.integration].transact(message, INTEGRATION.wallet)
        assert not answer.replay
        self.answered.append((message, answer.code, answer.body))
        return answer.code

    @rule(name=st.sampled_from(AMOUNT_LIMITS), value=st.none() | amounts)
    def set_amount(self, name: str, value: int | None) -> None:
        self._set(name, value)

    @rule(name=st.sampled_from((*TIME_LIMITS, "reality_check")), value=st.none() | times)
    def set_time(self, name: str, value: int | None) -> None:
        self._set(name, value)

    def _set(self, name: str, value: int | None) -> None:
        self.limits.set(PLAYER, "EUR", {name: value}, who=WHO)
        self.diary.set(name, value, self.now)

    @rule()
    def confirm(self) -> None:
        expected = self.diary.confirm(self.now)
        assert _said(lambda: self.limits.confirm(PLAYER, "EUR", who=WHO)) == expected

    @rule(kind=st.sampled_from(EXCLUSIONS), seconds=st.sampled_from([60, 3_600, 90_000]))
    def exclude(self, kind: Exclusion, seconds: int) -> None:
        until = self.now + seconds
        expected = self.diary.exclude(kind, until)
        assert _said(lambda: self.limits.exclude(PLAYER, kind, until, who=WHO)) == expected

    @rule(stake=st.sampled_from([1, 250, 1_000]))
    def check(self, stake: int) -> None:
        met = self.limits.check(PLAYER, "EUR", stake, SEAT.session_id)
        assert (met.code if met is not None else "ok") == self.diary.meets(stake, self.now)

    @invariant()
    def the_wallet_counts_what_the_diary_sums(self) -> None:
        standing = self.limits.standing(PLAYER, "EUR")
        wallet, diary = standing.wallet, self.diary
        assert wallet.balance_minor == self.balance
        assert dict(standing.limits.values) == diary.limits
        assert {p.name: (p.value, p.since) for p in standing.pending} == diary.waiting
        ends = {
            "self_exclusion": standing.limits.self_excluded_until,
            "cool_off": standing.limits.cool_off_until,
        }
        assert ends == diary.ends
        if wallet.play is not None and diary.lines:
            told = zip(wallet.play.staked, wallet.play.returned, strict=True)
            assert list(told) == list(diary.sums(wallet.play.at).values())
            assert wallet.play.active_s == diary.active_s()

    @invariant()
    def the_ledger_is_proved(self) -> None:
        assert Verifier(self.world.history).everything().faults == ()

    def teardown(self) -> None:
        told = DynamoDbAudit(self.world.client, self.world.tables).records(of_player(PLAYER))
        assert len([each for each in told if each.who == WHO.name]) == self.diary.changes


def _said(change: Callable[[], Any]) -> str:
    try:
        change()
    except AdminError as error:
        return error.code
    return "ok"


def test_whatever_is_played_and_allowed_agrees_with_the_diary() -> None:
    size = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(Limited, settings=size)
