"""A cache of a minute must not live for hours, because its environment was frozen in between."""

import time

import pytest

from casino.base.clock import SystemClock


class Machine:
    """The two clocks of a machine, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = 1_000.0, 50.0
        monkeypatch.setattr(time, "time", lambda: self.wall)
        monkeypatch.setattr(time, "monotonic", lambda: self.steady)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_time_while_frozen_counts(machine: Machine) -> None:
    clock = SystemClock()
    machine.wall += 3_600
    assert clock.monotonic() == 3_600
    machine.wall += 1
    machine.steady += 1
    assert clock.monotonic() == 3_601


def test_a_wall_clock_set_back_never_turns_time_back(machine: Machine) -> None:
    clock = SystemClock()
    machine.wall -= 500
    machine.steady += 2
    assert clock.monotonic() == 2
    assert clock.monotonic() == 2
