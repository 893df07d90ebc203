"""The composer: a request by hand, how it is signed, what the wallet answers, and as a program."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from starlette.responses import Response

from casino.base.errors import AdminError
from certify.model import Reply, Request, Seat
from certify.transport import HttpLine
from sandbox.console.composer import VERBS, Composed, Counterpart, Wanted, steps
from sandbox.console.house import House
from sandbox.console.shell import Asked, Page
from sandbox.console.snippets import LANGUAGES, curl, program
from sandbox.processes import TIMEOUT_S

_FIELDS: Final = ("protocol", "verb", "seat", "amount", "name", "round", "of")
_SHOWN: Final = 20_000


class Opened:
    """The sessions that the composer opened at WinUpGo, by player: its bets name one."""

    def __init__(self, house: House) -> None:
        self.by_player: dict[str, str] = {}


def show(asked: Asked) -> Response:
    """Write a request as the form says."""
    given = {name: asked.query(name) for name in _FIELDS}
    counterpart, wanted = _wanted(asked, given)
    return _page(asked, counterpart, wanted, counterpart.write(wanted))


def sign(asked: Asked) -> Response:
    """Sign the body that the form holds, and send it if that is wanted."""
    counterpart, wanted = _wanted(asked, asked.form)
    body, tamper = asked.form.get("body", ""), asked.form.get("tamper", "")
    now = asked.operations.clock.now()
    made = counterpart.seal(wanted.verb, body, wanted.name, tamper, now)
    more = {**counterpart.token(), "X-Trace-Id": f"console-{uuid4().hex[:12]}"}
    answer = None
    if asked.form.get("do") == "send":
        answer = _send(made, more)
        if wanted.verb == "open" and answer.status == 201:
            session = str(json.loads(answer.body)["session_id"])
            asked.house.keep(Opened).by_player[wanted.seat.player_id] = session
    programs = {"curl": curl(made, more)} | {
        name: program(made, more, language) for language, (name, *_) in LANGUAGES.items()
    }
    return _page(
        asked, counterpart, wanted, body,
        tamper=tamper, made=made, sent_headers={**made.headers, **more}, steps=steps(made),
        verdict=made.verdict(counterpart.pair), answer=answer, programs=programs,
    )  # fmt: skip


def _send(made: Composed, more: Mapping[str, str]) -> Reply:
    headers = {"Content-Type": "application/json", **made.headers, **more}
    line = HttpLine(made.url, TIMEOUT_S, 1)
    return line.send(Request("", tuple(headers.items()), made.body))


def _wanted(asked: Asked, given: Mapping[str, str]) -> tuple[Counterpart, Wanted]:
    """Return what a form says; what it leaves open is new or usual."""
    counterpart = Counterpart(given.get("protocol") or "igsp", asked.stack)
    verb, run = given.get("verb") or next(iter(VERBS[counterpart.name])), uuid4().hex[:8]
    place, seats = given.get("seat") or "0", counterpart.seats
    if place not in map(str, range(len(seats))):
        raise AdminError("player_not_found", "The stack has no such player.")
    seat = seats[int(place)]
    if counterpart.name == "winupgo":
        known = asked.house.keep(Opened).by_player
        seat = replace(seat, session_id=known.get(seat.player_id, "open a session first"))
    amount, name = given.get("amount") or "2.50", given.get("name") or f"{verb}-{run}"
    round_ = given.get("round") or f"round-{run}"
    return counterpart, Wanted(verb, seat, amount, name, round_, given.get("of") or "")


def _page(
    asked: Asked, counterpart: Counterpart, wanted: Wanted, body: str, **made: Any
) -> Response:
    shown: dict[str, Any] = {
        "protocols": {"igsp": "iGSP", "flexsoft": "Flexsoft", "winupgo": "WinUpGo"},
        "protocol": counterpart.name,
        "verbs": VERBS[counterpart.name],
        "ids": VERBS[counterpart.name][wanted.verb],
        "seats": [f"{seat.player_id}, {seat.currency}" for seat in counterpart.seats],
        "place": _place(counterpart.seats, wanted.seat),
        "wanted": wanted,
        "body": body,
        "tampers": counterpart.tampers,
        "most": _SHOWN,
        "tamper": "", "made": None, "answer": None,
    }  # fmt: skip
    return asked.render("compose.html", **(shown | made))


def _place(seats: Any, seat: Seat) -> int:
    found = [(each.player_id, each.currency) for each in seats]
    return found.index((seat.player_id, seat.currency))


PAGE: Final = Page("Compose", "/compose", {"/compose": show}, {"/compose": sign})
