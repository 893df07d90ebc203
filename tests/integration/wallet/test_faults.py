"""Every way that a call to DynamoDB can fail, at every call of every action.

However the wire fails, an answer is either the right one or 503 and retryable; the same request
sent again settles to one outcome; and the ledger then proves itself, with the balance to the cent.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from casino.aws import clients as aws_clients
from casino.aws.lean import clients as hook_clients
from casino.aws.lean.protocol import DynamoDb
from casino.wallet.model import Entry, Tombstone
from casino.wallet.proof.verify import Verifier
from testing.clock import FakeClock
from testing.world import World, build_tables
from tests.integration.wallet.faults import NOT_SENT, UNKNOWN, WRITE, Call, Fault, Plan, faults_of
from tests.integration.wallet.seats import ACTIONS, START_MINOR, Case, Desk, Seat, Sent, arrange

RETRYABLE = {"busy", "unavailable", "outcome_unknown"}
NOTHING_MOVED = {"busy", "unavailable"}
COMMIT_FAULTS = [fault for fault in UNKNOWN if fault.can_hit(Call(WRITE, 3))]
BUSY_FAULTS = [
    fault
    for fault in faults_of(Call(WRITE, 3))
    if "throttled" in fault.name or "Conflict" in fault.name
]

#: Which calls a fault hits: the one with a number alone, every one from there on, or that one
#: with nothing reaching DynamoDB after it.
SPREADS: dict[str, Callable[[Fault, int], Plan]] = {
    "once": lambda fault, hit: lambda number, call: fault if number == hit else None,
    "from then on": lambda fault, hit: (
        lambda number, call: fault if number >= hit and fault.can_hit(call) else None
    ),
    "then nothing is sent": lambda fault, hit: (
        lambda number, call: fault if number == hit else NOT_SENT if number > hit else None
    ),
}


@pytest.fixture
def world(aws: dict[str, str]) -> World:
    return build_tables(f"faults-{uuid4().hex}")


@pytest.fixture
def desk(world: World) -> Desk:
    """A desk with the client that ships."""
    client = hook_clients.dynamodb_client()
    assert isinstance(client, DynamoDb)
    return open_desk(world, client)


def open_desk(world: World, client: Any) -> Desk:
    desk = Desk(world, FakeClock(time.time()), client)
    # Fills the cache, so that the calls that are left are the action's own.
    assert Seat(desk).balance().send().status == 200
    return desk


@dataclass(frozen=True)
class Scenario:
    """One fault on one call of an action."""

    hit: int
    call: Call
    fault: Fault
    lands_first: bool
    """Whether what is on its way at the first answer arrives before the request is sent again."""

    def __str__(self) -> str:
        return f"call {self.hit} ({self.call.operation}) {self.fault}, {self.lands_first=}"


def scenarios(calls: list[Call]) -> Iterator[Scenario]:
    for hit, call in enumerate(calls):
        for fault in faults_of(call):
            yield Scenario(hit, call, fault, lands_first=True)
            if fault.name == "lands after the answer":
                yield Scenario(hit, call, fault, lands_first=False)


def entry_of(desk: Desk, case: Case) -> Entry | Tombstone | None:
    return desk.world.history.find(case.integration, case.transaction_id)


def balance_of(desk: Desk, player_id: str) -> int:
    wallet = desk.world.accounts.wallet(player_id, "EUR")
    assert wallet is not None
    return wallet.balance_minor


def is_right(sent: Sent, case: Case) -> bool:
    return (sent.status, sent.code) == (case.status, case.code)


def send_faulty(desk: Desk, case: Case, plan: Plan, label: str) -> Sent:
    """Send once under faults, and check that what is said is true, or leaves it open."""
    before = entry_of(desk, case) if case.transaction_id else None
    desk.wire.watch(plan)
    sent = case.send()
    desk.wire.watch()
    if not is_right(sent, case):
        assert sent.status == 503, (label, sent)
        assert sent.code in RETRYABLE, (label, sent)
        assert json.loads(sent.body)["retryable"] is True, (label, sent)
    if sent.code in NOTHING_MOVED:
        desk.wire.deliver()
        assert entry_of(desk, case) == before, (label, sent)
    return sent


def settle(desk: Desk, case: Case, sent: Sent, label: str, *, lands_first: bool = True) -> None:
    """Send again without faults: one outcome, the same for every copy, and the one that stands."""
    if lands_first:
        desk.wire.deliver()
    settled = case.send() if sent.status == 503 else sent
    assert is_right(settled, case), (label, settled)
    desk.wire.deliver()
    copy = case.send()
    assert copy.body == settled.body, label
    entry = entry_of(desk, case) if case.transaction_id else None
    if entry is not None:
        assert (entry.status, entry.body) == (settled.status, settled.body), label
        assert copy.replayed, label


def assert_proved(desk: Desk) -> None:
    assert Verifier(desk.world.history).everything().faults == ()


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_fault_never_doubles_loses_or_misreports_an_action(
    desk: Desk, action: str, spread: str
) -> None:
    seat = Seat(desk)
    case = arrange(action, seat)
    desk.wire.watch()
    assert is_right(case.send(), case)
    calls = desk.wire.calls
    assert len(calls) in (1, 2)
    for scenario in scenarios(calls):
        case = arrange(action, seat)
        label = f"{action}: {scenario}"
        sent = send_faulty(desk, case, SPREADS[spread](scenario.fault, scenario.hit), label)
        if spread == "once":
            assert is_right(sent, case), (label, sent)
            # What this very request wrote is no replay, however it learnt of it.
            assert sent.replayed == (action in ("replay", "late bet")), label
        settle(desk, case, sent, label, lands_first=scenario.lands_first)
        assert balance_of(desk, seat.player_id) == case.balance_minor, label
    assert_proved(desk)


@pytest.mark.parametrize("fault", BUSY_FAULTS, ids=str)
def test_a_ledger_that_stays_contended_answers_busy(desk: Desk, fault: Fault) -> None:
    seat = Seat(desk)
    desk.wire.watch(lambda number, call: fault if call.operation == WRITE else None)
    sent = arrange("bet", seat).send()
    assert (sent.status, sent.code) == (503, "busy")
    assert balance_of(desk, seat.player_id) == START_MINOR


@pytest.mark.parametrize("spread", SPREADS)
def test_a_registry_that_cannot_be_read_refuses_nothing(world: World, spread: str) -> None:
    clock = FakeClock(time.time())
    first = Desk(world, clock)
    assert Seat(first).balance().send().status == 200
    registry_calls = first.wire.calls[:2]
    assert [call.operation for call in registry_calls] == ["Query", "BatchGetItem"]
    for scenario in scenarios(registry_calls):
        cold = Desk(world, clock)
        seat = Seat(cold)
        case = arrange("bet", seat)
        label = f"cold bet: {scenario}"
        sent = send_faulty(cold, case, SPREADS[spread](scenario.fault, scenario.hit), label)
        settle(cold, case, sent, label)
        assert balance_of(cold, seat.player_id) == case.balance_minor, label
    assert_proved(first)


@pytest.mark.parametrize("lands_first", [True, False])
@pytest.mark.parametrize("fault", COMMIT_FAULTS, ids=str)
def test_an_unknown_bet_is_not_refused_while_it_may_still_apply(
    desk: Desk, fault: Fault, lands_first: bool
) -> None:
    seat = Seat(desk)
    fields = seat.bet("6000.00")
    desk.wire.watch(SPREADS["then nothing is sent"](fault, 1))
    assert desk.hook(fields).code == "outcome_unknown"
    desk.wire.watch()
    if lands_first:
        desk.wire.deliver()

    while left := balance_of(desk, seat.player_id):
        # The late write may land just before this one, which then asks for more than is left.
        assert desk.hook(seat.bet(f"{left / 100:.2f}")).code in ("ok", "insufficient_funds")
    applied = isinstance(entry_of(desk, seat.case(fields, 0)), Entry)

    again = desk.hook(fields)
    desk.wire.deliver()
    assert (again.code, again.replayed) == (
        ("ok", True) if applied else ("insufficient_funds", False)
    )
    assert desk.hook(fields).body == again.body
    assert balance_of(desk, seat.player_id) == 0
    assert_proved(desk)


@pytest.mark.parametrize("fault", COMMIT_FAULTS, ids=str)
def test_another_endpoint_settles_what_the_first_one_left_unknown(desk: Desk, fault: Fault) -> None:
    other = Desk(desk.world, desk.clock)
    seat = Seat(desk)
    fields = seat.bet("6000.00")
    desk.wire.watch(SPREADS["then nothing is sent"](fault, 1))
    assert desk.hook(fields).code == "outcome_unknown"
    desk.wire.watch()
    elsewhere = other.hook(fields)
    desk.wire.deliver()
    assert elsewhere.code == "ok"
    assert desk.hook(fields).body == elsewhere.body
    assert balance_of(desk, seat.player_id) == START_MINOR - 600_000
    assert_proved(desk)


@pytest.mark.parametrize("fault", COMMIT_FAULTS, ids=str)
def test_a_bet_of_unknown_outcome_is_refunded_exactly_if_it_applied(
    desk: Desk, fault: Fault
) -> None:
    seat = Seat(desk)
    bet = seat.bet("6000.00")
    refund = seat.refund(bet)
    desk.wire.watch(SPREADS["then nothing is sent"](fault, 1))
    assert desk.hook(bet).code == "outcome_unknown"
    desk.wire.watch()
    refunded = desk.hook(refund)
    desk.wire.deliver()
    assert refunded.code in ("ok", "bet_not_found")
    late = desk.hook(bet)
    assert late.code == ("ok" if refunded.code == "ok" else "bet_cancelled")
    assert desk.hook(refund).body == refunded.body
    assert balance_of(desk, seat.player_id) == START_MINOR
    assert_proved(desk)


@pytest.mark.parametrize("module", [hook_clients, aws_clients])
@pytest.mark.parametrize("seed", range(8))
def test_a_storm_of_faults_leaves_every_request_with_one_outcome(
    world: World, seed: int, module: ModuleType
) -> None:
    """With the hooks' own client, and with botocore's, which they can fall back to."""
    desk = open_desk(world, module.dynamodb_client())
    chance = random.Random(seed)

    def storm(number: int, call: Call) -> Fault | None:
        return chance.choice(list(faults_of(call))) if chance.random() < 0.4 else None

    seat = Seat(desk)
    for name in chance.choices(ACTIONS, k=12):
        case = arrange(name, seat)
        for _ in range(chance.randrange(1, 4)):
            sent = send_faulty(desk, case, storm, name)
        settle(desk, case, sent, name, lands_first=chance.random() < 0.5)
        assert balance_of(desk, seat.player_id) == case.balance_minor, name
    assert_proved(desk)
