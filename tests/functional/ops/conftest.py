"""Consoles: an operator's, and one for the verbs that sign and verify."""

from pathlib import Path

import pytest

from testing.clock import FakeClock
from testing.signatures import NOW
from testing.world import World
from tests.functional.ops.console import Console
from tests.functional.ops.signer import Signer


@pytest.fixture
def console(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Signer:
    """The verbs of one family: iGSP unless the test names others."""
    return Signer(getattr(request, "param", "igsp"), Console(world, clock=FakeClock(NOW)), tmp_path)


@pytest.fixture
def ops(world: World) -> Console:
    """A console of an operator."""
    return Console(world)
