"""A casino that WinUpGo is connected to."""

import pytest

from testing.world import World
from tests.functional.winupgo.partner import Partner, connect


@pytest.fixture
def partner(world: World) -> Partner:
    return connect(world)
