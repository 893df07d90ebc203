"""The page of trouble compares a studio's books with the ledger, and refuses nonsense."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from casino.base.clock import SystemClock
from ops.context import Operations
from sandbox.console.emulation import TROUBLES, Plan, play
from sandbox.console.studios import Studio
from sandbox.game.line import Line
from sandbox.game.troubles import KINDS
from testing.play import Play
from tests.functional.console.conftest import ORIGIN

PLAN = Plan("double", 1, 2, "1.00", "player-912", "EUR")
FORM = {
    "studio": "igsp", "wallet": "player-912|EUR", "kind": "double", "times": "1", "rounds": "1",
}  # fmt: skip


@dataclass(frozen=True)
class OneStudio(Studio):
    """A studio in this process; each round is a bet that wins half of it back."""

    play: Play = field(kw_only=True)
    lies: str = "0"
    lost: int = 0

    def line(self) -> dict[str, Any]:
        return {"carried": []}

    def arm(self, trouble: Any) -> None:
        Line().arm(trouble)

    def calm(self) -> None:
        pass

    def open_game(self, operations: Operations, player: str, currency: str) -> str:
        return "/play/game"

    def spin(self, game: str, stake: str) -> None:
        tag = f"{len(self.play.sent)}"
        self.play.bet(stake, transaction_id=f"bet-{tag}", round_id=f"round-{tag}")
        self.play.win("0.50", transaction_id=f"win-{tag}", round_id=f"round-{tag}")

    def settle(self, game: str) -> dict[str, Any]:
        rounds = {str(sent["round_id"]) for sent in self.play.sent}
        net = str(Decimal("-0.50") + Decimal(self.lies))
        return {"owed": self.lost, "rounds": [{"round_id": r, "net": net} for r in rounds]}


@pytest.fixture
def studio(play: Play) -> OneStudio:
    return OneStudio("igsp", "http://127.0.0.1:1", play=play)


def test_the_money_held_when_books_and_ledger_agree(
    studio: OneStudio, operations: Operations
) -> None:
    outcome = play(replace(operations, clock=SystemClock()), studio, PLAN)
    assert outcome.held
    assert (outcome.said, outcome.moved) == (Decimal("-1.00"), Decimal("-1.00"))
    assert outcome.proved


@pytest.mark.parametrize(("lies", "lost"), [("0.01", 0), ("-0.50", 0), ("0", 1)])
def test_a_cent_too_much_or_an_open_debt_is_told(
    studio: OneStudio, operations: Operations, lies: str, lost: int
) -> None:
    studio = replace(studio, lies=lies, lost=lost)
    assert not play(replace(operations, clock=SystemClock()), studio, PLAN).held


def test_every_button_is_a_trouble_of_the_line_with_its_words(
    studio: OneStudio, operations: Operations
) -> None:
    assert TROUBLES.keys() == KINDS.keys()
    for kind in TROUBLES:
        play(replace(operations, clock=SystemClock()), studio, replace(PLAN, kind=kind, rounds=0))


@pytest.mark.parametrize(
    "change",
    [
        {}, {"studio": "http://evil.example"}, {"kind": "flood"}, {"wallet": "p_other|EUR"},
        {"rounds": "21"}, {"rounds": "-1"}, {"times": "x"}, {"studio": "flexsoft", "kind": "skew"},
    ],
)  # fmt: skip
def test_without_a_studio_or_with_nonsense_nothing_is_played(
    site: httpx.Client, play: Play, change: dict[str, str]
) -> None:
    answer = site.post("/emulate", data=FORM | change, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert play.cash() == 1000


def test_the_page_says_that_no_studio_runs_and_takes_no_post_from_elsewhere(
    site: httpx.Client,
) -> None:
    page = site.get("/emulate", params={"outcome": "7", "wallet": '"><script>'})
    assert page.status_code == 200
    assert "No studio runs" in page.text
    assert '"><script>' not in page.text
    for path in ("/emulate", "/emulate/calm"):
        assert site.post(path, data=FORM, headers={"Origin": "http://evil"}).status_code == 403
