"""The kit can fail: each known mistake of a wallet turns the scenario red that names it.

`make certify-matrix` plays every scenario against every mistake.
"""

import os
from typing import Final

import pytest

from certify.catalogue import load
from testing.broken_wallet.mistakes import MISTAKES
from testing.broken_wallet.trial import try_out

#: Of these every scenario is played, of the others those that the table names first.
WHOLE: Final = os.environ.get("CERTIFY_MATRIX", "late bets debit,refunds again").split(",")


def red(mistake: str, only: str = "") -> set[str]:
    """Return which scenarios fail at a wallet that makes this mistake."""
    made = try_out([mistake], [only] if only else [])
    return {result.scenario.id for result in made.results if result.verdict == "failed"}


def test_a_wallet_without_mistakes_passes_every_scenario() -> None:
    made = try_out()
    assert len(made.results) >= 80
    assert {r.scenario.id: r.faults for r in made.results if r.verdict == "failed"} == {}
    assert [r.scenario.id for r in made.results if r.verdict == "skipped"] == ["SIG-21"]
    silent = [r for r in made.results if r.scenario.severity == "informs"]
    assert all(r.observed for r in silent)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_turns_its_scenario_red(mistake: str) -> None:
    first = MISTAKES[mistake].split()[0]
    assert red(mistake, first) == {first}


@pytest.mark.parametrize("mistake", MISTAKES if WHOLE == ["all"] else WHOLE)
def test_a_mistake_turns_nothing_else_red(mistake: str) -> None:
    declared = set(MISTAKES[mistake].split())
    found = red(mistake)
    assert next(iter(MISTAKES[mistake].split())) in found
    assert found <= declared or "*" in declared


def test_every_demand_can_be_missed() -> None:
    shown = {name for row in MISTAKES.values() for name in row.split()}
    demands = {s.id for s in load("igsp") if s.severity != "informs"}
    assert demands - shown == set()
    assert shown - demands == {"*"}
    assert len(MISTAKES) >= 40
