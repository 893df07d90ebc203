"""One deadline for a request: the earliest that was asked for, and none outside of it."""

from casino.base.deadline import deadline, left_s
from testing.clock import FakeClock


def test_without_a_deadline_time_is_endless() -> None:
    assert left_s() == float("inf")


def test_what_is_left_shrinks_with_the_clock_and_never_below_nothing() -> None:
    clock = FakeClock()
    with deadline(clock, 2.5):
        assert left_s() == 2.5
        clock.sleep(2.0)
        assert left_s() == 0.5
        clock.sleep(2.0)
        assert left_s() == 0.0
    assert left_s() == float("inf")


def test_no_inner_deadline_outlives_an_outer_one() -> None:
    clock = FakeClock()
    with deadline(clock, 1.0):
        with deadline(clock, 60.0):
            assert left_s() == 1.0
        with deadline(clock, 0.25):
            assert left_s() == 0.25
        assert left_s() == 1.0
