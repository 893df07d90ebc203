"""What a request of WinUpGo costs: round trips at the wire, write units, and what iGSP loads."""

import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import pytest

from testing.hooks import Reply
from testing.meter import READ, READ_THEN_WRITE, Meter
from testing.world import World
from tests.functional.winupgo.partner import Partner, connect

BET, ROUND = str(uuid4()), str(uuid4())
IDS = {"bet_id": BET, "round_id": ROUND}


@pytest.fixture
def partner(world: World, meter: Meter) -> Partner:
    """WinUpGo in a session that it opened, at a function whose caches are warm."""
    partner = connect(world)
    partner.configure(opens_sessions=True)
    partner.session_id = partner.open_session(str(uuid4())).json["session_id"]
    return partner


def test_money_takes_two_round_trips_and_six_write_units_and_a_copy_one(
    partner: Partner, meter: Meter
) -> None:
    other = IDS | {"bet_id": str(uuid4())}
    requests: dict[str, Callable[[str], Reply]] = {
        "hold": lambda key: partner.authorize(key, **IDS),
        "settle": lambda key: partner.settle(key, **IDS),
        "hold another": lambda key: partner.authorize(key, **other),
        "roll back": lambda key: partner.roll_back(key, **other),
        "roll back again": lambda key: partner.roll_back(key, **other),
        "refused": lambda key: partner.authorize(key, "9999.00", **IDS | {"bet_id": "b9"}),
    }
    for name, send in requests.items():
        key = str(uuid4())
        meter.sent.clear()
        first = send(key)
        assert meter.round_trips == READ_THEN_WRITE, (name, first)
        assert meter.write_units() <= 6, name
        assert meter.read_units() <= 4, name
        meter.sent.clear()
        assert send(key).text == first.text
        assert meter.round_trips == READ, name


def test_the_end_of_a_bet_whose_wallet_moved_takes_a_third(partner: Partner, meter: Meter) -> None:
    partner.authorize("k1", **IDS)
    partner.world.deposit("player-912", "EUR", "1.00")
    meter.sent.clear()
    assert partner.settle("k2", **IDS).status == 200
    assert meter.round_trips == [*READ_THEN_WRITE, "TransactWriteItems"]


def test_a_session_with_another_id_takes_one_read_more(partner: Partner, meter: Meter) -> None:
    partner.session_id = partner.world.session("player-912", integration="studio-eu")
    meter.sent.clear()
    assert partner.authorize("k1", **IDS).status == 200
    assert meter.round_trips == ["BatchGetItem", "GetItem", "TransactWriteItems"]


def test_the_hooks_of_igsp_load_nothing_of_holds() -> None:
    code = (
        "import sys; import casino.wiring.hooks; import casino.dialects.igsp.dialect;"
        "found = [m for m in sys.modules if 'hold' in m or 'winupgo' in m];"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
