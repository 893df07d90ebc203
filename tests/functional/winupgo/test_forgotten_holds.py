"""Stakes that nobody settles ring an alarm, however many wallets stand between them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from casino.accounts.holds import OpenHolds
from casino.accounts.schedule import PLAYED_S, HoldsEndpoint
from casino.observability.telemetry import Telemetry
from testing.clock import FakeClock
from testing.hooks import load_function
from testing.world import World
from tests.functional.winupgo.partner import INTEGRATION, Partner

DAY_S = 24 * 3600


@dataclass
class Schedule:
    """Runs the use case `later` seconds from now; a run hands over when it has so little time."""

    world: World
    later: float = 0.0
    time_left_s: float = 300.0
    handed_over: list[dict[str, Any]] = field(default_factory=list)
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:measure-holds"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.time_left_s * 1000)

    def invoke(self, function: str, payload: Mapping[str, Any]) -> None:
        assert function == self.invoked_function_arn
        self.handed_over.append(json.loads(json.dumps(payload)))

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        holds = OpenHolds(self.world.history, FakeClock(time.time() + self.later))
        return HoldsEndpoint(holds, self.invoke, Telemetry("test")).handle(event, self)


def metrics(told: str) -> dict[str, float]:
    """Return the metrics of the lines that a run wrote, by name."""
    found: dict[str, float] = {}
    for line in map(json.loads, told.splitlines()):
        for described in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            assert described["Dimensions"] == [["service"]]
            found |= {m["Name"]: line[m["Name"]][0] for m in described["Metrics"]}
    return found


def test_the_oldest_hold_without_an_end_is_measured(
    world: World, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.authorize("k1")
    partner.authorize("k2", "1.00", bet_id="b2")
    partner.authorize("k3", "1.00", bet_id="b3")
    partner.settle("k4")
    partner.roll_back("k5", bet_id="b3")
    capsys.readouterr()
    found = Schedule(world, later=DAY_S)({})
    written = metrics(capsys.readouterr().out)
    assert written["OpenHolds"] == 1
    assert DAY_S <= written["OldestHoldSeconds"] == found["oldest"]["age_s"] < DAY_S + 60
    oldest = found["oldest"]
    assert (oldest["integration"], oldest["transaction_id"]) == (INTEGRATION, "k2")


def test_a_bet_in_play_is_not_forgotten(
    world: World, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wallet whose first hold was settled has held stakes for as long; its own are young."""
    partner.authorize("k1")
    capsys.readouterr()
    Schedule(world, later=PLAYED_S - 60)({})
    assert metrics(capsys.readouterr().out) == {"OldestHoldSeconds": 0, "OpenHolds": 0}
    Schedule(world, later=PLAYED_S + 60)({})
    assert metrics(capsys.readouterr().out)["OpenHolds"] == 1


def test_a_run_without_time_hands_over_what_it_found(
    world: World,
    partner: Partner,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for player in ("ann", "bob", "cid"):
        world.player(player)
        partner.session_id = world.session(player, integration=INTEGRATION)
        partner.authorize(f"k-{player}", bet_id=f"b-{player}")
    capsys.readouterr()
    # A page of DynamoDB holds a megabyte of wallets.
    monkeypatch.setattr(world.client, "scan", partial(world.client.scan, Limit=1))
    schedule, runs = Schedule(world, later=DAY_S, time_left_s=60.0), 0
    event: Mapping[str, Any] = {}
    while schedule(event)["handed_over"]:
        assert metrics(capsys.readouterr().out) == {}
        event, runs = schedule.handed_over[-1], runs + 1
        assert len(schedule.handed_over) == runs < 20
    assert runs >= 3
    assert metrics(capsys.readouterr().out)["OpenHolds"] == 3


def test_the_function_is_wired(
    world: World, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    partner.authorize("k1")
    handler = load_function("measure_holds")
    capsys.readouterr()
    handler({}, Schedule(world))
    assert metrics(capsys.readouterr().out) == {"OldestHoldSeconds": 0, "OpenHolds": 0}
