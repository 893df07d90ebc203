"""A casino that Flexsoft is connected to."""

import pytest

from testing.world import World
from tests.functional.flexsoft.partner import Partner, connect


@pytest.fixture
def stranger(world: World) -> Partner:
    """Flexsoft, before any launch."""
    return connect(world)


@pytest.fixture
def partner(stranger: Partner) -> Partner:
    """Flexsoft with a session of player-912, named `ps_1` by it."""
    stranger.launch()
    return stranger
