"""The ledgers that a bet is measured beside are whole: proved, indexed, and played on."""

from pathlib import Path

import pytest

from benchmarks.measures import contention, growth
from benchmarks.measures.filled_ledger import TooLittleMemoryError, filled_stages
from benchmarks.measures.long_play import bet
from casino.wallet.proof.verify import Verifier


def test_a_filled_ledger_is_proved_and_its_index_leads_to_every_entry(tmp_path: Path) -> None:
    with filled_stages(tmp_path, [1_000]) as [(stage, played)]:
        world = stage.world
        proof = Verifier(world.history).everything()
        assert (proof.entries, proof.faults) == (1_000, ())
        assert proof.wallets == len(played.seats())
        player_id, currency = played.session.player_id, played.session.currency
        indexed = list(world.history.of_wallet(player_id, currency))
        assert [entry.seq for entry in indexed] == list(range(1, played.measured + 1))
        assert indexed[-1].transaction_id == bet(played.session, played.measured).transaction_id
        table = world.client.describe_table(TableName=world.tables.ledger)["Table"]
        assert table["ItemCount"] == 1_000


def test_a_ledger_that_does_not_fit_into_memory_is_not_begun(tmp_path: Path) -> None:
    with (
        pytest.raises(TooLittleMemoryError, match="entries need 9000"),
        filled_stages(tmp_path, [1_000_000_000]),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_bets_are_measured_beside_ledgers_of_two_sizes(built: Path) -> None:
    found = growth.measure(small=100, large=300, blocks=1, bets=3)
    assert (found["small"]["entries"], found["large"]["entries"]) == (100, 300)
    assert found["large"]["bets"] == 3
    for figures in (found["small"], found["large"]):
        assert (figures["round_trips"], figures["write"], figures["read"]) == (2, 7, 4)
        replay = figures["replay"]
        assert (replay["round_trips"], replay["write"], replay["read"]) == (1, 0, 4)


def test_every_bet_of_a_contended_wallet_is_told_and_proved(built: Path) -> None:
    found = contention.measure((1, 3), bets=3, fewest_each=2, bursts=(3,), repeats=2)
    rows = [(row["concurrent"], row["decided"]) for row in found["contention"]]
    assert rows == [(1, 3), (3, 6)]
    assert found["contention"][0]["conflicts"] == 0
    (burst,) = found["burst"]
    assert (burst["bets"], burst["decided"] + burst["busy"] + burst["unclear"]) == (6, 6)
    assert 0 < burst["p50_ms"] <= burst["p95_ms"]
