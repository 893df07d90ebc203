"""A sample of seeds, and what makes a seed worth keeping: it always plays the same history.

`make simulate SEEDS=100000` plays many more; docs/simulation.md keeps what they found.
"""

import os
import subprocess
import sys
from functools import cache
from typing import Final

import pytest

from testing.template import PROJECT
from tests.simulation.campaign import play
from tests.simulation.run import simulate
from tests.simulation.shrink import told

SEEDS: Final = int(os.environ.get("SEEDS", "150"))
PIECE: Final = 30

played = cache(simulate)


@pytest.mark.parametrize("first", range(0, SEEDS, PIECE))
def test_no_history_violates_anything(first: int) -> None:
    for seed in range(first, first + PIECE):
        run = played(seed)
        assert run.violations == (), told(run)


def test_the_same_seed_plays_the_same_history_twice_and_in_another_process() -> None:
    seeds = tuple(range(3_000, 3_006))
    once = play(seeds)
    assert play(seeds) == once
    program = f"from tests.simulation.campaign import play; print(play({seeds}).digest)"
    command = [sys.executable, "-c", program]
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu"}
    told = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == once.digest


def test_the_sample_meets_what_it_is_there_for() -> None:
    """Faults, ends of environments, operators, and refusals, or the sample would prove nothing."""
    lines = [line for seed in range(PIECE) for line in played(seed).history]
    for words in ("applied, reply lost", "its environment ends", "operator", "answered 409"):
        assert any(words in line for line in lines), words
