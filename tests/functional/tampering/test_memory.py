"""A sweep needs the memory of one wallet, however many entries there are.

`make verify-million` does it with a million, and prints how long it took and what it needed.
"""

import os
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from casino.aws.attributes import Item
from casino.wallet.chain import genesis_hash, seal
from casino.wallet.model import Entry, Player, Session, Transaction, Wallet
from casino.wallet.ports import Unreadable
from casino.wallet.proof.verify import Verification, Verifier
from casino.wallet.store.items import entry_item, wallet_item
from casino.wallet.store.pages import Pages, Source
from ops.shelf import Shelf
from ops.sweep import Sweep
from testing.fake_ledger import FakeHistory, FakeTables

ENTRIES: Final = int(os.environ.get("VERIFY_ENTRIES", "0"))
_SEGMENTS: Final = 4
_WIN: Final = Transaction("studio", "", "win", "jackpot", "", "EUR", 100, "game", "session")


class Generated(Pages):
    """A ledger of wins, made page by page: the wallets take turns, as a hash would mix them."""

    def __init__(self, entries: int, depth: int, page: int) -> None:
        self._wallets, self._depth, self._page = entries // depth, depth, page
        self._pages: dict[tuple[Source, int], Iterator[list[Item]]] = {}

    def page(
        self, source: Source, segment: int, segments: int, after: Item | None
    ) -> tuple[Sequence[Item], Item | None]:
        made = self._pages.setdefault((source, segment), self._made(source, segment))
        items = next(made, [])
        return items, {"more": {"N": "1"}} if items else None

    def _made(self, source: Source, segment: int) -> Iterator[list[Item]]:
        if source == "rounds":
            return
        page: list[Item] = []
        for entry in self._entries(segment):
            if source == "ledger":
                page.append(entry_item(entry))
            elif entry.seq == self._depth:
                amounts = (entry.balance_after_minor, 0, self._depth, self._depth, entry.hash)
                page.append(wallet_item(Wallet(entry.player_id, "EUR", *amounts, blocked=False)))
            if len(page) == self._page:
                yield page
                page = []
        if page:
            yield page

    def _entries(self, segment: int) -> Iterator[Entry]:
        players = [f"player-{n}" for n in range(segment, self._wallets, _SEGMENTS)]
        last = {player: _first(player) for player in players}
        for seq in range(1, self._depth + 1):
            for player in players:
                before = last[player]
                entry = last[player] = seal(
                    replace(
                        before,
                        transaction_id=f"{player}/{seq}",
                        seq=seq,
                        balance_before_minor=before.balance_after_minor,
                        balance_after_minor=before.balance_after_minor + 100,
                        previous_hash=before.hash,
                        hash="",
                    )
                )
                yield entry


def _first(player: str) -> Entry:
    """Return what stands before the first entry of a wallet."""
    asked = replace(_WIN, player_id=player)
    postings = (("integration", -100), ("player", 100))
    named = (asked.game_id, asked.session_id, None, None, False, True, 0, 0, 0, 0, postings)
    said = (200, "{}", asked.fingerprint(), "2026-01-01T00:00:00.000Z", "trace", None, "")
    kind = ("studio", "", "win", "applied", "win_credit", "jackpot", player, "EUR", 100)
    return Entry(*kind, *named, *said, genesis_hash(player, "EUR"))  # type: ignore[arg-type]


class Everybody(FakeHistory):
    """Every player exists, and plays in a session of their own."""

    def player(self, player_id: str) -> Player:
        return Player(player_id, blocked=False, created_at="2026-01-01T00:00:00.000Z")

    def sessions(self, ids: Iterable[str]) -> Iterator[Session | Unreadable]:
        return iter(())


def sweep(pages: Generated, file: Path, say: Callable[[str], None]) -> Verification:
    verifier = Verifier(Everybody(FakeTables()))
    with closing(Shelf(file, "generated", _SEGMENTS)) as shelf:
        return Sweep(pages, shelf, verifier, say).run()


def peak_of(entries: int, file: Path) -> int:
    tracemalloc.start()
    try:
        found = sweep(Generated(entries, 40, 20), file, lambda line: None)
        assert found == Verification(entries // 40, entries, ())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_does_not_grow_with_the_entries(tmp_path: Path) -> None:
    peak_of(80, tmp_path / "first")  # what is loaded once
    few, many = (peak_of(n, tmp_path / str(n)) for n in (400, 1_600))
    assert many < few * 1.5, "four times the entries"


@pytest.mark.skipif(not ENTRIES, reason="make verify-million")
def test_a_million_entries(tmp_path: Path) -> None:
    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")

    begin = time.perf_counter()
    found = sweep(Generated(ENTRIES, 250, 500), tmp_path / "shelf", say)
    took = time.perf_counter() - begin
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"{found.entries:,} entries: {took:.0f} s, peak {peak_mb:.0f} MB")
    assert found == Verification(ENTRIES // 250, ENTRIES, ())
