"""What a clock promises: the machine's and the one that stands still alike."""

import pytest

from casino.base.clock import Clock, SystemClock
from testing.clock import FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_whoever_sleeps_is_later_by_every_clock(clock: Clock) -> None:
    now, monotonic = clock.now(), clock.monotonic()
    clock.sleep(0.001)
    assert (clock.now() > now, clock.monotonic() > monotonic) == (True, True)
