"""Trouble on purpose: buttons that let a studio's requests go wrong, and whether the money held."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from ops.errors import OpsError
from sandbox.console.emulation import TROUBLES, Outcome, Plan, play, trouble
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page
from sandbox.console.studios import Studio, running

_MOST_TIMES: Final = 100
_MOST_ROUNDS: Final = 20
_KEPT: Final = 20
_CHOSEN: Final = ("studio", "wallet", "times", "rounds")


class Outcomes:
    """What came of the latest buttons."""

    def __init__(self, house: House) -> None:
        self.latest: deque[tuple[int, Outcome]] = deque(maxlen=_KEPT)
        self.count = 0
        self._turn = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the studios' lines for oneself; raises `OpsError` while somebody else has."""
        if not self._turn.acquire(blocking=False):
            raise OpsError("trouble_goes_on", "One button at a time: wait for its end.")
        try:
            yield
        finally:
            self._turn.release()

    def add(self, outcome: Outcome) -> int:
        """Keep an outcome; returns its number."""
        self.count += 1
        self.latest.append((self.count, outcome))
        return self.count


def show(asked: Asked) -> Response:
    """Show the buttons, the lines, and what came of a button."""
    kept = {str(number): outcome for number, outcome in asked.house.keep(Outcomes).latest}
    seats = [(seat["player_id"], seat["currency"]) for seat in asked.stack["players"]]
    return asked.render(
        "emulate.html",
        studios=running(asked.house.folder),
        troubles=TROUBLES,
        seats=seats,
        lines=_lines(asked),
        chosen={name: asked.query(name) for name in _CHOSEN},
        outcome=kept.get(asked.query("outcome")),
    )


def show_lines(asked: Asked) -> Response:
    """Show the lines as they are now."""
    _ = asked.stack  # says so when there is none
    return asked.render("_lines.html", lines=_lines(asked))


def press(asked: Asked) -> Response:
    """Let trouble meet a studio's requests, and play rounds if that is wanted."""
    studio, plan = _studio(asked), _plan(asked)
    chosen = {name: asked.form[name] for name in _CHOSEN}
    back = f"/emulate?{urlencode(chosen)}"
    outcomes = asked.house.keep(Outcomes)
    with outcomes.turn():
        if not plan.rounds:
            studio.arm(trouble(asked.operations, studio, plan))
            return asked.go(f"{back}#lines")
        number = outcomes.add(play(asked.operations, studio, plan))
    return asked.go(f"{back}&outcome={number}#outcome")


def calm(asked: Asked) -> Response:
    """Forget all troubles of a studio."""
    with asked.house.keep(Outcomes).turn():
        _studio(asked).calm()
    return asked.go("/emulate#lines")


def _lines(asked: Asked) -> list[dict[str, Any]]:
    found = running(asked.house.folder)
    return [{"studio": studio, **studio.line()} for studio in found.values()]


def _studio(asked: Asked) -> Studio:
    studio = running(asked.house.folder).get(asked.form.get("studio", ""))
    if studio is None:
        raise OpsError("invalid_request", "No such studio runs: make run starts them.")
    return studio


def _plan(asked: Asked) -> Plan:
    form = asked.form
    known = {f"{seat['player_id']}|{seat['currency']}": seat for seat in asked.stack["players"]}
    seat = known.get(form.get("wallet", ""))
    if seat is None or form.get("kind") not in TROUBLES:
        raise OpsError("invalid_request", "Choose a player and a trouble.")
    if form["kind"] == "skew" and form.get("studio") == "flexsoft":
        raise OpsError("invalid_request", "Flexsoft signs no time: its clock does not matter.")
    times = _number(asked, "times", 1, _MOST_TIMES)
    rounds = _number(asked, "rounds", 0, _MOST_ROUNDS)
    player, currency = seat["player_id"], seat["currency"]
    return Plan(form["kind"], times, rounds, "1.00", player, currency)


def _number(asked: Asked, name: str, least: int, most: int) -> int:
    text = asked.form.get(name, "")
    if text not in map(str, range(least, most + 1)):
        raise OpsError("invalid_request", f"The {name} are from {least} to {most}.")
    return int(text)


PAGE: Final = Page(
    "Emulate",
    "/emulate",
    {"/emulate": show, "/parts/lines": show_lines},
    {"/emulate": press, "/emulate/calm": calm},
)
