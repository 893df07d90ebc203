"""Trouble on purpose: buttons that let a studio's requests go wrong, and whether the money held."""

from collections import deque
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from ops.errors import OpsError
from sandbox.console.emulation import TROUBLES, Outcome, Plan, play, trouble
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page
from sandbox.console.studios import Studio, running

_MOST_ROUNDS: Final = 20
_KEPT: Final = 20
_CHOSEN: Final = ("studio", "wallet", "times", "rounds")


class Outcomes:
    """What came of the latest buttons."""

    def __init__(self, house: House) -> None:
        self.latest: deque[tuple[int, Outcome]] = deque(maxlen=_KEPT)
        self.count = 0

    def add(self, outcome: Outcome) -> int:
        """Keep an outcome; returns its number."""
        self.count += 1
        self.latest.append((self.count, outcome))
        return self.count


def show(asked: Asked) -> Response:
    """Show the buttons, the lines, and what came of a button."""
    kept = dict(asked.house.keep(Outcomes).latest)
    number = asked.query("outcome")
    seats = [(seat["player_id"], seat["currency"]) for seat in asked.stack["players"]]
    return asked.render(
        "emulate.html",
        studios=running(asked.house.folder),
        troubles=TROUBLES,
        seats=seats,
        lines=_lines(asked),
        chosen={name: asked.query(name) for name in _CHOSEN},
        outcome=kept.get(int(number)) if number.isdecimal() else None,
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
    if not plan.rounds:
        studio.arm(trouble(asked.operations, studio, plan))
        return asked.go(f"{back}#lines")
    number = asked.house.keep(Outcomes).add(play(asked.operations, studio, plan))
    return asked.go(f"{back}&outcome={number}#outcome")


def calm(asked: Asked) -> Response:
    """Forget all troubles of a studio."""
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
    times, rounds = (form.get(name, "") for name in ("times", "rounds"))
    if not (times.isdecimal() and rounds.isdecimal() and int(rounds) <= _MOST_ROUNDS):
        raise OpsError("invalid_request", f"Rounds are from 0 to {_MOST_ROUNDS}.")
    player, currency = seat["player_id"], seat["currency"]
    return Plan(form["kind"], int(times), int(rounds), "1.00", player, currency)


PAGE: Final = Page(
    "Emulate",
    "/emulate",
    {"/emulate": show, "/parts/lines": show_lines},
    {"/emulate": press, "/emulate/calm": calm},
)
