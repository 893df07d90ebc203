"""A wallet's page shows the ledger as it grows, and each entry's story."""

from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import httpx
import pytest

from casino.wallet.model import Entry
from ops.context import Operations
from sandbox.console.pages.wallet import ENTRIES
from testing.play import Play
from testing.world import World

type ReadRows = Callable[[str], list[list[str]]]

WALLET = {"player": "player-912", "currency": "EUR"}
HOSTILE = '"><script>alert(1)</script>'


def test_a_bet_is_the_first_entry_at_once(site: httpx.Client, play: Play, rows: ReadRows) -> None:
    play.bet("2.50", transaction_id="bet-1", round_id="round-1")
    newest, first = rows(site.get("/parts/ledger", params=WALLET).text)[1:]
    assert newest[:7] == ["2", "bet-1", "bet", "2.50", "1000.00", "997.50", "applied"]
    assert newest[7:10] == ["bet_debit", "sandbox", "round-1"]
    assert first[2:7] == ["deposit", "1000.00", "0.00", "1000.00", "applied"]
    money = site.get("/parts/money", params=WALLET).text
    assert '<span id="balance">997.50</span> EUR' in money


def test_older_entries_follow_page_by_page(site: httpx.Client, play: Play, rows: ReadRows) -> None:
    for number in range(ENTRIES + 4):
        play.bet("1.00", transaction_id=f"bet-{number}")
    first = site.get("/wallet", params=WALLET)
    shown = [row[0] for row in rows(first.text)[1:]]
    assert shown == [str(seq) for seq in range(ENTRIES + 5, 5, -1)]
    assert "Latest</a>" not in first.text
    older = unescape(first.text.split('">Older</a>')[0].rpartition('href="')[2])
    second = site.get(older)
    assert [row[0] for row in rows(second.text)[1:]] == ["5", "4", "3", "2", "1"]
    assert "Older</a>" not in second.text
    assert "hx-trigger" in first.text
    assert "/parts/ledger" not in second.text  # what is looked at does not move away


def test_an_entry_opens_to_its_story(
    site: httpx.Client, play: Play, operations: Operations, rows: ReadRows
) -> None:
    answer = play.bet("2.50", transaction_id="bet-1", unknown_field="kept")
    page = site.get("/entry", params={"integration": "sandbox", "transaction": "bet-1"})
    text = unescape(page.text)
    entry = operations.ledger.find("bet-1", "sandbox")
    assert isinstance(entry, Entry)
    assert "The spendable balance covered the stake, so it was debited. (bet_debit)" in text
    assert "1000.00 before, 997.50 after" in text
    assert sorted(rows(page.text)[1:]) == [["integration", "+2.50"], ["player", "-2.50"]]
    assert answer.text in text
    assert '"unknown_field"' in text
    assert entry.hash in text
    assert entry.previous_hash in text
    assert "<dt>chain</dt>" not in text


def test_the_entries_of_a_round_stand_alone(site: httpx.Client, play: Play, rows: ReadRows) -> None:
    for number in range(ENTRIES + 1):
        play.bet("1.00", transaction_id=f"bet-{number}", round_id="a & b")
    play.bet("1.00", transaction_id="other", round_id="c")
    entry = site.get("/entry", params={"transaction": "bet-3"}).text
    wanted = unescape(entry.split('">All of its round')[0].rpartition('href="')[2])
    first = site.get(wanted).text
    shown = [row[1] for row in rows(first)[1:]]
    assert shown == [f"bet-{number}" for number in range(ENTRIES, 0, -1)]
    live = unescape(first.split('hx-get="/parts/ledger')[1].split('"')[0])
    assert rows(site.get(f"/parts/ledger{live}").text)[1:] == rows(first)[1:]
    older = unescape(first.split('">Older</a>')[0].rpartition('href="')[2])
    assert [row[1] for row in rows(site.get(older).text)[1:]] == ["bet-0"]


def test_a_refusal_and_a_tombstone_have_their_stories(site: httpx.Client, play: Play) -> None:
    play.bet("5000.00", transaction_id="too-much")
    play.refund("1.00", "never-came", transaction_id="refund-1")
    for name, said in (
        ("too-much", "Every copy gets the same refusal."),
        ("never-came", "a tombstone"),
    ):
        page = site.get("/entry", params={"transaction": name})
        assert page.status_code == 200
        assert said in page.text
    ledger = site.get("/parts/ledger", params=WALLET).text
    assert '<tr class="tombstone">' in ledger
    assert '<tr class="refused">' in ledger


def test_what_a_provider_names_is_shown_as_text(site: httpx.Client, play: Play) -> None:
    play.bet("1.00", transaction_id=HOSTILE, round_id=HOSTILE, more=HOSTILE)
    pages = [
        site.get("/wallet", params=WALLET),
        site.get("/parts/ledger", params=WALLET),
        site.get("/entry", params={"integration": "sandbox", "transaction": HOSTILE}),
        site.get("/entry", params={"transaction": HOSTILE + "?"}),
    ]
    assert [page.status_code for page in pages] == [200, 200, 200, 404]
    for page in pages:
        assert "<script>" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
    assert f"transaction={quote(HOSTILE)}" in pages[0].text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/wallet", 404, "wallet_not_found"),
        ("/wallet?player=nobody&currency=EUR", 404, "nobody"),
        ("/wallet?player=player-912&currency=XXX", 400, "XXX"),
        ("/wallet?player=player-912&currency=EUR&cursor=x", 400, "cursor"),
        ("/entry", 404, "transaction_not_found"),
        ("/entry?transaction=nothing", 404, "nothing"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_said(
    site: httpx.Client, world: World, address: str, status: int, said: str
) -> None:
    world.player("player-912")
    answer = site.get(address)
    assert answer.status_code == status
    assert said in answer.text
