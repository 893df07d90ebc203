"""What limits cost: the same two round trips, and at most one write unit more for a bet."""

from typing import Final

from casino.audit.model import Who
from testing.hooks import HOOKS
from testing.meter import READ_THEN_WRITE, Meter
from testing.world import World
from tests.functional.wallet.test_budget import player_at, round_bet

WHO: Final = Who("local:test", "the player asked")


def test_a_bet_under_limits_costs_at_most_one_write_unit_more(world: World, meter: Meter) -> None:
    play = player_at(world, meter, "hooks", HOOKS)
    play(round_bet(play))
    without = meter.write_units()
    every = dict.fromkeys(("stake", "loss_day", "loss_week", "loss_month"), 10**12)
    every |= dict.fromkeys(("wager_day", "wager_week", "wager_month"), 10**12)
    every |= {"time_session": 10**9, "time_day": 10**9, "reality_check": 0}
    world.limits.set(play.player_id, "EUR", every, who=WHO)
    play(round_bet(play))
    assert meter.round_trips == READ_THEN_WRITE
    assert meter.write_units() - without <= 1
