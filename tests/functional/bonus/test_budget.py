"""What a bonus costs: the same two round trips, and at most one write unit more for a bet."""

from typing import Final

from casino.audit.model import Who
from casino.bonus.model import BonusTerms
from testing.hooks import HOOKS
from testing.meter import READ_THEN_WRITE, Meter
from testing.world import World
from tests.functional.wallet.test_budget import player_at, round_bet

WHO: Final = Who("local:test", "a campaign")
#: As many as a grant may have.
CATEGORIES: Final = tuple((f"games-{number:02}", number) for number in range(20))


def test_a_bet_with_bonus_money_costs_at_most_one_write_unit_more(
    world: World, meter: Meter
) -> None:
    play = player_at(world, meter, "hooks", HOOKS)
    play(round_bet(play))
    without = meter.write_units()
    terms = BonusTerms("w" * 40, 10**9, 10**11, 4 * 10**9, "bonus_first", 10**8, CATEGORIES)
    world.bonuses.grant(play.player_id, "EUR", terms, who=WHO)
    play(round_bet(play))
    assert meter.round_trips == READ_THEN_WRITE
    assert meter.write_units() - without <= 1
