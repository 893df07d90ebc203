"""A bet debits a stake: what refuses it, in which order, and what it posts."""

import pytest

from casino.integrations.model import Off
from casino.limits.model import Limits, Play
from casino.wallet.decide import decide_bet
from casino.wallet.decision import Posting, Refusal, RoundChange
from testing.transactions import NOW, a_bet
from tests.unit.wallet.situations import Parts, each, each_pair, row, situation

TOO_LITTLE = Refusal("insufficient_funds", balance_minor=100_000)

#: In the order of the checks.
REFUSED = [
    row("session_not_found", "there is no session", session=None),
    row("session_not_found", "the session is another integration's", session={"integration": "x"}),
    row("player_mismatch", "the session is another player's", session={"player_id": "p2"}),
    row("currency_mismatch", "the session is in another currency", session={"currency": "USD"}),
    row("demo_session", "the session is a demo", session={"is_demo": True}),
    row("session_suspended", "the session is suspended", session={"status": "suspended"}),
    row("session_not_active", "the session still opens", session={"status": "launching"}),
    row("session_not_active", "the session never opened", session={"status": "failed"}),
    row("session_expired", "the session is closed", session={"status": "closed"}),
    row("session_expired", "the session ends this second", session={"expires_at": NOW}),
    row("bets_disabled", "bets are switched off", terms={"bets_off": Off()}),
    row("bets_disabled", "bets are off for a second", terms={"bets_off": Off(until=NOW + 1)}),
    row("unsupported_currency", "other currencies are listed", terms={"currencies": ("USD",)}),
    row("player_blocked", "the player is blocked", wallet={"blocked": True}),
    row("round_finished", "the round is finished", round={"finished": True}),
    row(TOO_LITTLE, "the stake is a cent too high", request={"amount_minor": 100_001}),
]

STAKE = (("integration", 250), ("player", -250))
FREESPIN = (("integration", 250), ("promotion", -250))
DEBIT = Posting("bet_debit", STAKE)
IN_ROUND = {"round_id": "r1"}
LAST = {"round_id": "r1", "type": "freespin", "finished": True}

ACCEPTED = [
    row(DEBIT, "nothing is wrong"),
    row(DEBIT, "the stake is a tip", request={"type": "tip"}),
    row(DEBIT, "the session ends in a second", session={"expires_at": NOW + 1}),
    row(DEBIT, "bets were off until this second", terms={"bets_off": Off(until=NOW)}),
    row(DEBIT, "the currency is listed", terms={"currencies": ("USD", "EUR")}),
    row(DEBIT, "the stake is all the money", wallet={"balance_minor": 250}),
    row(DEBIT, "the reserve leaves the stake", wallet={"reserved_minor": 99_750}),
    row(
        Posting("bet_debit", (("integration", 0), ("player", 0))),
        "a stake of nothing meets an empty wallet",
        request={"amount_minor": 0},
        wallet={"balance_minor": 0},
    ),
    row(
        Posting("freespin_notional", FREESPIN),
        "a freespin is above the balance",
        request={"type": "freespin"},
        wallet={"balance_minor": 249},
    ),
    row(
        Posting("bet_debit", STAKE, RoundChange("r1", bets=1, expected_version=0)),
        "the bet is the first of its round",
        request=IN_ROUND,
    ),
    row(
        Posting("bet_debit", STAKE, RoundChange("r1", bets=1, expected_version=7)),
        "every earlier bet of the round is refunded and a win was paid",
        request=IN_ROUND,
        round={"refunds": 1, "paid_wins": 1},
    ),
    row(
        Posting("freespin_notional", FREESPIN, RoundChange("r1", 1, 0, 0, True, 7)),
        "a freespin finishes its round",
        request=LAST,
        round={},
    ),
]


def decided(parts: Parts) -> Refusal | Posting:
    snapshot, bet, terms = situation(a_bet(), parts)
    return decide_bet(snapshot, bet, terms, NOW)


@each(REFUSED)
def test_a_bet_is_refused_when(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each_pair(REFUSED)
def test_the_first_of_two_reasons_refuses_a_bet(parts: Parts, decision: Refusal) -> None:
    assert decided(parts) == decision


@each(ACCEPTED)
def test_a_bet_is_posted_when(parts: Parts, decision: Posting) -> None:
    assert decided(parts) == decision


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"stake": 249}, "rg_stake_limit"),
        ({"loss_day": 249}, "rg_loss_limit"),
        ({"time_session": 1}, "rg_time_limit"),
        ({"stake": 250, "loss_day": 250, "time_session": 2}, "round_finished"),
    ],
)
def test_a_bet_meets_the_limits_of_its_wallet_before_the_end_of_its_round(
    values: dict[str, int], refused: str
) -> None:
    """The session began a second ago."""
    wallet = {"limits": Limits(tuple(values.items()))}
    decision = decided({"wallet": wallet, "round": {"finished": True}})

    assert isinstance(decision, Refusal)
    assert decision.code == refused


def test_a_bet_is_counted_on_top_of_what_was_played() -> None:
    limits, play = Limits((("wager_day", 500),)), Play(at=NOW, staked=(251, 0, 0))
    decision = decided({"wallet": {"limits": limits, "play": play}})

    assert isinstance(decision, Refusal)
    assert decision.code == "rg_wager_limit"
    assert decided({"wallet": {"limits": limits}}) == DEBIT


def test_a_refused_stake_tells_what_the_reserve_leaves() -> None:
    parts = {"wallet": {"balance_minor": 300, "reserved_minor": 51}}

    assert decided(parts) == Refusal("insufficient_funds", balance_minor=249)


def test_a_session_without_a_wallet_is_no_refusal_but_a_bug() -> None:
    with pytest.raises(LookupError, match="wallet of an open session"):
        decided({"wallet": None})
