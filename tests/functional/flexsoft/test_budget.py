"""What a request of Flexsoft costs: round trips at the wire, units, and the modules it loads."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import pytest

from testing.capacity import item_size
from testing.hooks import Reply
from testing.meter import READ, READ_THEN_WRITE, Meter
from testing.template import PROJECT
from testing.world import World
from tests.functional.flexsoft.partner import Partner, connect

_LOADED = """
import json, runpy, sys
runpy.run_path(sys.argv[1])
print(json.dumps([name for name in sys.modules if name.startswith("casino.")]))
"""
_ROUND = str(uuid4())
#: A win that pays checks the round of the bet that it names (ADR 0060).
WRITE_UNITS = {"bet": 6, "free bet": 6, "win": 8, "win of nothing": 6, "win of no bet": 6}


@pytest.fixture
def partner(world: World, meter: Meter) -> Partner:
    """Flexsoft with ids of 36 characters, at a function whose caches are warm."""
    partner = connect(world)
    partner.launch(str(uuid4()))
    partner.balance()
    meter.sent.clear()
    return partner


def long_ids(**more: str) -> dict[str, str]:
    return {"provider_tx_id": str(uuid4()), "round_id": _ROUND, **more}


def test_money_takes_two_round_trips_and_a_copy_one(partner: Partner, meter: Meter) -> None:
    bet, paid = long_ids(), str(uuid4())
    partner.bet(1_000, **long_ids(provider_tx_id=paid))
    requests: dict[str, Callable[[], Reply]] = {
        "bet": lambda: partner.bet(1_000, **bet),
        "free bet": lambda: partner.bet(1_000, action="FREE_BET", **long_ids()),
        "refused": lambda: partner.bet(9_000_000, **long_ids()),
        "roll back": lambda: partner.roll_back(bet["provider_tx_id"], **long_ids()),
        "again": lambda: partner.roll_back(bet["provider_tx_id"], **long_ids()),
        "unknown": lambda: partner.roll_back("never", **long_ids()),
        "win": lambda: partner.win(5_000, **long_ids(withdraw_provider_tx_id=paid)),
        "win of nothing": lambda: partner.win(0, **long_ids(withdraw_provider_tx_id=paid)),
        "win of no bet": lambda: partner.win(5_000, **long_ids()),
        "notice": lambda: partner.close_round("r", provider_tx_id=str(uuid4())),
    }
    for name, send in requests.items():
        meter.sent.clear()
        send()
        assert meter.round_trips == READ_THEN_WRITE, name
        sizes = [item_size(item) for item in meter.written().values()]
        assert max(sizes) < 1024, (name, sizes)
        if name in WRITE_UNITS:
            assert meter.read_units() == 4, name
            assert meter.write_units() == WRITE_UNITS[name], name
        meter.sent.clear()
        assert partner.again().replayed
        assert meter.round_trips == READ, name


def test_a_win_in_another_round_than_its_bet_takes_five_round_trips(
    partner: Partner, meter: Meter
) -> None:
    partner.bet(1_000, provider_tx_id="b", round_id="r1")
    meter.sent.clear()
    partner.win(2_000, withdraw_provider_tx_id="b", round_id="r2")
    assert meter.round_trips == [*READ_THEN_WRITE, "TransactWriteItems", *READ_THEN_WRITE]


def test_reads_take_one_round_trip_and_a_repeated_exchange_two(
    partner: Partner, meter: Meter
) -> None:
    partner.balance()
    assert meter.round_trips == READ
    partner.auth()
    meter.sent.clear()
    partner.auth()
    assert meter.round_trips == ["GetItem", *READ]


@pytest.mark.parametrize(
    ("function", "own", "foreign"),
    [("flexsoft", "flexsoft", "igsp"), ("hooks", "igsp", "flexsoft"), ("bet", "igsp", "flexsoft")],
)
def test_a_function_loads_its_own_dialect_alone(
    world: World, function: str, own: str, foreign: str
) -> None:
    code = [sys.executable, "-c", _LOADED, str(PROJECT / "functions" / function / "app.py")]
    known = {"PATH", "PYTHONPATH"}
    environment = {name: os.environ[name] for name in known if name in os.environ}
    region = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_REGION": "eu-central-1"}
    done = subprocess.run(
        code, env=environment | region | world.environment, capture_output=True, check=True
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in loaded if name.startswith(f"casino.dialects.{own}.")]
    dialects = {name.split(".")[2] for name in loaded if name.startswith("casino.dialects.")}
    assert dialects == {own}
    assert foreign not in dialects
    assert ("casino.wallet.store.tokens" in loaded) == (function == "flexsoft")
    assert not [name for name in loaded if name.startswith(("casino.sessions", "casino.catalogue"))]
