"""The hash chain notices a change to any field of any entry."""

from dataclasses import fields, replace
from typing import Any

import pytest

from casino.bonus.model import BonusPart
from casino.wallet.chain import entry_hash, genesis_hash, seal
from casino.wallet.decision import Snapshot
from casino.wallet.model import Entry, Wallet
from testing.transactions import PLAYER, SESSION, a_bet, commit_of

WALLET = Wallet(PLAYER, "EUR", 100_000, 0, 0, 0, genesis_hash(PLAYER, "EUR"), blocked=False)
ENTRY = commit_of(Snapshot(wallet=WALLET, session=SESSION), a_bet(round_id="r1", extra="{}")).entry


def other(value: Any) -> Any:
    """Return a value of the same kind that differs a little."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case None:
            return ""
        case tuple():
            return tuple((account, amount + 1) for account, amount in value)
    raise AssertionError(value)


def test_a_sealed_entry_holds_its_own_hash() -> None:
    assert ENTRY.hash == entry_hash(ENTRY)
    assert seal(ENTRY) == ENTRY


def test_a_first_entry_follows_the_genesis_of_its_wallet() -> None:
    assert ENTRY.previous_hash == genesis_hash(PLAYER, "EUR")


def test_no_two_wallets_have_the_same_genesis() -> None:
    pairs = [("p1", "EUR"), ("p1", "USD"), ("p2", "EUR"), ("EUR#p1", "EUR"), ("p1#EUR", "EUR")]
    assert len({genesis_hash(*pair) for pair in pairs}) == len(pairs)


PLAIN = [field.name for field in fields(Entry) if field.name not in ("hash", "bonus")]


@pytest.mark.parametrize("name", PLAIN)
def test_a_change_to_any_field_changes_the_hash(name: str) -> None:
    changed = replace(ENTRY, **{name: other(getattr(ENTRY, name))})
    assert entry_hash(changed) != ENTRY.hash


@pytest.mark.parametrize("name", [field.name for field in fields(BonusPart)])
def test_so_does_a_change_to_what_it_says_of_a_bonus(name: str) -> None:
    part = BonusPart("g1", 1, 5_00, 2_00, 2_00, 50_00, 2_00)
    changed = replace(part, **{name: other(getattr(part, name))})
    assert len({entry_hash(replace(ENTRY, bonus=each)) for each in (None, part, changed)}) == 3


def test_what_is_moved_from_one_field_to_the_next_changes_the_hash() -> None:
    moved = replace(ENTRY, game_id="g1a", session_id="b")
    back = replace(ENTRY, game_id="g1", session_id="ab")
    assert entry_hash(moved) != entry_hash(back)


def test_the_hash_of_a_known_entry_never_changes() -> None:
    # Entries are stored for ever: another hash here would break every chain that exists.
    assert ENTRY.hash == "e84cda1e35cca7adb36df854952646754616ebf4a2b3dd6fd2ad07a7241b5730"
