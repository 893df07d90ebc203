"""What fills the ledger for the benchmark is whole, and can be told without looking."""

import pytest

from benchmarks.measures.long_play import LongPlay, bet, head_of, play
from casino.wallet.model import PLATFORM
from casino.wallet.proof.chain import check_wallet
from testing.transactions import SESSION


def test_a_played_wallet_is_proved_from_its_first_entry_to_its_head() -> None:
    entries = list(play(SESSION, 60))
    assert [entry.seq for entry in entries] == list(range(1, 61))
    assert list(check_wallet(head_of(entries[-1]), entries)) == []


def test_the_bet_under_a_sequence_number_is_known_without_the_entry() -> None:
    opening, *bets = play(SESSION, 60)
    assert (opening.kind, opening.integration) == ("deposit", PLATFORM)
    for entry in bets:
        request = bet(SESSION, entry.seq)
        assert request.transaction_id == entry.transaction_id
        assert request.fingerprint() == entry.fingerprint


@pytest.mark.parametrize("entries", [100, 1_000, 1_270])
def test_the_seats_share_all_entries_and_the_measured_one_has_a_tenth(entries: int) -> None:
    played = LongPlay(entries, SESSION)
    seats = played.seats()
    assert seats[0] == (SESSION, entries // 10)
    assert sum(count for _, count in seats) == entries
    assert len({session.player_id for session, _ in seats}) == len(seats)
