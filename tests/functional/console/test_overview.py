"""The first page shows the money of the stack's players as it moves."""

from collections.abc import Callable

import httpx

from testing.play import Play
from testing.world import World

type ReadRows = Callable[[str], list[list[str]]]


def test_a_bet_moves_the_balance_that_is_shown(
    site: httpx.Client, play: Play, rows: ReadRows
) -> None:
    assert rows(site.get("/").text)[1][:2] == ["player-912", "1000.00"]
    play.bet("2.50")
    live = site.get("/parts/wallets", headers={"HX-Request": "true"}).text
    assert rows(live)[1] == [
        "player-912", "997.50", "997.50", "0.00", "0.00", "none", "EUR", "2", "open",
    ]  # fmt: skip
    assert "<html" not in live


def test_other_wallets_are_found_by_a_part_of_their_id(
    site: httpx.Client, world: World, rows: ReadRows
) -> None:
    for name in ("p_other_1", "p_other_2", "somebody"):
        world.player(name)
    found = rows(site.get("/", params={"player": "other"}).text)
    assert [row[0] for row in found if row[1:2] == ["1000.00"]] == ["p_other_1", "p_other_2"]


def test_what_others_name_is_shown_as_text(site: httpx.Client, world: World) -> None:
    world.player("<script>alert(1)</script>")
    page = site.get("/", params={"player": '"><script>'}).text
    assert "<script>" not in page
    assert "&#34;&gt;&lt;script&gt;" in page
    assert "&lt;script&gt;alert(1)" in site.get("/").text


def test_a_player_that_is_gone_is_left_out(site: httpx.Client, rows: ReadRows) -> None:
    assert rows(site.get("/parts/wallets").text)[1:] == [["There is none."]]
