"""What an operator does with bonus money: grants it, looks at it, takes it back."""

import time

import pytest

from casino.base.times import iso_utc
from testing.world import World
from tests.functional.ops.console import Console

WHY = ("--reason", "ticket 7")
UNTIL = iso_utc(time.time() + 86_400)
GRANT = ("bonus", "grant", "ann", "EUR", "b1", "5.00", "--times", "3", "--until", UNTIL)


@pytest.fixture
def ops(world: World) -> Console:
    world.player("ann")
    return Console(world)


def test_a_grant_is_made_once_shown_and_taken_back_once(ops: Console) -> None:
    rates = ("--counts", "live=10", "--counts", "table games=0", "--max-bet", "2.00")
    first = ops.json(*GRANT, *rates, *WHY)
    assert {name: first["active"][name] for name in ("balance", "required", "max_bet")} == {
        "balance": 5,
        "required": 15,
        "max_bet": 2,
    }
    assert first["active"]["contributions"] == {"live": 10, "table games": 0}
    assert (first["replay"], ops.json(*GRANT, *rates, *WHY)["replay"]) == (False, True)
    assert ops.error(*GRANT, *WHY) == "transaction_mismatch"
    assert "live 10 %" in ops("bonus", "show", "ann", "EUR").out
    taken = ops.json("bonus", "forfeit", "ann", "EUR", "b1", *WHY)
    assert (taken["active"], taken["ended"][0]["ended_by"]) == (None, "revoked")
    assert ops.json("bonus", "forfeit", "ann", "EUR", "b1", *WHY)["replay"] is True
    assert "revoked" in ops("bonus", "show", "ann", "EUR").out


@pytest.mark.parametrize(
    "more",
    [
        ("--order", "any"),
        ("--pays", "both"),
        ("--counts", "live"),
        ("--counts", "live=101"),
        ("--counts", "live=-1"),
        ("--max-bet", "none"),
    ],
)
def test_what_makes_no_sense_is_refused(ops: Console, more: tuple[str, ...]) -> None:
    assert ops.error(*GRANT, *more, *WHY) == "invalid_request"
    assert ops.json("bonus", "show", "ann", "EUR")["active"] is None
