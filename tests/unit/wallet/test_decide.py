"""Any transaction: what has an outcome is replayed, and each kind goes its own way."""

from dataclasses import replace
from typing import Any

import pytest

from casino.integrations.model import Off
from casino.wallet.decide import decide
from casino.wallet.decision import Cancelled, Decision, Posting, Refusal, Replay, RoundChange
from casino.wallet.model import Entry, Tombstone, Transaction
from testing.transactions import AT, NOW, PLAYER, a_bet, a_deposit, a_refund, a_win, a_withdrawal
from tests.unit.wallet.situations import Parts, each, entry_of, row, situation

KINDS = [a_bet(), a_win(), a_refund(), a_deposit(), a_withdrawal(250)]
TOMBSTONE = Tombstone("sandbox", "bet-1", "ref-1", PLAYER, "EUR", AT, 409, "cancelled")

#: All that refuses a bet at once; the money is gone as well.
EVERYTHING_WRONG = {
    "session": None,
    "wallet": {"balance_minor": 0, "blocked": True},
    "round": {"finished": True, "paid_wins": 1},
    "terms": {"bets_off": Off(), "currencies": ("USD",)},
}


def decided(request: Transaction, parts: Parts) -> Decision:
    return decide(*situation(request, parts), NOW)


def entry_for(request: Transaction) -> Entry:
    """Return an applied entry that has the id and the fingerprint of `request`."""
    return replace(entry_of(a_bet()), fingerprint=request.fingerprint())


@pytest.mark.parametrize("request_", KINDS, ids=lambda request: request.kind)
def test_what_has_an_outcome_is_replayed_whatever_changed(request_: Transaction) -> None:
    entry = entry_for(request_)

    assert decided(request_, {**EVERYTHING_WRONG, "entry": entry}) == Replay(entry)


def test_a_recorded_refusal_is_replayed_when_the_reason_is_gone() -> None:
    refused = replace(entry_for(a_bet()), record="refused", rule="insufficient_funds", postings=())

    assert decided(a_bet(), {"entry": refused}) == Replay(refused)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "win"},
        {"player_id": "p2"},
        {"currency": "USD"},
        {"amount_minor": 251},
        {"type": "tip"},
        {"game_id": "g2"},
        {"round_id": "r1"},
        {"bet_transaction_id": "bet-0"},
        {"finished": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_id_that_was_used_for_another_request_is_a_mismatch_in(change: dict[str, Any]) -> None:
    first = entry_of(a_bet())
    second = a_bet(**change)

    assert decided(second, {"entry": first}) == Refusal("transaction_mismatch")


@pytest.mark.parametrize(
    "change",
    [{"session_id": "s2"}, {"extra": '{"note":"x"}'}, {"trace_id": "trace-2"}],
    ids=lambda change: next(iter(change)),
)
def test_a_copy_is_the_same_request_whatever_it_says_of(change: dict[str, Any]) -> None:
    first = entry_of(a_bet())

    assert decided(a_bet(**change), {"entry": first}) == Replay(first)


@pytest.mark.parametrize("request_", KINDS, ids=lambda request: request.kind)
def test_only_a_bet_is_cancelled_by_a_tombstone(request_: Transaction) -> None:
    mismatch = Refusal("transaction_mismatch")
    expected = Cancelled(TOMBSTONE) if request_.kind == "bet" else mismatch

    assert decided(request_, {**EVERYTHING_WRONG, "entry": TOMBSTONE}) == expected


RULES = {
    "bet": "bet_debit",
    "win": "win_credit",
    "refund": "refund_credit",
    "deposit": "deposit",
    "withdrawal": "withdrawal",
}


@pytest.mark.parametrize("request_", KINDS, ids=lambda request: request.kind)
def test_each_kind_goes_its_own_way(request_: Transaction) -> None:
    decision = decided(request_, {"bet": {}})

    assert isinstance(decision, Posting)
    assert decision.rule == RULES[request_.kind]


def test_a_bet_is_decided_by_the_time_and_by_the_terms() -> None:
    assert decided(a_bet(), {"session": {"expires_at": NOW}}) == Refusal("session_expired")
    assert decided(a_bet(), {"terms": {"bets_off": Off()}}) == Refusal("bets_disabled")


def test_a_refund_of_an_unknown_bet_is_decided_by_the_terms() -> None:
    accepts = {"terms": {"refund_unknown_bet": "accept"}}

    assert decided(a_refund(), {}) == Refusal("bet_not_found", leaves_tombstone=True)
    assert isinstance(decided(a_refund(), accepts), Posting)


DEPOSIT = Posting("deposit", (("platform", -100_000), ("player", 100_000)))
WITHDRAWAL = Posting("withdrawal", (("platform", 250), ("player", -250)))
TOO_LITTLE = Refusal("insufficient_funds", balance_minor=249)

DEPOSITS = [
    row(DEPOSIT, "nothing is wrong"),
    row(DEPOSIT, "there is neither a session nor a wallet", session=None, wallet=None),
    row(DEPOSIT, "the player is blocked", wallet={"blocked": True}),
]

WITHDRAWALS = [
    row(WITHDRAWAL, "nothing is wrong"),
    row(WITHDRAWAL, "there is no session", session=None),
    row(WITHDRAWAL, "the player is blocked", wallet={"blocked": True}),
    row(WITHDRAWAL, "it is all the money", wallet={"balance_minor": 250}),
    row(TOO_LITTLE, "it is a cent too much", wallet={"balance_minor": 249}),
    row(TOO_LITTLE, "the reserve holds a cent of it", wallet={"reserved_minor": 99_751}),
]


@each(DEPOSITS)
def test_a_deposit_is_credited_when(parts: Parts, decision: Posting) -> None:
    assert decided(a_deposit(), parts) == decision


@each(WITHDRAWALS)
def test_a_withdrawal_is_decided_when(parts: Parts, decision: Refusal | Posting) -> None:
    assert decided(a_withdrawal(250), parts) == decision


def test_a_withdrawal_without_a_wallet_is_no_refusal_but_a_bug() -> None:
    with pytest.raises(LookupError, match="does not exist"):
        decided(a_withdrawal(250), {"wallet": None})


def test_a_notice_moves_nothing_and_may_close_its_round() -> None:
    notice = a_bet(kind="notice", type="notice", amount_minor=0)
    closes = Posting("round_closed", (), RoundChange("r1", finish=True))

    assert decided(replace(notice, round_id="r1"), {"session": None}) == closes
    assert decided(notice, {"session": None}) == Posting("round_closed", ())


def test_what_bets_in_two_steps_do_is_decided_elsewhere() -> None:
    with pytest.raises(LookupError, match="decide_hold decides a settle"):
        decided(a_bet(kind="settle"), {})
