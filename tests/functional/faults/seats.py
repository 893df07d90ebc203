"""A player at a desk of any dialect, and every action of each."""

import time
from typing import Any, Final

from testing.clock import FakeClock
from testing.world import World
from tests.functional.faults import flexsoft, igsp, winupgo
from tests.functional.faults.desks import Desk
from tests.functional.faults.flexsoft import FlexsoftSeat
from tests.functional.faults.scenes import Seat
from tests.functional.faults.winupgo import WinupgoSeat

ACTIONS: Final = {"igsp": igsp.ACTIONS, "flexsoft": flexsoft.ACTIONS, "winupgo": winupgo.ACTIONS}


def seat_of(dialect: str, world: World, client: Any) -> Seat:
    """Open an endpoint over `client` for a new player; its caches are filled."""
    if dialect == "igsp":
        return igsp.Seat(open_desk(world, client))
    return seat_at(dialect, Desk(world, FakeClock(time.time()), client))


def seat_at(dialect: str, desk: Desk) -> FlexsoftSeat | WinupgoSeat:
    """Seat the player of Flexsoft or WinUpGo at a desk, whose caches are filled then."""
    seat = FlexsoftSeat(desk) if dialect == "flexsoft" else WinupgoSeat(desk)
    assert seat.arrange("replay").send().status == 200
    return seat


def open_desk(world: World, client: Any) -> igsp.Desk:
    """Open iGSP's endpoint, so that the calls that are left are the action's own."""
    desk = igsp.Desk(world, FakeClock(time.time()), client)
    assert igsp.Seat(desk).balance().send().status == 200
    return desk
