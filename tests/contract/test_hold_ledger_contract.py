"""What the ledger of holds promises, of the fake and of DynamoDB alike."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WinLimits
from casino.wallet.decide_hold import decide_hold
from casino.wallet.decision import Posting, Refusal, Snapshot
from casino.wallet.hold import (
    Barred,
    Ending,
    Hold,
    Holding,
    HoldSnapshot,
    named_player,
    session_naming,
)
from casino.wallet.model import Entry, Player
from casino.wallet.ports import Commit, Ledger
from casino.wallet.proof.verify import Verifier
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.store.hold_ledger import DynamoDbHoldLedger
from testing.fake_holds import FakeHoldLedger
from testing.fakes import Casino, FakeWorld
from testing.transactions import AT, INTEGRATION, NOW, PLAYER, SESSION
from testing.world import World
from tests.unit.wallet.holding import a_request


@pytest.fixture
def ledger(casino: Casino) -> Ledger:
    if isinstance(casino, World):
        return DynamoDbHoldLedger(casino.client, casino.tables)
    assert isinstance(casino, FakeWorld)
    return FakeHoldLedger(casino.tables)


def commit_of(snapshot: Snapshot, kind: str, key: str, **changes: Any) -> Commit:
    request = a_request(kind, key, **changes)
    decision = decide_hold(snapshot, request, INTEGRATION.wallet, NOW)
    assert isinstance(decision, Posting | Refusal), decision
    return hold_commit_for(snapshot, request, decision, AT, Winupgo())


def seen_by(ledger: Ledger, kind: str, key: str, **changes: Any) -> HoldSnapshot:
    snapshot = ledger.load(a_request(kind, key, **changes))
    assert isinstance(snapshot, HoldSnapshot)
    return snapshot


def apply(ledger: Ledger, kind: str, key: str, **changes: Any) -> Entry:
    snapshot = seen_by(ledger, kind, key, **changes)
    commit = commit_of(snapshot, kind, key, **changes)
    overtaken = ledger.commit(commit, snapshot)
    if overtaken is not None:
        commit = commit_of(overtaken, kind, key, **changes)
        assert ledger.commit(commit, overtaken) is None
    return commit.entry


def late(ledger: Ledger, seen: HoldSnapshot, kind: str, key: str) -> HoldSnapshot:
    overtaken = ledger.commit(commit_of(seen, kind, key), seen)
    assert isinstance(overtaken, HoldSnapshot)
    return overtaken


def sound(casino: Casino) -> bool:
    return Verifier(casino.history).everything().faults == ()


def test_a_hold_is_found_under_its_bet_with_the_wallet_as_it_left_it(
    casino: Casino, ledger: Ledger
) -> None:
    entry = apply(ledger, "hold", "k1")
    wallet = casino.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert (wallet.held_minor, wallet.held_since, wallet.held_seq) == (250, AT, 2)
    hold = Hold("sandbox", "b1", "k1", 250, "r1", "s1", "g1", AT, wallet)
    assert casino.history.hold("sandbox", "b1") == hold
    assert seen_by(ledger, "settle", "k2") == HoldSnapshot(wallet=wallet, hold=hold)
    assert seen_by(ledger, "hold", "k1").entry == entry
    assert sound(casino)


@pytest.mark.parametrize("kind", ["settle", "rollback"])
def test_what_ended_a_bet_is_found_under_it(casino: Casino, ledger: Ledger, kind: str) -> None:
    apply(ledger, "hold", "k1")
    apply(ledger, kind, "k2")
    ending = Ending("sandbox", "b1", kind, "k2", AT)  # type: ignore[arg-type]
    assert casino.history.ending("sandbox", "b1") == ending
    assert seen_by(ledger, "rollback", "k3").ending == ending
    wallet = casino.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert (wallet.held_minor, wallet.held_since, wallet.held_seq) == (0, "", 0)
    assert sound(casino)


def test_wallets_with_holds_are_found_page_by_page_from_any_place(
    casino: Casino, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(casino, World):  # a page of DynamoDB holds a megabyte of wallets
        monkeypatch.setattr(casino.client, "scan", partial(casino.client.scan, Limit=1))
    apply(ledger, "hold", "k1")
    casino.accounts.add_player(Player("somebody", blocked=False, created_at=AT))
    casino.accounts.add_wallet("somebody", "EUR")
    pages = list(casino.history.holding())
    assert len(pages) > 1
    assert [found for page, _ in pages for found in page] == [Holding(PLAYER, "EUR", AT, 2)]
    assert pages[-1][1] is None
    for index, (_, place) in enumerate(pages[:-1]):
        assert list(casino.history.holding(place)) == pages[index + 1 :]
    assert [e.seq for e in casino.history.of_wallet(PLAYER, "EUR", 2)] == [2]
    apply(ledger, "settle", "k2")
    assert [found for page, _ in casino.history.holding() for found in page] == []


def test_a4_a_settlement_above_the_limit_is_held_from_play(casino: Casino, ledger: Ledger) -> None:
    apply(ledger, "hold", "k1")
    snapshot = seen_by(ledger, "settle", "k2")
    request = a_request("settle", "k2")
    terms = replace(INTEGRATION.wallet, win_limits=(("EUR", WinLimits(single_minor=499)),))
    decision = decide_hold(snapshot, request, terms, NOW)
    assert isinstance(decision, Posting)
    commit = hold_commit_for(snapshot, request, decision, AT, Winupgo())
    assert ledger.commit(commit, snapshot) is None
    wallet = casino.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert (wallet.balance_minor, wallet.reserved_minor, wallet.held_minor) == (100_250, 500, 0)
    assert wallet.held_wins_minor == 500
    assert sound(casino)


def test_the_first_of_several_open_holds_is_remembered(casino: Casino, ledger: Ledger) -> None:
    for number in (1, 2, 3):
        apply(ledger, "hold", f"k{number}", bet_transaction_id=f"b{number}")
    apply(ledger, "settle", "e1", bet_transaction_id="b1")
    wallet = casino.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    assert (wallet.held_minor, wallet.held_seq) == (500, 2)
    assert sound(casino)


def test_a_second_hold_of_a_bet_meets_the_first(casino: Casino, ledger: Ledger) -> None:
    seen = seen_by(ledger, "hold", "k2")
    apply(ledger, "hold", "k1")
    overtaken = late(ledger, seen, "hold", "k2")
    assert overtaken.hold == casino.history.hold("sandbox", "b1")
    assert overtaken.wallet == casino.accounts.wallet(PLAYER, "EUR")


@pytest.mark.parametrize(("first", "second"), [("settle", "rollback"), ("rollback", "settle")])
def test_a_bet_is_ended_once(casino: Casino, ledger: Ledger, first: str, second: str) -> None:
    apply(ledger, "hold", "k1")
    seen = seen_by(ledger, second, "k3")
    apply(ledger, first, "k2")
    overtaken = late(ledger, seen, second, "k3")
    assert overtaken.ending == casino.history.ending("sandbox", "b1")
    assert sound(casino)


def test_a_hold_meets_what_bars_its_bet_and_the_other_way_round(
    casino: Casino, ledger: Ledger
) -> None:
    seen = seen_by(ledger, "hold", "k2")
    apply(ledger, "rollback", "k1")
    barred = Barred("sandbox", "b1", "k1", AT)
    assert late(ledger, seen, "hold", "k2").hold == barred
    seen = seen_by(ledger, "rollback", "k4", bet_transaction_id="b2")
    apply(ledger, "hold", "k3", bet_transaction_id="b2")
    request = replace(a_request("rollback", "k4"), bet_transaction_id="b2")
    decision = decide_hold(seen, request, INTEGRATION.wallet, NOW)
    assert isinstance(decision, Refusal)
    commit = hold_commit_for(seen, request, decision, AT, Winupgo())
    overtaken = ledger.commit(commit, seen)
    assert overtaken is not None
    assert overtaken.wallet == casino.accounts.wallet(PLAYER, "EUR")
    assert sound(casino)


def test_the_end_of_a_bet_meets_the_wallet_that_moved_since(casino: Casino, ledger: Ledger) -> None:
    apply(ledger, "hold", "k1")
    casino.accounts.set_reserved(PLAYER, "EUR", 5)
    seen = seen_by(ledger, "settle", "k2")
    overtaken = late(ledger, seen, "settle", "k2")
    assert overtaken == replace(seen, wallet=casino.accounts.wallet(PLAYER, "EUR"))
    again = ledger.load(a_request("settle", "k2"), overtaken)
    assert again == overtaken


@pytest.mark.parametrize("player_id", [PLAYER, "ü#€ 🎰", "a" * 150])
def test_a_session_may_name_its_player(player_id: str) -> None:
    assert named_player(session_naming(player_id, "0f")) == player_id


@pytest.mark.parametrize(
    "session_id", ["", "s1", "s.", "s..x", "s.%%.x", "s.gA.x", "t.cDE.x", "s.cDE"]
)
def test_another_session_names_nobody(session_id: str) -> None:
    assert named_player(session_id) is None


def test_a_session_that_names_another_player_is_not_believed(
    casino: Casino, ledger: Ledger
) -> None:
    liar = session_naming("somebody", "1")
    casino.sessions.add(replace(SESSION, session_id=liar))
    seen = seen_by(ledger, "hold", "k1", session_id=liar)
    assert seen.wallet == casino.accounts.wallet(PLAYER, "EUR")
