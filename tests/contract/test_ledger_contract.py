"""What the ledger promises, of the fake and of DynamoDB alike: all or nothing, once, in order."""

from dataclasses import replace
from typing import Any

import pytest

from casino.base.errors import BusyError, UnavailableError
from casino.limits.model import Play
from casino.wallet.decision import RoundChange, Snapshot
from casino.wallet.model import Entry, Round, Transaction, VoidMarker, Wallet
from casino.wallet.ports import Commit
from testing.fakes import Casino
from testing.transactions import (
    AT,
    PLAYER,
    SESSION,
    a_bet,
    a_deposit,
    a_refund,
    a_tombstone,
    a_win,
    commit_of,
)


def apply(casino: Casino, request: Transaction) -> Entry:
    """Decide `request` from what stands in the ledger, write it, and return its entry."""
    snapshot = casino.ledger.load(request)
    commit = commit_of(snapshot, request)
    assert casino.ledger.commit(commit, snapshot) is None
    return commit.entry


def late(casino: Casino, request: Transaction, seen: Snapshot) -> Snapshot:
    """Write what was decided from the old snapshot `seen`; return what overtook it."""
    overtaken = casino.ledger.commit(commit_of(seen, request), seen)
    assert overtaken is not None
    return overtaken


def wallet_of(casino: Casino) -> Wallet:
    wallet = casino.accounts.wallet(PLAYER, "EUR")
    assert wallet is not None
    return wallet


def everything(casino: Casino) -> dict[str, Any]:
    """Return all that stands, to tell whether anything moved."""
    return {
        "ledger": {repr(record) for record in casino.history.everything()},
        "rounds": {repr(round_) for round_ in casino.history.rounds()},
        "wallets": list(casino.accounts.wallets()),
    }


def test_an_unknown_transaction_loads_with_the_wallet_and_session_alone(casino: Casino) -> None:
    snapshot = casino.ledger.load(a_bet(round_id="r1"))
    assert snapshot == Snapshot(wallet=wallet_of(casino), session=SESSION)


def test_a_transaction_of_an_unknown_player_loads_nothing(casino: Casino) -> None:
    request = a_bet(player_id="nobody", session_id="nowhere", round_id="r1")
    assert casino.ledger.load(request) == Snapshot()


def test_a_committed_bet_is_found_with_its_round_and_moved_wallet(casino: Casino) -> None:
    before = wallet_of(casino)
    entry = apply(casino, a_bet(round_id="r1", extra='{"note":"Ünï"}'))
    snapshot = casino.ledger.load(a_bet(round_id="r1"))
    assert snapshot.entry == entry
    assert snapshot.round == Round("sandbox", PLAYER, "EUR", "r1", bets=1, version=1)
    assert snapshot.wallet == replace(
        before,
        balance_minor=99_750,
        seq=before.seq + 1,
        version=before.version + 1,
        head_hash=entry.hash,
    )


def test_a_refund_loads_its_bet_and_then_its_void_marker(casino: Casino) -> None:
    bet = apply(casino, a_bet(round_id="r1"))
    assert casino.ledger.load(a_refund()).bet == bet
    apply(casino, a_refund(finished=True))
    snapshot = casino.ledger.load(a_refund(transaction_id="ref-2"))
    assert snapshot.void == VoidMarker("sandbox", "bet-1", "ref-1", AT)
    round_ = casino.ledger.load(a_bet(round_id="r1")).round
    assert round_ is not None
    assert (round_.bets, round_.refunds, round_.finished) == (1, 1, True)


def test_the_second_commit_under_an_id_meets_the_first(casino: Casino) -> None:
    seen = casino.ledger.load(a_bet())
    first = apply(casino, a_bet())
    before = everything(casino)
    assert late(casino, a_bet(amount_minor=100), seen).entry == first
    assert everything(casino) == before


def test_a_wallet_that_moved_meanwhile_is_handed_back(casino: Casino) -> None:
    seen = casino.ledger.load(a_bet())
    apply(casino, a_win())
    before = everything(casino)
    overtaken = late(casino, a_bet(), seen)
    assert overtaken == replace(seen, wallet=wallet_of(casino))
    assert everything(casino) == before


def test_a_wallet_blocked_meanwhile_is_handed_back(casino: Casino) -> None:
    seen = casino.ledger.load(a_bet())
    casino.accounts.set_blocked(PLAYER, blocked=True)
    overtaken = late(casino, a_bet(), seen).wallet
    assert overtaken is not None
    assert overtaken.blocked


def test_a_round_that_moved_meanwhile_is_handed_back_with_the_wallet(casino: Casino) -> None:
    seen = casino.ledger.load(a_bet(round_id="r1"))
    apply(casino, a_bet(transaction_id="bet-2", round_id="r1", finished=True))
    overtaken = late(casino, a_bet(round_id="r1"), seen)
    assert overtaken == casino.ledger.load(a_bet(round_id="r1"))


def test_every_failed_condition_is_handed_back_together(casino: Casino) -> None:
    apply(casino, a_bet(round_id="r1"))
    seen = casino.ledger.load(a_refund())
    apply(casino, a_refund())
    overtaken = late(casino, a_refund(amount_minor=250), seen)
    assert overtaken == casino.ledger.load(a_refund())
    assert overtaken.entry is not None
    assert overtaken.void is not None


def test_a_bet_is_refunded_once(casino: Casino) -> None:
    apply(casino, a_bet())
    seen = casino.ledger.load(a_refund(transaction_id="ref-2"))
    apply(casino, a_refund())
    before = everything(casino)
    void = late(casino, a_refund(transaction_id="ref-2"), seen).void
    assert void == VoidMarker("sandbox", "bet-1", "ref-1", AT)
    assert everything(casino) == before


def test_a_refused_bet_cannot_be_voided(casino: Casino) -> None:
    refused = apply(casino, a_bet(amount_minor=200_000))
    assert refused.record == "refused"
    snapshot = casino.ledger.load(a_refund())
    pretended = replace(snapshot, bet=replace(refused, record="applied", amount_minor=250))
    assert late(casino, a_refund(), pretended).bet == refused


def test_a_bet_that_is_not_there_cannot_be_voided(casino: Casino) -> None:
    bet = apply(casino, a_bet())
    before = everything(casino)
    refund = a_refund(bet_transaction_id="bet-2")
    snapshot = replace(casino.ledger.load(refund), bet=replace(bet, transaction_id="bet-2"))
    with pytest.raises(BusyError):
        casino.ledger.commit(commit_of(snapshot, refund), snapshot)
    assert everything(casino) == before


def test_a_round_finished_with_a_paid_win_meanwhile_stops_the_refund(casino: Casino) -> None:
    apply(casino, a_bet(round_id="r1"))
    seen = casino.ledger.load(a_refund())
    apply(casino, a_win(round_id="r1", finished=True))
    round_ = late(casino, a_refund(), seen).round
    assert round_ is not None
    assert (round_.finished, round_.paid_wins) == (True, 1)


def test_a_round_finished_without_a_paid_win_is_still_refunded(casino: Casino) -> None:
    apply(casino, a_bet(round_id="r1"))
    apply(casino, a_win(round_id="r1", amount_minor=0, finished=True))
    assert apply(casino, a_refund()).record == "applied"


@pytest.mark.parametrize(
    ("bet", "stands"),
    [
        ({"round_id": "r2"}, True),
        ({"round_id": "r1"}, False),
        ({"round_id": "r1", "type": "freespin"}, False),
        ({"round_id": "r1", "amount_minor": 10**9}, True),
        (None, True),
    ],
    ids=["in its round", "in another", "free, in another", "refused", "unknown"],
)
def test_a_win_that_pays_meets_its_bet_in_another_round(
    casino: Casino, bet: dict[str, Any] | None, stands: bool
) -> None:
    win = a_win(round_id="r2", bet_transaction_id="bet-1", by_bet=True)
    if bet is not None:
        apply(casino, a_bet(**bet))
    seen = casino.ledger.load(win)
    assert seen.bet is None
    commit = commit_of(seen, win)
    assert commit.checks_bet
    before = everything(casino)
    overtaken = casino.ledger.commit(commit, seen)
    if stands:
        assert overtaken is None
        return
    assert everything(casino) == before
    assert overtaken == replace(seen, bet=casino.ledger.load(a_refund()).bet)
    again = casino.ledger.load(win, overtaken)
    assert (again.bet, again.round and again.round.round_id) == (overtaken.bet, "r1")
    assert casino.ledger.commit(commit_of(again, win), again) is None
    assert casino.ledger.load(a_refund(), Snapshot(bet=again.bet)).round == Round(
        "sandbox", PLAYER, "EUR", "r1", bets=1, paid_wins=1, version=2
    )


def test_a_bet_after_its_tombstone_meets_the_tombstone(casino: Casino) -> None:
    seen = casino.ledger.load(a_bet())
    apply(casino, a_refund())
    stone = a_tombstone("bet-1", "ref-1")
    assert casino.ledger.load(a_bet()).entry == stone
    assert late(casino, a_bet(), seen).entry == stone


def test_a_tombstone_meets_the_bet_that_came_first(casino: Casino) -> None:
    seen = casino.ledger.load(a_refund())
    bet = apply(casino, a_bet())
    before = everything(casino)
    assert late(casino, a_refund(), seen).bet == bet
    assert everything(casino) == before


def test_a_recorded_refusal_moves_no_wallet(casino: Casino) -> None:
    before = wallet_of(casino)
    refusal = apply(casino, a_bet(amount_minor=200_000))
    assert (refusal.record, refusal.rule, refusal.seq) == ("refused", "insufficient_funds", 1)
    assert wallet_of(casino) == before
    assert casino.ledger.load(a_bet()).entry == refusal


def test_a_refusal_is_recorded_for_a_player_without_a_wallet(casino: Casino) -> None:
    request = a_bet(player_id="nobody")
    refusal = apply(casino, request)
    assert casino.ledger.load(request).entry == refusal


def test_a_wallet_that_is_gone_makes_the_commit_busy(empty_casino: Casino) -> None:
    wallet = Wallet(PLAYER, "EUR", 0, 0, 0, 0, "0" * 64, blocked=False)
    with pytest.raises(BusyError):
        empty_casino.ledger.commit(
            commit_of(Snapshot(wallet=wallet), a_deposit()), Snapshot(wallet=wallet)
        )
    assert not list(empty_casino.history.everything())


def test_a_round_that_is_gone_makes_the_commit_busy(casino: Casino) -> None:
    snapshot = casino.ledger.load(a_bet(round_id="r1"))
    commit = commit_of(snapshot, a_bet(round_id="r1"))
    vanished = replace(commit, round_change=RoundChange("r1", bets=1, expected_version=7))
    with pytest.raises(BusyError):
        casino.ledger.commit(vanished, snapshot)


def test_one_item_named_twice_is_refused_as_a_whole(casino: Casino) -> None:
    before = everything(casino)
    snapshot = casino.ledger.load(a_bet())
    entry = commit_of(snapshot, a_bet()).entry
    stone = a_tombstone("bet-1", "bet-1")
    with pytest.raises(UnavailableError):
        casino.ledger.commit(Commit(entry, tombstone=stone), snapshot)
    assert everything(casino) == before


def test_integrations_do_not_share_transaction_ids(casino: Casino) -> None:
    apply(casino, a_bet())
    assert casino.ledger.load(a_bet(integration="other")).entry is None


@pytest.mark.parametrize("name", ["a#b", "tx#1", "😀" * 64, " "])
def test_any_identifier_comes_back_as_it_was_written(casino: Casino, name: str) -> None:
    request = a_bet(transaction_id=name, round_id=name, game_id=name)
    entry = apply(casino, request)
    assert casino.ledger.load(request).entry == entry
    assert [getattr(round_, "round_id", "") for round_ in casino.history.rounds()] == [name]


def test_a_commit_leaves_the_counts_that_it_says(casino: Casino) -> None:
    request, counts = a_bet(), Play(at=7, played_at=7, staked=(1, 2, 3), active_s=4)
    snapshot = casino.ledger.load(request)
    commit = replace(commit_of(snapshot, request), play=counts)
    assert casino.ledger.commit(commit, snapshot) is None
    assert wallet_of(casino).play == counts
