"""A sample of the faults of tests/functional/faults, on MiniStack: another DynamoDB, real sockets.

With the hooks' own client, and with botocore's, which they can fall back to.
"""

import random
from types import ModuleType
from typing import Final
from uuid import uuid4

import pytest

from casino.aws import clients as aws_clients
from casino.aws.lean import clients as hook_clients
from testing.world import World, build_tables
from tests.functional.faults.scenes import assert_proved, money_of, play, send_faulty, settle
from tests.functional.faults.seats import ACTIONS, seat_of
from tests.functional.faults.wire import Call, Fault, faults_of

SAMPLE: Final = {
    "igsp": ("bet", "refund"),
    "flexsoft": ("auth", "win of another round", "rollback"),
    "winupgo": ("session", "hold", "settle, the wallet moved", "rollback of an unknown bet"),
}


@pytest.fixture
def world(aws: dict[str, str]) -> World:
    return build_tables(f"faults-{uuid4().hex}")


@pytest.mark.parametrize("dialect", SAMPLE)
def test_a_fault_never_doubles_loses_or_misreports_an_action(world: World, dialect: str) -> None:
    seat = seat_of(dialect, world, hook_clients.dynamodb_client())
    for action in SAMPLE[dialect]:
        play(seat, action, "once")


@pytest.mark.parametrize("module", [hook_clients, aws_clients])
@pytest.mark.parametrize("dialect", ACTIONS)
@pytest.mark.parametrize("seed", range(2))
def test_a_storm_of_faults_leaves_every_request_with_one_outcome(
    world: World, seed: int, dialect: str, module: ModuleType
) -> None:
    seat = seat_of(dialect, world, module.dynamodb_client())
    chance = random.Random(f"{seed}/{dialect}")

    def storm(number: int, call: Call) -> Fault | None:
        return chance.choice(list(faults_of(call))) if chance.random() < 0.4 else None

    for name in chance.choices(ACTIONS[dialect], k=12):
        case = seat.arrange(name)
        for _ in range(chance.randrange(1, 4)):
            sent = send_faulty(seat.desk, case, storm, name)
        settle(seat.desk, case, sent, name, lands_first=chance.random() < 0.5)
        assert money_of(seat.desk, seat.player_id) == (case.balance_minor, case.held_minor), name
    assert_proved(seat.desk)
