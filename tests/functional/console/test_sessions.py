"""The pages of sessions, of the catalogue, and of a game that is played."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ops.context import Operations
from ops.errors import OpsError
from sandbox.console.house import House
from sandbox.console.pages.catalogue import GAMES
from testing.launching import Desk, a_game, stock
from testing.world import World
from tests.functional.console.conftest import ORIGIN

type ReadRows = Callable[[str], list[list[str]]]

HOSTILE = "<script>alert(1)</script>"


def test_a_session_is_listed_and_opens_to_what_was_said(
    site: httpx.Client, desk: Desk, rows: ReadRows
) -> None:
    session = desk.launch(session_id="sess-1").json["session_id"]
    listed = rows(site.get("/sessions", params={"player": "912", "status": "active"}).text)
    assert [row[:5] for row in listed if session in row] == [
        [session, "player-912", "EUR", "active", "sandbox"]
    ]
    assert rows(site.get("/sessions", params={"status": "closed"}).text)[1:] == [["There is none."]]
    page = site.get("/session", params={"id": session}).text
    assert "<h2>What the provider was asked</h2>" in page
    assert "x-request-id" in page
    assert site.get("/session").status_code == 404


def test_a_game_of_this_machine_is_embedded_and_nothing_else_may_be(
    site: httpx.Client, desk: Desk, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.launch().json["session_id"]
    elsewhere = site.get("/play", params={"session": session})
    assert "<iframe" not in elsewhere.text
    assert "frame-src 'none'" in elsewhere.headers["Content-Security-Policy"]

    launched = operations.sessions.launched(session)
    local = replace(launched, url="http://127.0.0.1:8090/play/token")
    monkeypatch.setitem(
        operations.__dict__, "sessions", replace(operations.sessions, launch=lambda _: local)
    )
    here = site.get("/play", params={"session": session})
    assert 'src="http://127.0.0.1:8090/play/token"' in here.text
    assert "frame-src http://127.0.0.1:8090;" in here.headers["Content-Security-Policy"]
    assert '<span id="balance">1000.00</span>' in here.text


class Api:
    """The API's routes for the platform's own services."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any] | None]] = []

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.asked.append((method, path, body))
        return {"session_id": "sess 1&x", "status": "active", "expires_at": "", "url": "http://x"}


def test_a_game_is_launched_for_the_player_that_was_chosen(
    open_site: Callable[[House], httpx.Client], desk: Desk, operations: Operations, stack_file: Path
) -> None:
    api = Api()
    site = open_site(House(stack_file, lambda _: replace(operations, api=api)))  # type: ignore[arg-type]
    page = site.get("/play").text
    assert '<option value="player-912|EUR">player-912 (EUR)</option>' in page
    assert a_game().name in page
    chosen = {"wallet": "player-912|EUR", "game": a_game().game_id}
    answer = site.post("/play", data=chosen, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/play?session=sess%201%26x")
    [(method, path, body)] = api.asked
    assert (method, path) == ("POST", "/sessions")
    assert body is not None
    assert (body["player_id"], body["currency"]) == ("player-912", "EUR")
    for wrong in ({}, {"wallet": "player-912"}, {"wallet": "player-912|EUR"}):
        assert site.post("/play", data=wrong, headers={"Origin": ORIGIN}).status_code == 400
    assert len(api.asked) == 1


def test_a_refusal_of_a_launch_is_shown_as_text(
    open_site: Callable[[House], httpx.Client], desk: Desk, operations: Operations, stack_file: Path
) -> None:
    def refuse(*asked: object) -> None:
        raise OpsError("provider_refused", HOSTILE)

    api = Api()
    api.ask = refuse  # type: ignore[assignment, method-assign]
    site = open_site(House(stack_file, lambda _: replace(operations, api=api)))  # type: ignore[arg-type]
    chosen = {"wallet": "player-912|EUR", "game": "game"}
    answer = site.post("/play", data=chosen, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_games_are_found_by_name_studio_category_and_id(
    site: httpx.Client, world: World, desk: Desk, operations: Operations, rows: ReadRows
) -> None:
    stock(world, replace(a_game(), categories=("slots",)))
    stock(world, replace(a_game(), game_id="other", name=HOSTILE, status="inactive"))
    page = site.get("/catalogue", params={"q": "SCRIPT"})
    assert [row[0] for row in rows(page.text)[1:]] == [HOSTILE]
    assert "<script>" not in page.text
    for text in (a_game().name.upper(), a_game().game_id[:8], "Slots"):
        names = [row[0] for row in rows(site.get("/catalogue", params={"q": text}).text)[1:]]
        assert a_game().name in names
    on_shelf = rows(site.get("/catalogue", params={"shelf": "inactive"}).text)[1:]
    assert [(row[0], row[1]) for row in on_shelf] == [(HOSTILE, "")]
    assert "1 game<" in site.get("/catalogue", params={"shelf": "active"}).text


def test_the_catalogue_is_shown_page_by_page(
    site: httpx.Client, world: World, desk: Desk, rows: ReadRows
) -> None:
    for number in range(GAMES + 2):
        stock(world, replace(a_game(), game_id=f"g{number}", name=f"Game {number:03}"))
    first = site.get("/catalogue", params={"q": "game 0"}).text
    second = site.get("/catalogue", params={"q": "game 0", "page": "2"}).text
    assert (len(rows(first)), len(rows(second))) == (GAMES + 1, 3)
    assert "page=2" in first
    assert "page=1" in second
    for odd in ("0", "-1", "x", "9" * 30, ""):
        assert site.get("/catalogue", params={"page": odd}).status_code == 200
