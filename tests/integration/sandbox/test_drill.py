"""The drill of a restore: mended it ends whole, and without the rebuild it does not."""

from pathlib import Path

import pytest

from casino.wiring.stack import Stack
from ops.context import Operations
from sandbox.demo import Seat
from sandbox.drill import Drill, in_process, recoverable
from testing.world import build_tables


@pytest.mark.parametrize("rebuild", [True, False])
def test_o13_a_drill_ends_whole_with_the_rebuild_and_only_then(
    aws: dict[str, str], tmp_path: Path, rebuild: bool
) -> None:
    world = build_tables(f"drilled-{'with' if rebuild else 'without'}")
    stack = Stack("drilled", world.tables, "drilled/", local=True)
    operations = Operations(stack, world.client, secrets=None, logs=None, cloudformation=None)
    recoverable(operations)
    names = [f"p{number}" for number in range(4)]
    seats = [Seat(name, "EUR", world.player(name)) for name in names]
    drill = Drill(operations, seats, in_process(operations), tmp_path)
    found = drill.play(rebuild=rebuild)
    assert found.torn >= 8
    assert (found.ok, found.faults == 0) == (rebuild, rebuild)
    # Two of the last writes are lost with their entry, and three later bets of each player.
    assert found.lost == 2 + 3 * 4
    assert 0 <= found.rpo_s < 300
