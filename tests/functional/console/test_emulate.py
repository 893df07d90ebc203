"""The page of trouble compares a studio's books with the ledger, and refuses nonsense."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from casino.base.clock import SystemClock
from ops.context import Operations
from ops.errors import OpsError
from sandbox.console.emulation import TROUBLES, Plan, play
from sandbox.console.house import House
from sandbox.console.pages import emulate
from sandbox.console.shell import Asked, Handler
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


@dataclass(frozen=True)
class Doubling(OneStudio):
    """A studio a stake of which is taken once more, in a round that its books do not have."""

    def settle(self, game: str) -> dict[str, Any]:
        books = super().settle(game)
        self.play.bet("1.00", transaction_id="again", round_id="again")
        return books


def test_money_that_moves_in_a_round_of_nobody_is_told(
    studio: OneStudio, operations: Operations
) -> None:
    studio = Doubling("igsp", "http://127.0.0.1:1", play=studio.play)
    outcome = play(replace(operations, clock=SystemClock()), studio, PLAN)
    assert (outcome.said, outcome.moved) == (Decimal("-1.00"), Decimal("-2.00"))
    assert not outcome.held


def test_every_button_is_a_trouble_of_the_line_with_its_words(
    studio: OneStudio, operations: Operations
) -> None:
    assert TROUBLES.keys() == KINDS.keys()
    for kind in TROUBLES:
        play(replace(operations, clock=SystemClock()), studio, replace(PLAN, kind=kind, rounds=0))


NONSENSE: list[dict[str, str]] = [
    {"studio": "http://evil.example"}, {"kind": "flood"}, {"wallet": "p_other|EUR"},
    {"rounds": "21"}, {"rounds": "-1"}, {"rounds": "9" * 5000}, {"times": "x"}, {"times": "0"},
    {"times": "101"}, {"times": "9" * 5000}, {"studio": "flexsoft", "kind": "skew"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "change"),
    [((), {}), *((("igsp", "flexsoft"), change) for change in NONSENSE)],
)
def test_without_a_studio_or_with_nonsense_nothing_is_played(
    site: httpx.Client,
    play: Play,
    studio: OneStudio,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    change: dict[str, str],
) -> None:
    monkeypatch.setattr(emulate, "running", lambda folder: dict.fromkeys(names, studio))
    answer = site.post("/emulate", data=FORM | change, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert play.cash() == 1000


@dataclass(frozen=True)
class Watched(OneStudio):
    """A studio; while it plays, somebody presses buttons in another tab."""

    press: Callable[[], None] = field(kw_only=True)

    def spin(self, game: str, stake: str) -> None:
        self.press()
        super().spin(game, stake)


def test_another_tab_neither_takes_the_trouble_away_nor_adds_its_own(
    stack_file: Path, operations: Operations, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(stack_file, lambda stack: operations)

    def press(handler: Handler, **form: str) -> Response:
        request = Request({"type": "http", "headers": []})
        return handler(Asked(request, house, emulate.PAGE, [emulate.PAGE], FORM | form))

    def another_tab() -> None:
        for handler, form in (
            (emulate.press, {}),
            (emulate.press, {"rounds": "0"}),
            (emulate.calm, {}),
        ):
            with pytest.raises(OpsError, match="One button at a time"):
                press(handler, **form)

    studio = Watched("igsp", "http://127.0.0.1:1", play=play, press=another_tab)
    monkeypatch.setattr(emulate, "running", lambda folder: {"igsp": studio})
    monkeypatch.setitem(operations.__dict__, "clock", SystemClock())
    for number in (1, 2):
        told = press(emulate.press).headers["Location"]
        assert told.endswith(f"&outcome={number}#outcome")


def test_the_page_says_that_no_studio_runs_and_takes_no_post_from_elsewhere(
    site: httpx.Client,
) -> None:
    for outcome in ("7", "-1", "9" * 5000):
        page = site.get("/emulate", params={"outcome": outcome, "wallet": '"><script>'})
        assert page.status_code == 200
    assert "No studio runs" in page.text
    assert '"><script>' not in page.text
    for path in ("/emulate", "/emulate/calm"):
        assert site.post(path, data=FORM, headers={"Origin": "http://evil"}).status_code == 403
