"""Replays are counted: one transaction's as far as the logs reach, an integration's in a metric."""

import json

import pytest

from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console


@pytest.mark.parametrize("level", ["INFO", "ERROR"])
def test_n14_each_replay_is_in_a_metric_and_explain_says_how_far_its_own_count_reaches(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    level: str,
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", level)
    play = Play(world, Caller(load_function("hooks")), session_id=world.player("player-912"))
    play.bet("1.00", transaction_id="bet-1")
    capsys.readouterr()
    for _ in range(3):
        assert play.again().replayed
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [
        (line["integration"], line["action"], line["Replays"])
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        if {"integration", "action"} <= set(directive["Dimensions"][0])
        and "Replays" in {metric["Name"] for metric in directive["Metrics"]}
    ]
    assert counted == [("sandbox", "bet", 1)] * 3

    ops = Console(world)
    ops.logs.write("hooks", *map(json.dumps, lines))
    assert "as far back as the logs reach" in ops("ledger", "explain", "bet-1").out
