"""What an operator does to protect a player: limits, exclusions, and who changed them."""

import pytest

from testing.world import World
from tests.functional.ops.console import Console

WHY = ("--reason", "ticket 7")


@pytest.fixture
def ops(world: World) -> Console:
    world.player("ann")
    return Console(world)


def test_a_limit_is_set_shown_and_told_of(ops: Console) -> None:
    ops.json("player", "limit", "set", "ann", "EUR", "loss_day", "100.00", *WHY)
    told = ops.json("player", "limit", "set", "ann", "EUR", "time_day", "120", *WHY)
    assert {row["limit"]: row["value"] for row in told["limits"]} == {
        "loss_day": 100,
        "time_day": 120,
    }
    waiting = ops.json("player", "limit", "set", "ann", "EUR", "loss_day", "none", *WHY)["waiting"]
    assert [(each["limit"], each["value"]) for each in waiting] == [("loss_day", None)]
    typed = ("player", "limit", "confirm", "ann", "EUR", *WHY)
    assert ops.error(*typed) == "too_early"
    changes = ops.json("player", "limit", "history", "ann")["changes"]
    assert [each["what"] for each in changes] == ["set limits"] * 3
    assert {each["reason"] for each in changes} == {"ticket 7"}


def test_an_exclusion_says_when_it_ends(ops: Console) -> None:
    told = ops.json("player", "exclude", "ann", "--until", "2096-01-01T00:00:00Z", *WHY)
    assert told == {"player_id": "ann", "self_exclusion": "2096-01-01T00:00:00.000Z"}
    ops.json("player", "exclude", "ann", "--for-good", *WHY)
    shown = ops.json("player", "limit", "show", "ann", "EUR")
    assert shown["self_exclusion"] == "9999-12-31T23:59:59.000Z"
    shorter = ("player", "exclude", "ann", "--until", "2097-01-01T00:00:00Z", *WHY)
    assert ops.error(*shorter) == "exclusion_stands"


@pytest.mark.parametrize(
    "typed",
    [
        ("limit", "set", "ann", "EUR", "loss", "1"),
        ("limit", "set", "ann", "EUR", "loss_day", "much"),
        ("limit", "set", "ann", "EUR", "time_day", "1.5"),
        ("exclude", "ann"),
        ("exclude", "ann", "--for-good", "--until", "2096-01-01T00:00:00Z"),
        ("exclude", "ann", "--until", "tomorrow"),
        ("exclude", "ann", "--until", "2096-01-01T00:00:00"),
        ("cool-off", "ann"),
        ("cool-off", "ann", "--until", "2096-01-01T00:00:00Z"),
    ],
)
def test_what_makes_no_sense_is_refused(ops: Console, typed: tuple[str, ...]) -> None:
    assert ops.error("player", *typed, *WHY) == "invalid_request"
