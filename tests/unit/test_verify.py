"""The verifier finds nothing in a sound ledger, and names each way of spoiling one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from casino.domain.chain import entry_hash, seal
from casino.domain.model import (
    PLATFORM,
    Entry,
    Integration,
    Player,
    Round,
    Session,
    Tombstone,
    Transaction,
    VoidMarker,
    Wallet,
)
from casino.igsp.render import IgspRenderer
from casino.services.faults import Fault
from casino.services.verify import Verifier
from casino.services.wallet import WalletService
from tests.support.memory_ledger import MemoryLedger

GAME = "game-1"
STRICT = Integration("acme", "igsp", "secret")
LENIENT = replace(STRICT, refund_unknown_bet="accept")
WALLET = ("ann", "EUR")
ROUND = ("acme", "ann", "EUR", "r1")


class StillClock:
    def now(self) -> float:
        return 1_760_000_000.0

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing is contended here")


class Table:
    """Plays rounds on a ledger in memory."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self._wallet = WalletService(self.ledger, self.ledger, StillClock(), IgspRenderer())

    def seat(self, player_id: str, currency: str = "EUR", deposit: int = 100_00) -> None:
        self.ledger.add_player(Player(player_id, False, "2026-01-01T00:00:00.000Z"))
        self.ledger.add_wallet(player_id, currency)
        session = Session(player_id, player_id, currency, "acme", GAME, "active", "", 2_000_000_000)
        self.ledger.session_items[player_id] = session
        self.play("deposit", f"deposit-{player_id}", deposit, player_id, currency, type="deposit")

    def play(
        self,
        kind: Any,
        transaction_id: str,
        amount_minor: int,
        player_id: str = "ann",
        currency: str = "EUR",
        integration: Integration = STRICT,
        **fields: Any,
    ) -> str:
        ours = kind in ("deposit", "withdrawal")
        request = Transaction(
            integration=PLATFORM if ours else integration.name,
            transaction_id=transaction_id,
            kind=kind,
            player_id=player_id,
            currency=currency,
            amount_minor=amount_minor,
            session_id=None if ours else player_id,
            game_id=None if ours else GAME,
            **{"type": kind, **fields},
        )
        return self._wallet.transact(request, integration).code


@pytest.fixture
def ledger() -> MemoryLedger:
    """Two players and one of everything that can happen to a wallet."""
    table = Table()
    table.seat("ann")
    table.seat("bob", "JPY", 5_000)
    said = [
        table.play("bet", "bet-1", 10_00, round_id="r1"),
        table.play("bet", "bet-2", 5_00, round_id="r1"),
        table.play("bet", "bet-3", 1_000_00, round_id="r1"),
        table.play("win", "win-1", 20_00, round_id="r1", finished=True),
        table.play("bet", "bet-4", 7_00, round_id="r2"),
        table.play("refund", "refund-4", 7_00, type="bet", bet_transaction_id="bet-4"),
        table.play("bet", "free-1", 3_00, type="freespin", round_id="r3"),
        table.play("refund", "free-undo", 3_00, type="freespin", bet_transaction_id="free-1"),
        table.play("bet", "tip-1", 0, type="tip"),
        table.play("refund", "refund-9", 1_00, type="bet", bet_transaction_id="bet-9"),
        table.play("bet", "bet-9", 1_00),
        table.play(
            "refund", "refund-8", 1_00, integration=LENIENT, type="bet", bet_transaction_id="bet-8"
        ),
        table.play("withdrawal", "out-1", 50_00),
        table.play("bet", "bet-bob", 100, "bob", "JPY"),
    ]
    refused = ["insufficient_funds", "bet_not_found", "bet_cancelled"]
    assert [code for code in said if code != "ok"] == refused
    return table.ledger


def everything(ledger: MemoryLedger) -> set[str]:
    return codes(Verifier(ledger, ledger).everything().faults)


def codes(faults: tuple[Fault, ...]) -> set[str]:
    return {fault.code for fault in faults}


def change(ledger: MemoryLedger, transaction_id: str, **changes: Any) -> Entry:
    """Change an entry and give it a hash that fits: only what hangs together can tell."""
    key = next(key for key in ledger.entries if key[1] == transaction_id)
    ledger.entries[key] = seal(replace(ledger.entries[key], **changes, hash=""))
    return ledger.entries[key]


def test_a_sound_ledger_has_no_faults(ledger: MemoryLedger) -> None:
    found = Verifier(ledger, ledger).everything()
    assert found.faults == ()
    assert (found.wallets, found.entries) == (2, len(ledger.entries))


def test_a_sound_wallet_has_no_faults(ledger: MemoryLedger) -> None:
    assert Verifier(ledger, ledger).wallet("ann", "EUR").faults == ()


def test_an_unknown_wallet_is_not_called_sound(ledger: MemoryLedger) -> None:
    with pytest.raises(LookupError):
        Verifier(ledger, ledger).wallet("ann", "USD")


def test_a_fault_names_its_wallet_and_transaction(ledger: MemoryLedger) -> None:
    entry = ledger.entries["acme", "bet-1"]
    ledger.entries["acme", "bet-1"] = replace(entry, trace_id="other")
    (fault,) = Verifier(ledger, ledger).everything().faults
    assert (fault.code, fault.wallet, fault.transaction_id) == ("entry_hash", "EUR#ann", "bet-1")
    assert fault.detail


@pytest.mark.parametrize(
    "changes",
    [{"rule": "other"}, {"body": "{}"}, {"at": "2020-01-01T00:00:00.000Z"}, {"extra": "{}"}],
)
def test_any_changed_field_of_an_entry_is_found(
    ledger: MemoryLedger, changes: dict[str, str]
) -> None:
    ledger.entries["acme", "win-1"] = replace(ledger.entries["acme", "win-1"], **changes)  # type: ignore[arg-type]
    assert everything(ledger) == {"entry_hash"}


def test_an_entry_changed_with_its_hash_breaks_the_chain(ledger: MemoryLedger) -> None:
    change(ledger, "bet-2", trace_id="other")
    # the refusal after it was decided from this state, too
    assert everything(ledger) == {"chain_broken", "refusal_out_of_place"}


def test_the_last_entry_changed_with_its_hash_is_not_the_head(ledger: MemoryLedger) -> None:
    change(ledger, "out-1", trace_id="other")
    assert everything(ledger) == {"head_hash"}


def test_a_request_changed_with_its_hash_does_not_fit_its_fingerprint(ledger: MemoryLedger) -> None:
    change(ledger, "out-1", game_id="game-2")
    assert everything(ledger) == {"fingerprint", "head_hash"}


def test_unbalanced_postings_are_found(ledger: MemoryLedger) -> None:
    change(ledger, "out-1", postings=(("platform", 49_99), ("player", -50_00)))
    assert everything(ledger) == {"postings_unbalanced", "head_hash"}


def test_a_posting_that_differs_from_the_balance_is_found(ledger: MemoryLedger) -> None:
    change(ledger, "out-1", postings=(("platform", 40_00), ("player", -40_00)))
    assert everything(ledger) == {"player_posting", "amount_posting", "head_hash"}


def test_an_amount_that_was_not_asked_for_is_found(ledger: MemoryLedger) -> None:
    entry = change(ledger, "out-1", postings=(("platform", -1), ("player", 1)))
    after = entry.balance_before_minor + 1
    change(ledger, "out-1", balance_after_minor=after)
    assert everything(ledger) == {"amount_posting", "head_balance", "head_hash"}


def test_a_refusal_that_moved_money_is_found(ledger: MemoryLedger) -> None:
    change(ledger, "bet-3", balance_after_minor=0)
    assert everything(ledger) == {"refusal_moved_money"}


def test_a_refusal_decided_from_another_balance_is_found(ledger: MemoryLedger) -> None:
    change(ledger, "bet-3", balance_before_minor=1, balance_after_minor=1)
    assert everything(ledger) == {"refusal_out_of_place"}


def test_a_missing_entry_is_a_gap_with_its_numbers(ledger: MemoryLedger) -> None:
    del ledger.entries["acme", "tip-1"]
    (fault,) = Verifier(ledger, ledger).everything().faults
    assert fault.code == "sequence_gap"
    assert "8 to 8" in fault.detail


def test_a_missing_last_entry_is_a_gap(ledger: MemoryLedger) -> None:
    del ledger.entries[PLATFORM, "out-1"]
    assert everything(ledger) == {"sequence_gap"}


def test_two_entries_with_one_number_are_found(ledger: MemoryLedger) -> None:
    win = ledger.entries["acme", "win-1"]
    twin = seal(replace(win, transaction_id="win-2", round_id=None, hash=""))
    ledger.entries["acme", "win-2"] = twin
    assert everything(ledger) == {"sequence_duplicate", "fingerprint"}


def test_a_balance_that_does_not_continue_is_found(ledger: MemoryLedger) -> None:
    entry = ledger.entries[PLATFORM, "out-1"]
    before, after = entry.balance_before_minor + 1, entry.balance_after_minor + 1
    change(ledger, "out-1", balance_before_minor=before, balance_after_minor=after)
    assert everything(ledger) == {"balance_discontinuity", "head_balance", "head_hash"}


def test_a_wallet_whose_first_entry_does_not_follow_the_genesis_is_found(
    ledger: MemoryLedger,
) -> None:
    change(ledger, "deposit-bob", previous_hash="00" * 32)
    assert everything(ledger) == {"chain_broken"}


def test_a_balance_changed_in_the_wallet_alone_is_found(ledger: MemoryLedger) -> None:
    ledger.heads[WALLET] = replace(ledger.heads[WALLET], balance_minor=1_000_000_00)
    assert everything(ledger) == {"head_balance"}


def test_a_head_changed_in_the_wallet_alone_is_found(ledger: MemoryLedger) -> None:
    ledger.heads[WALLET] = replace(ledger.heads[WALLET], head_hash="00" * 32)
    assert everything(ledger) == {"head_hash"}


def test_more_reserved_than_there_is_is_found(ledger: MemoryLedger) -> None:
    ledger.heads[WALLET] = replace(ledger.heads[WALLET], reserved_minor=1_000_000_00)
    assert everything(ledger) == {"wallet_overdrawn"}


def test_a_wallet_that_lost_its_last_move_is_found(ledger: MemoryLedger) -> None:
    last, before = ledger.entries[PLATFORM, "out-1"], ledger.entries["acme", "refund-8"]
    ledger.heads[WALLET] = replace(
        ledger.heads[WALLET],
        seq=before.seq,
        balance_minor=before.balance_after_minor,
        head_hash=last.previous_hash,
    )
    assert everything(ledger) == {"entry_beyond_head"}


def test_entries_without_a_wallet_are_found(ledger: MemoryLedger) -> None:
    del ledger.heads[WALLET]
    assert "entry_beyond_head" in everything(ledger)


def test_a_refusal_of_a_player_without_a_wallet_is_no_fault(ledger: MemoryLedger) -> None:
    table = Table()
    table.ledger = ledger
    service = WalletService(ledger, ledger, StillClock(), IgspRenderer())
    request = Transaction("acme", "bet-x", "bet", "bet", "nobody", "EUR", 1, session_id="none")
    assert service.transact(request, STRICT).code == "session_not_found"
    assert everything(ledger) == set()


def _unmarked(ledger: MemoryLedger) -> None:
    del ledger.voids["acme", "bet-4"]


def _marked_by_another(ledger: MemoryLedger) -> None:
    void = ledger.voids["acme", "bet-4"]
    ledger.voids["acme", "bet-4"] = replace(void, refund_transaction_id="refund-9")


def _marked_by_none(ledger: MemoryLedger) -> None:
    ledger.voids["acme", "bet-1"] = VoidMarker("acme", "bet-1", "refund-1", "")


def _marked_without_bet(ledger: MemoryLedger) -> None:
    ledger.voids["acme", "bet-0"] = VoidMarker("acme", "bet-0", "refund-4", "")


def _unbarred(ledger: MemoryLedger) -> None:
    del ledger.tombstones["acme", "bet-9"]


def _unbarred_though_accepted(ledger: MemoryLedger) -> None:
    del ledger.tombstones["acme", "bet-8"]


def _barred_by_none(ledger: MemoryLedger) -> None:
    stone = Tombstone("acme", "bet-7", "refund-7", *WALLET, "")
    ledger.tombstones["acme", "bet-7"] = stone


def _barred_by_another(ledger: MemoryLedger) -> None:
    stone = ledger.tombstones["acme", "bet-9"]
    ledger.tombstones["acme", "bet-9"] = replace(stone, refund_transaction_id="refund-4")


def _barred_and_applied(ledger: MemoryLedger) -> None:
    stone = ledger.tombstones.pop(("acme", "bet-9"))
    ledger.tombstones["acme", "bet-2"] = replace(stone, bet_transaction_id="bet-2")


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
        (
            _barred_and_applied,
            {"tombstone_missing", "tombstone_without_refund", "bet_under_tombstone"},
        ),
    ],
)
def test_markers_that_do_not_match_the_entries_are_found(
    ledger: MemoryLedger, spoil: Callable[[MemoryLedger], None], found: set[str]
) -> None:
    spoil(ledger)
    assert everything(ledger) == found


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
    ledger: MemoryLedger, spoil: Callable[[MemoryLedger], None], found: set[str]
) -> None:
    spoil(ledger)
    verifier = Verifier(ledger, ledger)
    assert codes(verifier.wallet("ann", "EUR").faults) == found
    assert verifier.wallet("bob", "JPY").faults == ()


def test_a_bet_refunded_twice_is_found_although_every_entry_is_sound(ledger: MemoryLedger) -> None:
    refund, head = ledger.entries["acme", "refund-4"], ledger.heads[WALLET]
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
    ledger.entries["acme", "refund-5"] = second
    ledger.heads[WALLET] = replace(
        head, seq=second.seq, balance_minor=second.balance_after_minor, head_hash=second.hash
    )
    key = ("acme", "ann", "EUR", "r2")
    ledger.round_items[key] = replace(ledger.round_items[key], refunds=2)
    assert everything(ledger) == {"bet_refunded_twice", "void_mismatch"}


def test_a_refund_of_another_amount_than_the_stake_is_found(ledger: MemoryLedger) -> None:
    change(
        ledger, "free-1", amount_minor=4_00, postings=(("integration", 4_00), ("promotion", -4_00))
    )
    assert {"refund_amount", "refund_postings"} <= everything(ledger)


def test_a_refund_of_no_bet_is_found(ledger: MemoryLedger) -> None:
    change(ledger, "refund-4", bet_transaction_id="win-1")
    assert {"refund_without_bet", "void_missing"} <= everything(ledger)


def test_a_refund_of_another_wallets_bet_is_found(ledger: MemoryLedger) -> None:
    change(ledger, "refund-4", bet_transaction_id="bet-bob")
    assert "refund_without_bet" in everything(ledger)


@pytest.mark.parametrize(
    "changes", [{"bets": 3}, {"refunds": 1}, {"paid_wins": 0}, {"finished": False}]
)
def test_a_round_that_does_not_count_its_entries_is_found(
    ledger: MemoryLedger, changes: dict[str, int]
) -> None:
    ledger.round_items[ROUND] = replace(ledger.round_items[ROUND], **changes)  # type: ignore[arg-type]
    assert everything(ledger) == {"round_counters"}
    assert codes(Verifier(ledger, ledger).wallet("ann", "EUR").faults) == {"round_counters"}


def test_a_round_without_an_item_or_without_entries_is_found(ledger: MemoryLedger) -> None:
    del ledger.round_items[ROUND]
    assert everything(ledger) == {"round_missing"}
    ledger.round_items[ROUND] = Round(*ROUND, bets=2, paid_wins=1, finished=True)
    stray = Round("acme", "ann", "EUR", "r9", bets=1)
    ledger.round_items["acme", "ann", "EUR", "r9"] = stray
    assert everything(ledger) == {"round_counters"}


class PlayedMeanwhile(MemoryLedger):
    """Between the reading of the heads and that of the ledger, the player goes on."""

    def rounds(self) -> Iterator[Round]:
        before = list(super().rounds())
        table = Table()
        table.ledger, table._wallet = self, WalletService(self, self, StillClock(), IgspRenderer())
        table.play("bet", "late-1", 1_00, round_id="r9")
        table.play("refund", "late-2", 1_00, type="bet", bet_transaction_id="late-1")
        table.play("refund", "late-3", 10_00, type="bet", bet_transaction_id="bet-9")
        return iter(before)


def test_a_ledger_that_is_written_meanwhile_is_judged_up_to_the_heads(ledger: MemoryLedger) -> None:
    busy = PlayedMeanwhile(**vars(ledger))
    found = Verifier(busy, busy).everything()
    assert found.faults == ()
    assert len(busy.entries) == found.entries + 2  # the refusal was decided at the new head
    assert Verifier(busy, busy).wallet("ann", "EUR").faults == ()


class LaggingIndex(MemoryLedger):
    """The index by wallet has not heard of the last entries."""

    def of_wallet(self, player_id: str, currency: str) -> Iterator[Entry]:
        return (entry for entry in super().of_wallet(player_id, currency) if entry.seq < 5)


def test_what_the_index_does_not_know_yet_is_read_from_the_ledger(ledger: MemoryLedger) -> None:
    lagging = LaggingIndex(**vars(ledger))
    found = Verifier(lagging, lagging).wallet("ann", "EUR")
    assert found.faults == ()
    assert found.entries == sum(entry.player_id == "ann" for entry in ledger.entries.values())


def test_an_entry_lost_behind_a_lagging_index_is_still_found(ledger: MemoryLedger) -> None:
    lagging = LaggingIndex(**vars(ledger))
    del lagging.entries[PLATFORM, "out-1"]
    assert codes(Verifier(lagging, lagging).wallet("ann", "EUR").faults) == {"sequence_gap"}


def test_the_hash_covers_every_field_of_an_entry(ledger: MemoryLedger) -> None:
    entry = ledger.entries["acme", "bet-1"]
    others = {
        str: "other",
        int: 99,
        bool: not entry.finished,
        tuple: (("player", 1),),
        type(None): "x",
    }
    for name in Entry.__dataclass_fields__.keys() - {"hash"}:
        changed = replace(entry, **{name: others[type(getattr(entry, name))]})
        assert entry_hash(changed) != entry.hash, name


def test_a_wallet_is_never_judged_by_another_players_entries(ledger: MemoryLedger) -> None:
    wallet: Wallet = ledger.heads["bob", "JPY"]
    assert wallet.balance_minor == 4_900
    del ledger.entries["acme", "bet-bob"]
    assert Verifier(ledger, ledger).wallet("ann", "EUR").faults == ()
    assert codes(Verifier(ledger, ledger).wallet("bob", "JPY").faults) == {"sequence_gap"}
