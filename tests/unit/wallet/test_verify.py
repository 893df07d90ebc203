"""The verifier finds nothing in a sound ledger, and names each way of spoiling a chain."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from casino.wallet.chain import entry_hash, seal
from casino.wallet.model import PLATFORM, Entry, Round, Wallet
from casino.wallet.ports import Unreadable
from casino.wallet.proof.verify import Verifier
from testing.fake_ledger import FakeHistory, FakeTables
from tests.unit.wallet.verified import (
    WALLET,
    Casino,
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


def test_a_sound_ledger_has_no_faults(tables: FakeTables) -> None:
    found = verifier(tables).everything()
    assert found.faults == ()
    assert (found.wallets, found.entries) == (2, 15)


def test_a_sound_wallet_has_no_faults(tables: FakeTables) -> None:
    assert verifier(tables).wallet("ann", "EUR").faults == ()


def test_an_unknown_wallet_is_not_called_sound(tables: FakeTables) -> None:
    with pytest.raises(LookupError):
        verifier(tables).wallet("ann", "USD")


def test_a_fault_names_its_wallet_and_transaction(tables: FakeTables) -> None:
    found = entry(tables, "acme", "bet-1")
    tables.records["acme", "bet-1"] = replace(found, trace_id="other")
    (fault,) = verifier(tables).everything().faults
    assert (fault.code, fault.wallet, fault.transaction_id) == ("entry_hash", "EUR#ann", "bet-1")
    assert fault.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "win_without_bet"},
        {"body": "{}"},
        {"at": "2020-01-01T00:00:00.000Z"},
        {"extra": "{}"},
    ],
)
def test_any_changed_field_of_an_entry_is_found(
    tables: FakeTables, changes: dict[str, Any]
) -> None:
    tables.records["acme", "win-1"] = replace(entry(tables, "acme", "win-1"), **changes)
    assert everything(tables) == {"entry_hash"}


def test_an_entry_changed_with_its_hash_breaks_the_chain(tables: FakeTables) -> None:
    change(tables, "bet-2", trace_id="other")
    # the refusal after it was decided from this state, too
    assert everything(tables) == {"chain_broken", "refusal_out_of_place"}


def test_the_last_entry_changed_with_its_hash_is_not_the_head(tables: FakeTables) -> None:
    change(tables, "out-1", trace_id="other")
    assert everything(tables) == {"head_hash"}


def test_a_request_changed_with_its_hash_does_not_fit_its_fingerprint(tables: FakeTables) -> None:
    change(tables, "out-1", game_id="game-2")
    assert everything(tables) == {"fingerprint", "head_hash"}


def test_unbalanced_postings_are_found(tables: FakeTables) -> None:
    change(tables, "out-1", postings=(("platform", 49_99), ("player", -50_00)))
    assert everything(tables) == {"postings_unbalanced", "head_hash"}


def test_a_posting_that_differs_from_the_balance_is_found(tables: FakeTables) -> None:
    change(tables, "out-1", postings=(("platform", 40_00), ("player", -40_00)))
    assert everything(tables) == {"player_posting", "amount_posting", "head_hash"}


def test_an_amount_that_was_not_asked_for_is_found(tables: FakeTables) -> None:
    found = change(tables, "out-1", postings=(("platform", -1), ("player", 1)))
    after = found.balance_before_minor + 1
    change(tables, "out-1", balance_after_minor=after)
    assert everything(tables) == {"amount_posting", "head_balance", "head_hash"}


def test_a_refusal_that_moved_money_is_found(tables: FakeTables) -> None:
    change(tables, "bet-3", balance_after_minor=0)
    assert everything(tables) == {"refusal_moved_money"}


def test_a_refusal_decided_from_another_balance_is_found(tables: FakeTables) -> None:
    change(tables, "bet-3", balance_before_minor=1, balance_after_minor=1)
    assert everything(tables) == {"refusal_out_of_place"}


def test_a_missing_entry_is_a_gap_with_its_numbers(tables: FakeTables) -> None:
    del tables.records["acme", "tip-1"]
    (fault,) = verifier(tables).everything().faults
    assert fault.code == "sequence_gap"
    assert "9 to 9" in fault.detail


def test_a_missing_last_entry_is_a_gap(tables: FakeTables) -> None:
    del tables.records[PLATFORM, "out-1"]
    assert everything(tables) == {"sequence_gap"}


def test_two_entries_with_one_number_are_found(tables: FakeTables) -> None:
    win = entry(tables, "acme", "win-1")
    twin = seal(replace(win, transaction_id="win-2", round_id=None, hash=""))
    tables.records["acme", "win-2"] = twin
    assert everything(tables) == {"sequence_duplicate", "fingerprint"}


def test_a_balance_that_does_not_continue_is_found(tables: FakeTables) -> None:
    found = entry(tables, PLATFORM, "out-1")
    before, after = found.balance_before_minor + 1, found.balance_after_minor + 1
    change(tables, "out-1", balance_before_minor=before, balance_after_minor=after)
    assert everything(tables) == {"balance_discontinuity", "head_balance", "head_hash"}


def test_a_wallet_whose_first_entry_does_not_follow_the_genesis_is_found(
    tables: FakeTables,
) -> None:
    change(tables, "deposit-bob", previous_hash="00" * 32)
    assert everything(tables) == {"chain_broken"}


def test_a_balance_changed_in_the_wallet_alone_is_found(tables: FakeTables) -> None:
    tables.heads[WALLET] = replace(tables.heads[WALLET], balance_minor=1_000_000_00)
    assert everything(tables) == {"head_balance"}


def test_a_head_changed_in_the_wallet_alone_is_found(tables: FakeTables) -> None:
    tables.heads[WALLET] = replace(tables.heads[WALLET], head_hash="00" * 32)
    assert everything(tables) == {"head_hash"}


def test_more_reserved_than_there_is_is_found(tables: FakeTables) -> None:
    tables.heads[WALLET] = replace(tables.heads[WALLET], reserved_minor=1_000_000_00)
    assert everything(tables) == {"wallet_overdrawn", "reserved_sum"}


def test_a_wallet_that_lost_its_last_move_is_found(tables: FakeTables) -> None:
    last, before = entry(tables, PLATFORM, "out-1"), entry(tables, "acme", "refund-8")
    tables.heads[WALLET] = replace(
        tables.heads[WALLET],
        seq=before.seq,
        balance_minor=before.balance_after_minor,
        head_hash=last.previous_hash,
    )
    assert everything(tables) == {"entry_beyond_head"}


def test_entries_without_a_wallet_are_found(tables: FakeTables) -> None:
    del tables.heads[WALLET]
    assert "entry_beyond_head" in everything(tables)


def test_a_refusal_of_a_player_without_a_wallet_is_no_fault(tables: FakeTables) -> None:
    assert Casino(tables).play("bet", "bet-x", 1, "nobody") == "session_not_found"
    assert everything(tables) == set()


class PlayedMeanwhile(FakeHistory):
    """Between the reading of the heads and that of the ledger, the player goes on."""

    def rounds(self) -> Iterator[Round | Unreadable]:
        before = list(super().rounds())
        casino = Casino(self._tables)
        casino.play("bet", "late-1", 1_00, round_id="r9")
        casino.play("refund", "late-2", 1_00, type="bet", bet_transaction_id="late-1")
        casino.play("refund", "late-3", 10_00, type="bet", bet_transaction_id="bet-9")
        return iter(before)


def test_a_ledger_that_is_written_meanwhile_is_judged_up_to_the_heads(tables: FakeTables) -> None:
    sound = verifier(tables).everything()
    busy = Verifier(PlayedMeanwhile(tables))
    assert busy.everything() == sound
    assert verifier(tables).everything().entries == sound.entries + 3


def test_a_wallet_that_is_written_meanwhile_is_judged_up_to_its_head(tables: FakeTables) -> None:
    busy = Verifier(PlayedMeanwhile(tables))
    assert busy.wallet("ann", "EUR").faults == ()


class LaggingIndex(FakeHistory):
    """The index by wallet has not heard of the last entries."""

    def of_wallet(self, player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        return (e for e in super().of_wallet(player_id, currency, since) if e.seq < 5)


def test_what_the_index_does_not_know_yet_is_read_from_the_ledger(tables: FakeTables) -> None:
    lagging = Verifier(LaggingIndex(tables))
    assert lagging.wallet("ann", "EUR") == verifier(tables).wallet("ann", "EUR")


def test_an_entry_lost_behind_a_lagging_index_is_still_found(tables: FakeTables) -> None:
    del tables.records[PLATFORM, "out-1"]
    lagging = Verifier(LaggingIndex(tables))
    assert codes(lagging.wallet("ann", "EUR").faults) == {"sequence_gap"}


def test_the_hash_covers_every_field_of_an_entry(tables: FakeTables) -> None:
    found = entry(tables, "acme", "bet-1")
    others = {str: "other", int: 99, tuple: (("player", 1),), type(None): "x"}
    for name in Entry.__dataclass_fields__.keys() - {"hash", "bonus"}:
        value = getattr(found, name)
        changed = not value if isinstance(value, bool) else others[type(value)]
        changes: dict[str, Any] = {name: changed}
        assert entry_hash(replace(found, **changes)) != found.hash, name


def test_a_wallet_is_never_judged_by_another_players_entries(tables: FakeTables) -> None:
    wallet: Wallet = tables.heads["bob", "JPY"]
    assert wallet.balance_minor == 4_900
    del tables.records["acme", "bet-bob"]
    assert verifier(tables).wallet("ann", "EUR").faults == ()
    assert codes(verifier(tables).wallet("bob", "JPY").faults) == {"sequence_gap"}


def test_m11_tampering_that_hangs_together_is_found_in_the_entry_itself(tables: FakeTables) -> None:
    change(tables, "out-1", kind="transfer")
    assert everything(tables) == {"kind_unknown", "fingerprint", "head_hash"}
    change(
        tables, "out-1", kind="withdrawal", postings=(("integration", 50_00), ("player", -50_00))
    )
    assert everything(tables) == {"accounts_of_kind", "head_hash"}
    change(
        tables, "out-1", postings=(("platform", 50_00), ("player", -50_00)), reserved_minor=60_00
    )
    assert everything(tables) == {"overspent", "head_hash"}
