"""Many processes on one ledger: money is exact, every answer stands, almost none is `busy`.

Through the wallet service and the ledger's store, each process with a client of its own.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import Entry, Tombstone, Transaction
from casino.wallet.proof.verify import Verifier
from casino.wiring.hooks import wallet_service
from testing.world import GAME, SANDBOX, World, build_tables
from tests.integration.wallet.crowd import Member, Seat, crowd
from tests.integration.wallet.workers import Answered, Work, run, send

DEPOSIT_MINOR = 50_000


@dataclass(frozen=True)
class Outcome:
    """A transaction and every answer that its copies got."""

    request: Transaction
    answers: list[Answered]

    @property
    def final(self) -> list[Answered]:
        return [answer for answer in self.answers if answer.status != 503]

    @property
    def moves_minor(self) -> int:
        """What it does to the player's balance, by what was answered."""
        if self.final[0].code != "ok" or self.request.type == "freespin":
            return 0
        return self.request.amount_minor * (-1 if self.request.kind == "bet" else 1)


@pytest.fixture
def world(aws: dict[str, str]) -> World:
    return build_tables(f"crowd-{uuid4().hex}")


def distinct_bets(player: Seat, count: int) -> list[Transaction]:
    member = Member(player.player_id, [player], (), random.Random(3))
    return [member.bet() for _ in range(count)]


def seat(world: World) -> Seat:
    player_id = f"p-{uuid4()}"
    return Seat(player_id, world.player(player_id, amount=f"{DEPOSIT_MINOR / 100:.2f}"))


def outcomes(
    jobs: Iterable[Iterable[Transaction]], results: Iterable[Iterable[Answered]]
) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for requests, answers in zip(jobs, results, strict=True):
        for request, answer in zip(requests, answers, strict=True):
            key = request.transaction_id
            outcome = found.setdefault(key, Outcome(request, []))
            assert outcome.request == request
            outcome.answers.append(answer)
    return found


def settle(world: World, found: dict[str, Outcome]) -> None:
    """Send again, alone, what nobody got a final answer for."""
    wallet = wallet_service(world.client, world.tables, Igsp())
    for outcome in found.values():
        if not outcome.final:
            outcome.answers.append(send(wallet, outcome.request))


def assert_one_answer_each(world: World, found: dict[str, Outcome]) -> None:
    """Every copy got the same answer, which is the ledger's; exactly one was not a replay."""
    ledger = {
        entry.transaction_id: entry
        for entry in world.history.everything()
        if isinstance(entry, Entry) and entry.integration == SANDBOX.name
    }
    for key, outcome in found.items():
        assert len({(answer.status, answer.body) for answer in outcome.final}) == 1, outcome
        answer = outcome.final[0]
        if answer.code == "bet_cancelled":
            assert isinstance(world.history.find(SANDBOX.name, key), Tombstone)
            continue
        entry = ledger.pop(key)
        assert (entry.status, entry.body) == (answer.status, answer.body)
        assert [one.replay for one in outcome.final].count(False) == 1, outcome
    assert not ledger, "the ledger holds what nobody was told"


def assert_money_is_exact(world: World, found: dict[str, Outcome], seats: list[Seat]) -> None:
    moved: dict[str, int] = defaultdict(int)
    for outcome in found.values():
        moved[outcome.request.player_id] += outcome.moves_minor
    for one in seats:
        wallet = world.accounts.wallet(one.player_id, "EUR")
        assert wallet is not None
        assert wallet.balance_minor == DEPOSIT_MINOR + moved[one.player_id]
        assert wallet.balance_minor >= 0
    assert Verifier(world.history).everything().faults == ()


def test_of_64_copies_of_one_bet_at_once_one_applies_and_all_get_its_answer(
    world: World, aws: dict[str, str]
) -> None:
    player = seat(world)
    bet = Transaction(
        integration=SANDBOX.name,
        transaction_id=f"bet-{uuid4()}",
        kind="bet",
        type="bet",
        player_id=player.player_id,
        currency="EUR",
        amount_minor=1_000,
        game_id=GAME,
        session_id=player.session_id,
        round_id="round",
        trace_id="trace",
    )
    jobs = [[bet]] * 64
    found = outcomes(jobs, run(Work(world.tables, jobs), aws))
    answers = found[bet.transaction_id].answers
    assert [answer.status for answer in answers] == [200] * 64
    assert len({answer.body for answer in answers}) == 1
    assert [answer.replay for answer in answers].count(False) == 1
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, [player])


@pytest.mark.parametrize(("senders", "most_busy"), [(40, 0), (64, 3)])
def test_m3_distinct_bets_at_once_on_one_wallet_are_all_decided(
    world: World, aws: dict[str, str], senders: int, most_busy: int
) -> None:
    seats: list[Seat] = []
    found: dict[str, Outcome] = {}
    busy: list[int] = []
    # A machine that is starved by others spoils a try, and hardly three.
    while len(seats) < 3 and (not busy or busy[-1] > most_busy):
        seats.append(seat(world))
        jobs = [[bet] for bet in distinct_bets(seats[-1], senders)]
        results = run(Work(world.tables, jobs), aws)
        unanswered = [answer.code for (answer,) in results if answer.status == 503]
        assert set(unanswered) <= {"busy"}
        busy.append(len(unanswered))
        found |= outcomes(jobs, results)
    assert busy[-1] <= most_busy, busy
    settle(world, found)
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, seats)


@pytest.mark.parametrize(("wallets", "conflict_chance"), [(4, 0.0), (4, 0.1), (1, 0.0)])
def test_16_processes_keep_the_money_exact_and_less_than_one_in_a_thousand_is_busy(
    world: World, aws: dict[str, str], wallets: int, conflict_chance: float
) -> None:
    seats: list[Seat] = []
    found: dict[str, Outcome] = {}
    busy: list[int] = []
    most_busy = 16 * 200 // 1000
    # A machine that is starved by others spoils a try, and hardly three.
    while len(busy) < 3 and (not busy or busy[-1] > most_busy):
        seated = [seat(world) for _ in range(wallets)]
        jobs = crowd(seated, processes=16, count=200, seed=2 + len(busy))
        results = run(Work(world.tables, jobs, conflict_chance), aws)
        assert any(answer.conflicts for answers in results for answer in answers)
        unanswered = [one.code for answers in results for one in answers if one.status == 503]
        assert set(unanswered) <= {"busy"}
        busy.append(len(unanswered))
        found |= outcomes(jobs, results)
        seats += seated
    assert busy[-1] <= most_busy, busy
    settle(world, found)
    assert_one_answer_each(world, found)
    assert_money_is_exact(world, found, seats)
