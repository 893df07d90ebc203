"""Every way that a call to DynamoDB can fail, at every call of every action of every dialect.

The endpoints, the stores and the client are those that ship; DynamoDB is the model of it, so that
every fault at every call takes seconds. tests/integration/wallet plays a sample on MiniStack.
"""

import time

import pytest

from casino.wallet.model import Entry
from testing.clock import FakeClock
from testing.world import World, build_tables
from tests.functional.faults.igsp import START_MINOR, Desk, Seat
from tests.functional.faults.scenes import (
    SPREADS,
    assert_proved,
    entry_of,
    money_of,
    play,
    scenarios,
    send_faulty,
    settle,
)
from tests.functional.faults.seats import ACTIONS, open_desk, seat_of
from tests.functional.faults.wire import UNKNOWN, WRITE, Call, Fault, faults_of
from tests.simulation.dynamodb_model import DynamoDbModel

READ = Call("GetItem")
COMMIT_FAULTS = [fault for fault in UNKNOWN if fault.can_hit(Call(WRITE, 3))]
BUSY_FAULTS = [
    fault
    for fault in faults_of(Call(WRITE, 3))
    if "throttled" in fault.name or "Conflict" in fault.name
]
EVERY = [(dialect, action) for dialect in ACTIONS for action in ACTIONS[dialect]]


@pytest.fixture
def model() -> DynamoDbModel:
    return DynamoDbModel()


@pytest.fixture
def world(model: DynamoDbModel) -> World:
    return build_tables("faults", model.client())


@pytest.fixture
def desk(world: World, model: DynamoDbModel) -> Desk:
    """iGSP's, with a client of its own."""
    return open_desk(world, model.client())


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(("dialect", "action"), EVERY)
def test_a_fault_never_doubles_loses_or_misreports_an_action(
    world: World, model: DynamoDbModel, dialect: str, action: str, spread: str
) -> None:
    assert play(seat_of(dialect, world, model.client()), action, spread) >= len(
        list(faults_of(READ))
    )


@pytest.mark.parametrize("fault", BUSY_FAULTS, ids=str)
def test_a_ledger_that_stays_contended_answers_busy(desk: Desk, fault: Fault) -> None:
    seat = Seat(desk)
    desk.wire.watch(lambda number, call: fault if call.operation == WRITE else None)
    sent = seat.arrange("bet").send()
    assert (sent.status, sent.code) == (503, "busy")
    assert money_of(desk, seat.player_id)[0] == START_MINOR


@pytest.mark.parametrize("spread", SPREADS)
def test_a_registry_that_cannot_be_read_refuses_nothing(
    world: World, model: DynamoDbModel, spread: str
) -> None:
    clock = FakeClock(time.time())
    first = Desk(world, clock, model.client())
    assert Seat(first).balance().send().status == 200
    registry_calls = first.wire.calls[:2]
    assert [call.operation for call in registry_calls] == ["Query", "BatchGetItem"]
    for scenario in scenarios(registry_calls):
        cold = Desk(world, clock, model.client())
        seat = Seat(cold)
        case = seat.arrange("bet")
        label = f"cold bet: {scenario}"
        sent = send_faulty(cold, case, SPREADS[spread](scenario.fault, scenario.hit), label)
        settle(cold, case, sent, label)
        assert money_of(cold, seat.player_id)[0] == case.balance_minor, label
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

    while left := money_of(desk, seat.player_id)[0]:
        # The late write may land just before this one, which then asks for more than is left.
        assert desk.hook(seat.bet(f"{left / 100:.2f}")).code in ("ok", "insufficient_funds")
    applied = isinstance(entry_of(desk, seat.case(fields, 0)), Entry)

    again = desk.hook(fields)
    desk.wire.deliver()
    assert (again.code, again.replayed) == (
        ("ok", True) if applied else ("insufficient_funds", False)
    )
    assert desk.hook(fields).body == again.body
    assert money_of(desk, seat.player_id)[0] == 0
    assert_proved(desk)


@pytest.mark.parametrize("fault", COMMIT_FAULTS, ids=str)
def test_another_endpoint_settles_what_the_first_one_left_unknown(
    desk: Desk, model: DynamoDbModel, fault: Fault
) -> None:
    other = Desk(desk.world, desk.clock, model.client())
    seat = Seat(desk)
    fields = seat.bet("6000.00")
    desk.wire.watch(SPREADS["then nothing is sent"](fault, 1))
    assert desk.hook(fields).code == "outcome_unknown"
    desk.wire.watch()
    elsewhere = other.hook(fields)
    desk.wire.deliver()
    assert elsewhere.code == "ok"
    assert desk.hook(fields).body == elsewhere.body
    assert money_of(desk, seat.player_id)[0] == START_MINOR - 600_000
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
    assert money_of(desk, seat.player_id)[0] == START_MINOR
    assert_proved(desk)
