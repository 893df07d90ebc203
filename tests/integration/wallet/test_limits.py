"""Two bets at once never pass one limit, whoever sends them: 64 at once, in two dialects."""

from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from casino.audit.model import Who
from casino.wallet.model import Transaction
from casino.wallet.proof.verify import Verifier
from testing.world import build_tables
from tests.integration.wallet.crowd import winupgo_round
from tests.integration.wallet.seats import seat
from tests.integration.wallet.test_concurrency import distinct_bets, outcomes, settle
from tests.integration.wallet.workers import Work, run

pytestmark = pytest.mark.alone

STAKE_MINOR: Final = 100
LIMIT_MINOR: Final = 2_050


@pytest.mark.parametrize("limit", ["loss_day", "wager_month"])
def test_of_64_bets_and_holds_at_once_as_many_are_placed_as_the_limit_leaves(
    aws: dict[str, str], limit: str
) -> None:
    world = build_tables(f"limits-{uuid4().hex}")
    player = seat(world)
    who = Who("local:test", "a limit")
    world.limits.set(player.player_id, "EUR", {limit: LIMIT_MINOR}, who=who)
    bets = [
        replace(bet, kind="bet", type="bet", amount_minor=STAKE_MINOR)
        for bet in distinct_bets(player, 32)
    ]
    holds = [winupgo_round(player, f"h{number}", STAKE_MINOR, 0)[0] for number in range(32)]
    jobs: list[list[Transaction]] = [
        [each] for pair in zip(bets, holds, strict=True) for each in pair
    ]
    found = outcomes(jobs, run(Work(world.tables, jobs), aws))
    settle(world, found)
    codes = [outcome.final[0].code for outcome in found.values()]
    refusal = {"loss_day": "rg_loss_limit", "wager_month": "rg_wager_limit"}[limit]
    assert (codes.count("ok"), codes.count(refusal)) == (20, 44)
    counts = world.limits.standing(player.player_id, "EUR").wallet.play
    assert counts is not None
    assert counts.staked == (2_000, 2_000, 2_000)
    assert Verifier(world.history).everything().faults == ()
