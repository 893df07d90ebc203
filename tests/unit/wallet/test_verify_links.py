"""The verifier names what refunds, markers, tombstones and rounds contradict each other in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from casino.wallet.chain import seal
from casino.wallet.model import Round, Tombstone, Transaction, VoidMarker
from casino.wallet.ports import LedgerItem, Unreadable
from casino.wallet.proof.verify import Verifier
from testing.fake_ledger import FakeHistory, FakeTables
from tests.unit.wallet.verified import (
    GAME,
    ROUND,
    WALLET,
    change,
    codes,
    entry,
    everything,
    played_tables,
    verifier,
)


@pytest.fixture
def tables() -> FakeTables:
    return played_tables()


def _unmarked(tables: FakeTables) -> None:
    del tables.voids["acme", "bet-4"]


def _marked_by_another(tables: FakeTables) -> None:
    void = tables.voids["acme", "bet-4"]
    tables.voids["acme", "bet-4"] = replace(void, refund_transaction_id="refund-9")


def _marked_by_none(tables: FakeTables) -> None:
    tables.voids["acme", "bet-1"] = VoidMarker("acme", "bet-1", "refund-1", "")


def _marked_without_bet(tables: FakeTables) -> None:
    tables.voids["acme", "bet-0"] = VoidMarker("acme", "bet-0", "refund-4", "")


def _unbarred(tables: FakeTables) -> None:
    del tables.records["acme", "bet-9"]


def _unbarred_though_accepted(tables: FakeTables) -> None:
    del tables.records["acme", "bet-8"]


def _barred_by_none(tables: FakeTables) -> None:
    stone = Tombstone("acme", "bet-7", "refund-7", *WALLET, "", 409, "{}")
    tables.records["acme", "bet-7"] = stone


def _barred_by_another(tables: FakeTables) -> None:
    stone = Tombstone("acme", "bet-9", "refund-4", *WALLET, "", 409, "{}")
    tables.records["acme", "bet-9"] = stone


def _barred_but_applied(tables: FakeTables) -> None:
    """The tombstone is gone, and the late bet has debited."""
    bet = entry(tables, "acme", "bet-2")
    tables.records["acme", "bet-9"] = seal(replace(bet, transaction_id="bet-9", hash=""))


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_unmarked, {"void_missing"}),
        (_marked_by_another, {"void_mismatch", "void_without_refund"}),
        (_marked_by_none, {"void_without_refund"}),
        (_marked_without_bet, {"void_without_bet", "void_without_refund"}),
        (_unbarred, {"tombstone_missing"}),
        (_unbarred_though_accepted, {"tombstone_missing"}),
        (_barred_by_none, {"tombstone_without_refund"}),
        (_barred_by_another, {"tombstone_without_refund"}),
        (_barred_but_applied, {"bet_under_tombstone", "sequence_duplicate", "round_counters"}),
    ],
)
def test_markers_that_do_not_match_the_entries_are_found(
    tables: FakeTables, spoil: Callable[[FakeTables], None], found: set[str]
) -> None:
    spoil(tables)
    assert everything(tables) == found


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_unmarked, {"void_missing"}),
        (_marked_by_another, {"void_mismatch", "void_without_refund"}),
        (_marked_by_none, {"void_without_refund"}),
        (_unbarred, {"tombstone_missing"}),
        (_barred_by_another, {"tombstone_without_refund"}),
    ],
)
def test_the_proof_of_one_wallet_finds_its_markers_too(
    tables: FakeTables, spoil: Callable[[FakeTables], None], found: set[str]
) -> None:
    spoil(tables)
    prove = verifier(tables)
    assert codes(prove.wallet("ann", "EUR").faults) == found
    assert prove.wallet("bob", "JPY").faults == ()


def test_a_bet_refunded_twice_is_found_although_every_entry_is_sound(tables: FakeTables) -> None:
    refund, head = entry(tables, "acme", "refund-4"), tables.heads[WALLET]
    request = Transaction(
        *("acme", "refund-5", "refund", "bet", "ann", "EUR", 7_00),
        game_id=GAME,
        bet_transaction_id="bet-4",
    )
    second = seal(
        replace(
            refund,
            transaction_id="refund-5",
            fingerprint=request.fingerprint(),
            seq=head.seq + 1,
            balance_before_minor=head.balance_minor,
            balance_after_minor=head.balance_minor + 7_00,
            previous_hash=head.head_hash,
            hash="",
        )
    )
    tables.records["acme", "refund-5"] = second
    tables.heads[WALLET] = replace(
        head, seq=second.seq, balance_minor=second.balance_after_minor, head_hash=second.hash
    )
    key = ("acme", "ann", "EUR", "r2")
    tables.rounds[key] = replace(tables.rounds[key], refunds=2)
    assert everything(tables) == {"bet_refunded_twice", "void_mismatch"}


def test_a_refund_of_another_amount_than_the_stake_is_found(tables: FakeTables) -> None:
    postings = (("integration", 4_00), ("promotion", -4_00))
    change(tables, "free-1", amount_minor=4_00, postings=postings)
    assert {"refund_amount", "refund_postings"} <= everything(tables)


def test_a_refund_of_no_bet_is_found(tables: FakeTables) -> None:
    change(tables, "refund-4", bet_transaction_id="win-1")
    assert {"refund_without_bet", "void_missing"} <= everything(tables)


def test_a_refund_of_another_wallets_bet_is_found(tables: FakeTables) -> None:
    change(tables, "refund-4", bet_transaction_id="bet-bob")
    assert "refund_without_bet" in everything(tables)


@pytest.mark.parametrize(
    "changes", [{"bets": 3}, {"refunds": 1}, {"paid_wins": 0}, {"finished": False}]
)
def test_a_round_that_does_not_count_its_entries_is_found(
    tables: FakeTables, changes: dict[str, Any]
) -> None:
    tables.rounds[ROUND] = replace(tables.rounds[ROUND], **changes)
    assert everything(tables) == {"round_counters"}
    assert codes(verifier(tables).wallet("ann", "EUR").faults) == {"round_counters"}


def test_a_round_without_an_item_or_without_entries_is_found(tables: FakeTables) -> None:
    del tables.rounds[ROUND]
    assert everything(tables) == {"round_missing"}
    tables.rounds[ROUND] = Round(*ROUND, bets=2, paid_wins=1, finished=True)
    stray = Round("acme", "ann", "EUR", "r9", bets=1)
    tables.rounds["acme", "ann", "EUR", "r9"] = stray
    assert everything(tables) == {"round_counters"}


class ExtraTombstone(FakeHistory):
    """The export of a ledger, in which a tombstone and an applied bet share an id."""

    def everything(self) -> Iterator[LedgerItem | Unreadable]:
        yield from super().everything()
        yield Tombstone("acme", "bet-2", "refund-9", *WALLET, "", 409, "{}")


def test_a_bet_applied_under_a_tombstone_is_found(tables: FakeTables) -> None:
    found = Verifier(ExtraTombstone(tables)).everything()
    assert codes(found.faults) == {"bet_under_tombstone", "tombstone_without_refund"}
