"""What most tests of the command line ask for."""

import pytest

from testing.world import World
from tests.functional.ops.console import Console


@pytest.fixture
def ops(world: World) -> Console:
    """A console of an operator."""
    return Console(world)
