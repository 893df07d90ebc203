"""64 bets and holds at once keep a grant's money, its maximum and its wagering exact."""

from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from casino.audit.model import Who
from casino.bonus.model import BonusTerms
from casino.wallet.model import Transaction
from casino.wallet.proof.verify import Verifier
from testing.world import build_tables
from tests.integration.wallet.crowd import winupgo_round
from tests.integration.wallet.seats import seat
from tests.integration.wallet.test_concurrency import distinct_bets, outcomes, settle
from tests.integration.wallet.workers import Work, run

pytestmark = pytest.mark.alone

STAKE_MINOR: Final = 100
#: Ten stakes: as many as one round takes.
MOST_MINOR: Final = 1_000
BONUS_MINOR: Final = 10_000


def test_of_64_bets_and_holds_at_once_every_cent_of_the_grant_is_counted(
    aws: dict[str, str],
) -> None:
    world = build_tables(f"bonus-{uuid4().hex}")
    player = seat(world)
    terms = BonusTerms("g1", BONUS_MINOR, 10**6, 4 * 10**9, "bonus_first", MOST_MINOR)
    world.bonuses.grant(player.player_id, "EUR", terms, who=Who("local:test", "a campaign"))
    before = world.accounts.wallet(player.player_id, "EUR")
    bets = [
        replace(bet, kind="bet", type="bet", amount_minor=STAKE_MINOR, round_id="one")
        for bet in distinct_bets(player, 32)
    ]
    holds = [winupgo_round(player, f"h{number}", STAKE_MINOR, 0)[0] for number in range(32)]
    jobs: list[list[Transaction]] = [
        [each] for pair in zip(bets, holds, strict=True) for each in pair
    ]
    found = outcomes(jobs, run(Work(world.tables, jobs), aws))
    settle(world, found)
    codes = [outcome.final[0].code for outcome in found.values()]
    assert (codes.count("ok"), codes.count("bonus_max_bet")) == (42, 22)
    after = world.accounts.wallet(player.player_id, "EUR")
    assert before is not None
    assert after is not None
    assert after.bonus is not None
    assert after.bonus.grant is not None
    grant, staked = after.bonus.grant, 42 * STAKE_MINOR
    assert (after.balance_minor, grant.balance_minor) == (before.balance_minor, 10_000 - staked)
    assert grant.wagered_minor == staked
    assert Verifier(world.history).everything().faults == ()
