"""A wallet's history page by page: every entry once, the newest first, however it is asked for."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from casino.base.errors import AdminError
from casino.wallet import statement
from casino.wallet.model import Entry, Tombstone, Transaction
from casino.wallet.statement import Statements, Wanted
from testing.casinos import furnish
from testing.fakes import FakeWorld
from testing.transactions import PLAYER, a_bet, a_refund, a_win, commit_of


class Scene:
    """A player with EUR 1000.00, who has another in the same casino."""

    def __init__(self) -> None:
        self.world = FakeWorld()
        furnish(self.world)
        self.statements = Statements(self.world.history, self.world.accounts)

    def apply(self, *requests: Transaction, at: str = "") -> None:
        for request in requests:
            snapshot = self.world.ledger.load(request)
            commit = commit_of(snapshot, request)
            commit = replace(commit, entry=replace(commit.entry, at=at or commit.entry.at))
            assert self.world.ledger.commit(commit, snapshot) is None

    def bets(self, number: int, hour: bool = False) -> None:
        for n in range(number):
            at = f"2026-01-{1 + n // 24:02}T{n % 24:02}:00:00.000Z" if hour else ""
            self.apply(a_bet(transaction_id=f"bet-{n}", amount_minor=1), at=at)

    def paged(self, wanted: Wanted | None = None, limit: int = 7) -> list[str]:
        """Return the ids of all rows, page by page."""
        found: list[str] = []
        cursor = None
        for _ in range(100):
            page = self.statements.page(PLAYER, "EUR", wanted, cursor, limit)
            assert page.complete
            assert sum(isinstance(row, Entry) for row in page.rows) <= limit
            found += map(name_of, page.rows)
            cursor = page.cursor
            if cursor is None:
                return found
        raise AssertionError("the pages never end")


def name_of(row: Entry | Tombstone) -> str:
    return row.transaction_id if isinstance(row, Entry) else row.bet_transaction_id


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_history_is_complete_when_it_reaches_the_wallets_own_number(scene: Scene) -> None:
    scene.apply(a_bet(), a_bet(transaction_id="bet-2", amount_minor=200_000))
    found = scene.statements.of_wallet(PLAYER, "EUR")
    entries = [entry for entry in found.entries if isinstance(entry, Entry)]
    assert [(entry.seq, entry.record) for entry in entries] == [
        *((1, "applied"), (2, "applied"), (2, "refused")),
    ]
    assert found.complete
    heads = scene.world.tables.heads
    heads[PLAYER, "EUR"] = replace(heads[PLAYER, "EUR"], seq=3)
    assert not scene.statements.of_wallet(PLAYER, "EUR").complete
    assert not scene.statements.page(PLAYER, "EUR").complete


def test_a_gap_is_told_on_the_page_that_has_it_and_on_no_other(scene: Scene) -> None:
    scene.bets(9)
    del scene.world.tables.records["sandbox", "bet-1"]
    first = scene.statements.page(PLAYER, "EUR", limit=4)
    second = scene.statements.page(PLAYER, "EUR", cursor=first.cursor, limit=4)
    assert (first.complete, second.complete) == (True, False)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_hold_every_row_once_and_the_newest_first(scene: Scene, limit: int) -> None:
    scene.bets(5)
    scene.apply(a_bet(transaction_id="much", amount_minor=200_000))
    scene.apply(a_refund(transaction_id="ref", bet_transaction_id="never"))
    rows = scene.paged(limit=limit)
    assert sorted(rows) == sorted(
        [*(f"bet-{n}" for n in range(5)), "much", "ref", "never", rows[-1]]
    )
    applied = [row for row in rows if row.startswith("bet")]
    assert applied == [f"bet-{n}" for n in (4, 3, 2, 1, 0)]
    assert rows.index("never") == rows.index("ref") - 1, "the tombstone stands by its refund"


def test_an_entry_that_comes_between_two_pages_doubles_and_hides_nothing(scene: Scene) -> None:
    scene.bets(6)
    first = scene.statements.page(PLAYER, "EUR", limit=3)
    scene.apply(a_bet(transaction_id="late", amount_minor=1))
    second = scene.statements.page(PLAYER, "EUR", cursor=first.cursor, limit=3)
    assert list(map(name_of, first.rows + second.rows)) == [f"bet-{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert second.complete


def test_rows_are_chosen_by_what_their_fields_say(scene: Scene) -> None:
    scene.apply(a_bet(round_id="r1"), a_bet(transaction_id="bet-2", round_id="r2"))
    scene.apply(a_win(transaction_id="win-1", round_id="r1"))
    scene.apply(a_bet(transaction_id="bet-3", round_id="r2", amount_minor=200_000))
    assert scene.paged(Wanted(round_id="r1")) == ["win-1", "bet-1"]
    assert scene.paged(Wanted(kind="bet", record="refused")) == ["bet-3"]
    assert len(scene.paged(Wanted(integration="platform"))) == 1
    assert scene.paged(Wanted(game_id="none")) == []


def test_a_search_reads_a_bounded_number_of_entries_for_a_page(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement, "MOST_READ", 20)
    monkeypatch.setattr(statement, "MOST_ENTRIES", 10)
    scene.apply(a_bet(transaction_id="old", round_id="r1", amount_minor=1))
    scene.bets(45)
    page = scene.statements.page(PLAYER, "EUR", Wanted(round_id="r1"))
    assert (page.rows, page.cursor is None) == ([], False), "a page may be empty and not the last"
    assert scene.paged(Wanted(round_id="r1")) == ["old"]


def test_a_search_by_time_reads_nothing_far_outside_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement, "MOST_ENTRIES", 10)
    scene.bets(200, hour=True)
    read: list[int] = []
    latest = scene.world.history.latest

    def counted(player_id: str, currency: str, most: int, place: Any) -> Any:
        entries, following = latest(player_id, currency, most, place)
        read.append(len(entries))
        return entries, following

    scene.statements = Statements(scene.world.history, scene.world.accounts)
    monkeypatch.setattr(type(scene.world.history), "latest", lambda _, *place: counted(*place))
    wanted = Wanted("2026-01-02T00:00:00.000Z", "2026-01-02T05:00:00.000Z")
    assert scene.paged(wanted) == [f"bet-{n}" for n in (28, 27, 26, 25, 24)]
    assert sum(read) < 40, "of 200"


def test_a_cursor_opens_the_list_that_it_was_given_with_and_no_other(scene: Scene) -> None:
    scene.bets(4)
    scene.world.accounts.add_wallet(PLAYER, "USD")
    cursor = scene.statements.page(PLAYER, "EUR", limit=2).cursor
    others: list[tuple[str, Wanted]] = [("USD", Wanted()), ("EUR", Wanted(kind="bet"))]
    for currency, wanted in others:
        with pytest.raises(AdminError, match="another list"):
            scene.statements.page(PLAYER, currency, wanted, cursor)


def forged(cursor: str, change: Any) -> str:
    said = json.loads(base64.urlsafe_b64decode(cursor + "==="))
    text = json.dumps(change(said))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [
        lambda said: [said[0], said[1], [-1, "sandbox", "bet-1"]],
        lambda said: [said[0], said[1], [10**40, "sandbox", "bet-1"]],
        lambda said: [said[0], said[1], [True, "sandbox", "bet-1"]],
        lambda said: [said[0], said[1], [1, "sandbox", ""]],
        lambda said: [said[0], said[1], [1, "sandbox", "x" * 4000]],
        lambda said: [said[0], said[1], [1, "sandbox", "\ud800"]],
        lambda said: [said[0], said[1], [1, None, "bet-1"]],
        lambda said: [said[0], "1", said[2]],
        lambda said: [said[0], said[1]],
        lambda said: {},
        lambda said: "x" * 10,
        lambda said: None,
    ],
)
def test_a_forged_cursor_is_a_mistake_of_who_sends_it(scene: Scene, change: Any) -> None:
    scene.bets(4)
    cursor = scene.statements.page(PLAYER, "EUR", limit=2).cursor
    assert cursor is not None
    with pytest.raises(AdminError) as refused:
        scene.statements.page(PLAYER, "EUR", cursor=forged(cursor, change))
    assert refused.value.code == "invalid_request"


@pytest.mark.parametrize("cursor", ["", "=", "é", "%00", "[" * 5000, "W10", "bm90IEpTT04", "_w"])
def test_what_is_no_cursor_is_a_mistake_too(scene: Scene, cursor: str) -> None:
    with pytest.raises(AdminError) as refused:
        scene.statements.page(PLAYER, "EUR", cursor=cursor)
    assert refused.value.code == "invalid_request"


def test_a_place_of_another_players_entry_shows_none_of_it(scene: Scene) -> None:
    scene.bets(4)
    page = scene.statements.page(PLAYER, "EUR", limit=2)
    assert page.cursor is not None
    foreign = forged(page.cursor, lambda said: [said[0], said[1], [2, "other", "theirs"]])
    rows = scene.statements.page(PLAYER, "EUR", cursor=foreign).rows
    assert {row.player_id for row in rows} == {PLAYER}


def test_whoever_does_not_exist_has_no_history(scene: Scene) -> None:
    for player, currency, code in [
        ("nobody", "EUR", "player_not_found"),
        (PLAYER, "USD", "wallet_not_found"),
        (PLAYER, "EUR#x", "unsupported_currency"),
    ]:
        with pytest.raises(AdminError) as refused:
            scene.statements.page(player, currency)
        assert refused.value.code == code
