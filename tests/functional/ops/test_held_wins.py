"""The `ops` command line: limits of wins, and the wins that are held because of them."""

import pytest

from casino.integrations.model import WinLimits
from testing.hooks import Caller, load_function
from testing.play import Play
from testing.world import World
from tests.functional.ops.console import Console


@pytest.fixture
def play(world: World, hook: Caller) -> Play:
    return Play(world, hook, player_id="ann", session_id=world.player("ann"))


def test_a4_a_held_win_is_explained_and_released(ops: Console, play: Play) -> None:
    said = ops.json("integration", "limits", "sandbox", "EUR", "--win", "100")
    assert said["limits"] == "win 100.00"
    assert "win 100.00" in ops("integration", "show", "sandbox").out
    play.hook = Caller(load_function("hooks"))  # another environment: nothing is remembered
    play.win("150.00", transaction_id="win-1")
    story = ops.json("ledger", "explain", "win-1")
    assert (story["rule"], story["held"], story["released"]) == ("win_held", 150, None)
    assert "ops win release" in ops("ledger", "explain", "win-1").out

    released = ops.json("win", "release", "win-1", "--reason", "checked with the studio")
    assert (released["amount"], released["repeat"]) == (150, False)
    assert ops.json("win", "release", "win-1", "--reason", "again")["repeat"]
    assert "nothing changed" in ops("win", "release", "win-1").out
    story = ops.json("ledger", "explain", "win-1")
    assert story["released"]["reason"] == "checked with the studio"
    assert "checked with the studio" in ops("ledger", "explain", "win-1").out
    records = ops.json("audit", "--player", "ann")["records"]
    assert [each["reason"] for each in records if each["what"] == "win release"] == [
        "checked with the studio"
    ]
    assert ops.error("win", "release", "win-9") == "transaction_not_found"


def test_a4_limits_are_changed_one_by_one_and_end_a_hold(ops: Console, world: World) -> None:
    world.configure(exceeded_until=(("EUR", 2_000_000_000), ("USD", 2_000_000_000)))
    ops("integration", "limits", "sandbox", "EUR", "--win", "1", "--hour", "2", "--day", "3")
    ops("integration", "limits", "sandbox", "EUR", "--win", "none", "--day", "30.50")
    terms = world.registry.get("sandbox")
    assert terms is not None
    assert terms.wallet.win_limits == (("EUR", WinLimits(None, 2_00, 30_50)),)
    assert terms.wallet.exceeded_until == (("USD", 2_000_000_000),)
    for wrong in (("EUR", "--win", "x"), ("EUR", "--win", "1.001"), ("eur", "--win", "1")):
        assert ops.error("integration", "limits", "sandbox", *wrong)
    for name in ("win", "hour", "day"):
        ops("integration", "limits", "sandbox", "EUR", f"--{name}", "none")
    assert "no win is ever held" in ops("integration", "show", "sandbox").out
