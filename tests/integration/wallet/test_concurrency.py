"""Many processes on one ledger: money is exact, every answer stands, almost none is `busy`.

Through the wallet service and the ledger's store, each process with a client of its own, in three
dialects on the same wallets.
"""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import uuid4

import pytest
from botocore.config import Config

from casino.aws.clients import dynamodb_client
from casino.wallet.hold import RELEASE
from casino.wallet.model import Entry, Tombstone, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wallet.queries import TokenExchange
from sandbox.ministack import MiniStack
from testing.world import SANDBOX, World, build_tables
from tests.integration.wallet.crowd import (
    FLEXSOFT,
    WINUPGO,
    Member,
    Seat,
    crowd,
    flexsoft_round,
    winupgo_round,
)
from tests.integration.wallet.machine import timed
from tests.integration.wallet.seats import (
    DEPOSIT_MINOR,
    an_opening,
    assert_opened_once,
    launched,
    seat,
)
from tests.integration.wallet.workers import Answered, Wallets, Work, run

pytestmark = pytest.mark.alone

#: How often settlement, rollback and release race for a bet: `make races` for the whole.
RACES: Final = int(os.environ.get("RACES", "40"))
#: How many transactions each of 16 processes sends.
CROWD: Final = int(os.environ.get("CROWD", "200"))
#: A refusal under which the id stays free: the same request may be settled later.
UNRECORDED: Final = frozenset({"bet_not_authorized"})
#: What gives a stake back.
GIVES_BACK: Final = frozenset({"refund_credit", "refund_after_win", "refund_of_stake", "rollback"})


@dataclass(frozen=True)
class Outcome:
    """A transaction and every answer that its copies got."""

    request: Transaction
    answers: list[Answered]

    @property
    def final(self) -> list[Answered]:
        return [a for a in self.answers if a.status != 503 and a.code not in UNRECORDED]

    def moves_minor(self, stakes: dict[tuple[str, str], int]) -> int:
        """What it does to the player's balance, by what was answered."""
        request, answer = self.request, self.final[0]
        if answer.code != "ok" or request.type == "freespin":
            return 0
        if request.kind in ("refund", "rollback"):
            bet = (request.integration, request.bet_transaction_id or "")
            return stakes[bet] if answer.rule in GIVES_BACK else 0
        return request.amount_minor * (-1 if request.kind in ("bet", "hold") else 1)


type Found = dict[tuple[str, str], Outcome]


@pytest.fixture
def world(aws: dict[str, str]) -> World:
    # Making tables takes the emulator longer than the money path would wait.
    return build_tables(f"crowd-{uuid4().hex}", dynamodb_client(Config(read_timeout=60)))


def distinct_bets(player: Seat, count: int) -> list[Transaction]:
    member = Member(player.player_id, [player], (), (), random.Random(3))
    return [member.bet() for _ in range(count)]


def outcomes(jobs: Iterable[Iterable[Transaction]], results: Iterable[Iterable[Answered]]) -> Found:
    found: Found = {}
    for requests, answers in zip(jobs, results, strict=True):
        for request, answer in zip(requests, answers, strict=True):
            key = (request.integration, request.transaction_id)
            outcome = found.setdefault(key, Outcome(request, []))
            assert outcome.request == request
            outcome.answers.append(answer)
    return found


def settle(world: World, found: Found) -> None:
    """Send again, alone, what nobody got a final answer for; drop what stays open for ever."""
    wallets = Wallets(world.client, world.tables)
    for key, outcome in list(found.items()):
        if not outcome.final:
            outcome.answers.append(wallets.send(outcome.request))
        if outcome.answers[-1].code in UNRECORDED and not outcome.final:
            assert world.history.find(*key) is None
            del found[key]


def assert_one_answer_each(world: World, found: Found) -> None:
    """Every copy got the same answer, which is the ledger's; exactly one was not a replay."""
    ledger = {
        (entry.integration, entry.transaction_id): entry
        for entry in world.history.everything()
        if isinstance(entry, Entry) and entry.integration in (SANDBOX.name, FLEXSOFT, WINUPGO)
        if entry.type != "session"  # assert_opened_once has looked at it
    }
    for key, outcome in found.items():
        assert len({(answer.status, answer.body) for answer in outcome.final}) == 1, outcome
        answer = outcome.final[0]
        if answer.code == "bet_cancelled":
            assert isinstance(world.history.find(*key), Tombstone)
            continue
        entry = ledger.pop(key)
        assert (entry.status, entry.body) == (answer.status, answer.body)
        assert [one.replay for one in outcome.final].count(False) == 1, outcome
    assert not ledger, "the ledger holds what nobody was told"


def assert_money_is_exact(
    world: World, found: Found, seats: list[Seat], deposit_minor: int = DEPOSIT_MINOR
) -> None:
    moved: dict[str, int] = defaultdict(int)
    stakes = {
        (key[0], bet.bet_transaction_id if bet.kind == "hold" else key[1]): bet.amount_minor
        for key, bet in ((key, outcome.request) for key, outcome in found.items())
        if bet.kind in ("bet", "hold") and bet.type != "freespin"
    }
    owners = {one.at_winupgo: one.player_id for one in seats}
    bets = {
        outcome.request.bet_transaction_id: owners[outcome.request.session_id or ""]
        for outcome in found.values()
        if outcome.request.kind == "hold"
    }
    for outcome in found.values():
        request = outcome.request
        player = request.player_id or bets.get(request.bet_transaction_id, "")
        moved[player] += outcome.moves_minor(stakes)  # type: ignore[arg-type]
    for one in seats:
        wallet = world.accounts.wallet(one.player_id, "EUR")
        assert wallet is not None
        assert wallet.balance_minor == deposit_minor + moved[one.player_id]
        assert wallet.balance_minor >= 0
    assert Verifier(world.history).everything().faults == ()


def test_of_64_copies_of_each_request_at_once_one_applies_and_all_get_its_answer(
    world: World, aws: dict[str, str]
) -> None:
    player = seat(world)
    igsp = replace(distinct_bets(player, 1)[0], type="bet", amount_minor=1_000)
    bet, win, odd, *_ = flexsoft_round(player, "a", 300, 500)
    other, _, _, back, again = flexsoft_round(player, "b", 300, 500)
    close = replace(bet, transaction_id="c", kind="notice", type="round", player_id="", currency="")
    close = replace(close, session_id=None, amount_minor=0, finished=True, extra='{"n":1}')
    hold, settled, *_ = winupgo_round(player, "a", 300, 500)
    second, _, undo, once_more = winupgo_round(player, "b", 300, 500)
    _, _, barred, _ = winupgo_round(player, "c", 300, 500)
    event = replace(close, integration=WINUPGO, transaction_id="event:e", round_id=None)
    steps = [igsp, bet, win, odd, other, back, again, close]
    steps += [hold, settled, second, undo, once_more, barred, event]
    exchange = TokenExchange(FLEXSOFT, launched(world, player), "a-token", "EUR")
    opening = an_opening(world, player)
    work = Work(world.tables, [[opening, exchange, *steps]] * 64, in_step=True)
    opened, exchanged, *results = zip(*run(work, aws), strict=True)
    assert_opened_once(world, player, opening, opened)
    assert {(one.status, one.body) for one in exchanged} == {
        (200, f"{player.at_flexsoft} of {player.player_id}")
    }
    found = outcomes([[step] * 64 for step in steps], results)
    for request in steps:
        answers = found[request.integration, request.transaction_id].answers
        assert [answer.status for answer in answers] == [200] * 64, request
        assert len({answer.body for answer in answers}) == 1
        assert [answer.replay for answer in answers].count(False) == 1
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, [player])


def until_few_are_busy(
    stack: MiniStack, most_busy: int, once: Callable[[float], list[Answered]]
) -> None:
    """Let `once(pace)` run until at most so many of its answers are `busy`; nothing else fails.

    A try that other programs have spoiled is repeated at the pace that they left, then at less.
    """
    pace, busy = 1.0, list[int]()
    while len(busy) < (3 if pace == 1 else 5) and (not busy or busy[-1] > most_busy):
        answers, left = timed(partial(once, pace), stack)
        unanswered = [answer.code for answer in answers if answer.status == 503]
        assert set(unanswered) <= {"busy"}
        busy.append(len(unanswered))
        pace = min(pace / 2, left) if left < 1 else pace
    assert busy[-1] <= most_busy, busy


@pytest.mark.parametrize(("senders", "most_busy"), [(40, 0), (64, 3)])
def test_m3_distinct_bets_at_once_on_one_wallet_are_all_decided(
    world: World, aws: dict[str, str], ministack: MiniStack, senders: int, most_busy: int
) -> None:
    seats: list[Seat] = []
    found: Found = {}

    def once(pace: float) -> list[Answered]:
        seats.append(seat(world))
        jobs = [[bet] for bet in distinct_bets(seats[-1], senders)]
        results = run(Work(world.tables, jobs, pace=pace), aws)
        found.update(outcomes(jobs, results))
        return [answer for (answer,) in results]

    until_few_are_busy(ministack, most_busy, once)
    settle(world, found)
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, seats)


@pytest.mark.parametrize(("wallets", "conflict_chance"), [(4, 0.1), (1, 0.0)])
def test_16_processes_keep_the_money_exact_and_less_than_one_in_a_thousand_is_busy(
    world: World, aws: dict[str, str], ministack: MiniStack, wallets: int, conflict_chance: float
) -> None:
    seats: list[Seat] = []
    found: Found = {}

    def once(pace: float) -> list[Answered]:
        seed = 2 + len(seats) // wallets
        seated = [seat(world) for _ in range(wallets)]
        jobs = crowd(seated, processes=16, count=CROWD, seed=seed)
        results = run(Work(world.tables, jobs, conflict_chance, pace=pace), aws)
        assert any(answer.conflicts for answers in results for answer in answers)
        found.update(outcomes(jobs, results))
        seats.extend(seated)
        return [answer for answers in results for answer in answers]

    until_few_are_busy(ministack, 16 * CROWD // 1000, once)
    settle(world, found)
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, seats)


def test_of_a_settlement_a_rollback_and_a_release_that_race_exactly_one_ends_the_bet(
    world: World, aws: dict[str, str]
) -> None:
    player = seat(world, RACES * 100)
    wallets = Wallets(world.client, world.tables)
    rounds = [winupgo_round(player, f"r{number}", 100, 250) for number in range(RACES)]
    opened = [[hold for hold, *_ in rounds]]
    held = outcomes(opened, [[wallets.send(hold) for hold in opened[0]]])
    settles = [settle for _, settle, *_ in rounds]
    backs = [back for _, _, back, _ in rounds]
    releases = [
        replace(back, transaction_id=f"{RELEASE}{back.bet_transaction_id}") for back in backs
    ]
    jobs = [settles, backs, releases]
    found = outcomes(jobs, run(Work(world.tables, jobs, in_step=True), aws)) | held
    settle(world, found)
    won: Counter[str] = Counter()
    for requests in zip(settles, backs, releases, strict=True):
        told = [found[WINUPGO, request.transaction_id].final[0] for request in requests]
        ended = [one.rule for one in told if one.rule in ("settle", "rollback")]
        assert len(ended) == 1, told
        losers = {"settle": "bet_already_settled", "rollback": "rollback_repeated"}[ended[0]]
        expected = {"bet_rolled_back", losers} if ended[0] == "rollback" else {losers}
        assert {one.code for one in told} == {"ok"} | expected, told
        won[ended[0]] += 1
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, [player], RACES * 100)
    assert won.total() == RACES
