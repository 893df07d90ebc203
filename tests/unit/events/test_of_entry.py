"""What is told of each kind of entry."""

from dataclasses import replace
from decimal import Decimal

import pytest

from casino.bonus.model import Bonus
from casino.dialects.igsp.dialect import Igsp
from casino.events.model import Event, money
from casino.events.of_entry import of_entry
from casino.wallet.chain import seal
from casino.wallet.hold import Barred, Ending
from casino.wallet.model import PLATFORM, WIN_HELD, Entry, Round, VoidMarker
from casino.wallet.ports import LedgerItem
from casino.wallet.record_purchase import purchase_commits
from casino.wallet.release import Release
from testing.transactions import (
    AT,
    PLAYER,
    a_bet,
    a_deposit,
    a_refund,
    a_tombstone,
    a_win,
    a_withdrawal,
)
from tests.unit.events.told import PLACE, WALLET, entry_of, events_of
from tests.unit.wallet.holding import Holding


def test_a_bet_is_a_debit_and_an_authorized_bet() -> None:
    entry = entry_of(a_bet(round_id="r1"))
    debit, bet = events_of(entry).values()
    assert (debit.event_type, bet.event_type) == ("wallet.debit.completed", "bet.authorized")
    for event in (debit, bet):
        assert (event.tenant_id, event.region) == ("brand-7", "EU")
        assert (event.player_id, event.sequence) == (PLAYER, 5)
        assert (event.trace_id, event.idempotency_key) == ("trace-1", "bet-1")
        assert event.occurred_at == AT
        assert (event.payload["round_id"], event.payload["bet_id"]) == ("r1", "bet-1")
    assert debit.payload["amount"] == money(250, "EUR")
    assert debit.payload["balance_before"] == money(10_000, "EUR")
    assert debit.payload["balance_after"] == money(9_750, "EUR")
    assert debit.payload["postings_minor"] == {"integration": "250", "player": "-250"}
    assert (debit.payload["hash"], debit.payload["previous_hash"]) == (entry.hash, "ab" * 32)
    assert (bet.payload["bet"], bet.payload["funded_by"]) == (money(250, "EUR"), "player")


def test_the_same_entry_makes_the_same_events() -> None:
    assert of_entry(entry_of(a_bet()), PLACE) == of_entry(entry_of(a_bet()), PLACE)


def test_a_transaction_of_the_same_name_elsewhere_makes_other_events() -> None:
    here = entry_of(a_bet())
    there = seal(replace(here, at="2026-01-01T00:00:02.000Z", hash=""))
    ids = [event.event_id for each in (here, there) for event in events_of(each).values()]
    assert len({*ids}) == 4
    names = [("a", "b"), ("a", "c"), ("z", "b")]
    releases = [Release(*name, PLAYER, "EUR", 1, AT, "w", "r") for name in names]
    assert len({event.event_id for each in releases for event in of_entry(each, PLACE)}) == 3


def test_money_that_moved_has_its_wallet_whatever_else_the_entry_lacks() -> None:
    entry = seal(replace(entry_of(a_bet()), attributed=False))
    assert [(event.player_id, event.sequence) for event in events_of(entry).values()] == [
        (PLAYER, 5),
        (PLAYER, 5),
    ]


def test_a_free_round_moves_nothing_and_still_has_its_number() -> None:
    events = events_of(entry_of(a_bet(type="freespin", round_id="r1")))
    debit = events["wallet.debit.completed"]
    assert (debit.sequence, debit.payload["amount"]) == (5, money(0, "EUR"))
    assert events["bet.authorized"].payload["bet"] == money(250, "EUR")
    assert events["bet.authorized"].payload["funded_by"] == "promotion"


def test_a_free_round_is_the_promotions_in_a_wallet_that_knows_bonuses_too() -> None:
    wallet = replace(WALLET, bonus=Bonus(count=1))
    events = events_of(
        entry_of(a_bet(amount_minor=0, type="freespin", round_id="r1"), wallet=wallet)
    )
    assert events["bet.authorized"].payload["funded_by"] == "promotion"


def test_a_win_is_a_credit_and_a_settled_bet() -> None:
    events = events_of(entry_of(a_win(round_id="r1", finished=True)))
    assert events.keys() == {"wallet.credit.completed", "bet.settled"}
    settled = events["bet.settled"].payload
    assert (settled["win"], settled["in_bonus"]) == (money(500, "EUR"), False)
    assert (settled["round_id"], settled["round_finished"]) == ("r1", True)
    assert "bet" not in settled


def test_a_held_win_says_what_is_held_back_and_its_release_moves_no_balance() -> None:
    entry = seal(replace(entry_of(a_win()), rule=WIN_HELD))
    credit = events_of(entry)["wallet.credit.completed"].payload
    assert credit["balance_after"] == money(10_500, "EUR")
    assert credit["held_back"] == credit["reserved_after"] == money(500, "EUR")
    release = Release("sandbox", "win-1", PLAYER, "EUR", 500, AT, "arn:someone", "looked at")
    (released,) = events_of(release).values()
    assert released.event_type == "wallet.win.released"
    assert (released.player_id, released.sequence) == (PLAYER, None)
    assert released.payload["amount"] == money(500, "EUR")
    assert "someone" not in released.text()
    assert "looked at" not in released.text()


def test_a_refund_is_a_credit_and_a_bet_that_is_rolled_back() -> None:
    bet = entry_of(a_bet(round_id="r1"))
    entry = entry_of(a_refund(), bet=bet, round=Round("sandbox", PLAYER, "EUR", "r1", 1, version=1))
    events = events_of(entry)
    assert events.keys() == {"wallet.credit.completed", "bet.rolled_back"}
    rolled_back = events["bet.rolled_back"].payload
    assert rolled_back["bet"] == rolled_back["returned"] == money(250, "EUR")
    assert (rolled_back["bet_id"], rolled_back["round_id"]) == ("bet-1", "r1")


def test_a_refund_that_names_another_amount_tells_of_the_stake() -> None:
    entry = entry_of(a_refund(by_bet=True, amount_minor=1), bet=entry_of(a_bet()))
    assert events_of(entry)["bet.rolled_back"].payload["bet"] == money(250, "EUR")


def test_the_refund_of_a_free_round_returns_nothing() -> None:
    bet = entry_of(a_bet(type="freespin"))
    rolled_back = events_of(entry_of(a_refund(type="freespin"), bet=bet))["bet.rolled_back"].payload
    assert (rolled_back["bet"], rolled_back["returned"]) == (money(250, "EUR"), money(0, "EUR"))


def test_a_refund_that_takes_no_bet_back_is_a_credit_of_nothing() -> None:
    entry = entry_of(a_refund(by_bet=True))
    assert (entry.record, entry.rule) == ("applied", "refund_unknown_bet_accepted")
    assert events_of(entry).keys() == {"wallet.credit.completed"}


def test_a_hold_authorizes_and_its_settlement_settles_the_stake() -> None:
    wallet = Holding()
    wallet("hold", "k1")
    wallet("settle", "k2", amount_minor=0)
    hold, settle = (events_of(_found(wallet, key)) for key in ("k1", "k2"))
    assert hold.keys() == {"wallet.debit.completed", "bet.authorized"}
    assert hold["bet.authorized"].payload["bet"] == money(250, "EUR")
    postings = hold["wallet.debit.completed"].payload["postings_minor"]
    assert postings == {"held": "250", "player": "-250"}
    assert settle.keys() == {"wallet.credit.completed", "bet.settled"}
    settled = settle["bet.settled"].payload
    assert (settled["bet"], settled["win"]) == (money(250, "EUR"), money(0, "EUR"))
    assert settled["bet_id"] == hold["bet.authorized"].payload["bet_id"] == "b1"
    credit = settle["wallet.credit.completed"]
    assert (credit.sequence, credit.payload["amount"]) == (
        hold["bet.authorized"].sequence + 1,  # type: ignore[operator]
        money(0, "EUR"),
    )


def test_a_rollback_returns_the_stake_and_a_second_one_is_refused_without_money() -> None:
    wallet = Holding()
    for kind, key in (("hold", "k1"), ("rollback", "k2"), ("rollback", "k3")):
        wallet(kind, key)
    events = events_of(_found(wallet, "k2"))
    assert events.keys() == {"wallet.credit.completed", "bet.rolled_back"}
    assert events["bet.rolled_back"].payload["returned"] == money(250, "EUR")
    (again,) = events_of(_found(wallet, "k3")).values()
    assert (again.event_type, again.payload["rule"]) == (
        "wallet.credit.refused",
        "rollback_repeated",
    )


def test_the_rollback_of_an_unknown_bet_has_neither_player_nor_currency() -> None:
    wallet = Holding()
    wallet("rollback", "k1")
    (refused,) = events_of(_found(wallet, "k1")).values()
    assert (refused.event_type, refused.player_id) == ("wallet.credit.refused", None)
    assert refused.payload.keys().isdisjoint({"amount", "balance", "claimed_player_id"})


def test_a_refused_hold_is_a_debit_that_was_refused() -> None:
    wallet = Holding()
    wallet("hold", "k1", amount_minor=10**9)
    (refused,) = events_of(_found(wallet, "k1")).values()
    assert (refused.event_type, refused.payload["bet_id"]) == ("wallet.debit.refused", "b1")


def test_deposits_and_withdrawals_are_money_of_no_game() -> None:
    (credit,) = events_of(entry_of(a_deposit(500), session=None)).values()
    (debit,) = events_of(entry_of(a_withdrawal(500), session=None)).values()
    assert (credit.event_type, debit.event_type) == (
        "wallet.credit.completed",
        "wallet.debit.completed",
    )
    assert credit.payload["integration"] == PLATFORM
    assert credit.payload.keys().isdisjoint({"bet_id", "game_id", "session_id", "round_id"})


def test_a_withdrawal_names_the_reservation_that_it_pays_out() -> None:
    request = a_withdrawal(500, bet_transaction_id="res-1")
    (debit,) = events_of(entry_of(request, session=None)).values()
    assert debit.payload["reservation_id"] == "res-1"
    assert "bet_id" not in debit.payload


def test_what_was_sold_and_taken_back_says_what_is_owed() -> None:
    sold = a_deposit(500, integration="invo", kind="purchase", transaction_id="purchase/1")
    back = replace(sold, kind="reversal", transaction_id="reversal/1/refund")
    back = replace(back, amount_minor=12_000, bet_transaction_id="purchase/1")
    first, second = (c.entry for c in purchase_commits(WALLET, [sold, back], AT, Igsp()))
    assert events_of(first).keys() == {"wallet.credit.completed"}
    debit = events_of(second)["wallet.debit.completed"].payload
    assert (debit["amount"], debit["owed"]) == (money(10_500, "EUR"), money(1_500, "EUR"))
    assert (debit["purchase_id"], debit["balance_after"]) == ("purchase/1", money(0, "EUR"))


def test_a_refusal_says_what_was_asked_and_the_balance_it_met() -> None:
    entry = entry_of(a_bet(amount_minor=20_000))
    (refused,) = events_of(entry).values()
    assert refused.event_type == "wallet.debit.refused"
    assert (refused.player_id, refused.sequence) == (PLAYER, 4)
    assert refused.payload["rule"] == "insufficient_funds"
    assert refused.payload["amount"] == money(20_000, "EUR")
    assert refused.payload["balance"] == money(10_000, "EUR")


def test_a_refused_win_is_a_credit_that_was_refused() -> None:
    over = Round("sandbox", PLAYER, "EUR", "r1", bets=1, refunds=1, version=2)
    entry = entry_of(a_win(round_id="r1"), round=over)
    assert events_of(entry).keys() == {"wallet.credit.refused"}


def test_what_nothing_proves_names_no_player_and_shows_no_balance() -> None:
    (refused,) = events_of(entry_of(a_bet(), session=None)).values()
    assert (refused.player_id, refused.sequence) == (None, None)
    assert refused.payload["claimed_player_id"] == PLAYER
    assert "balance" not in refused.payload


@pytest.mark.parametrize("kind", ["session", "bet.settled"])
def test_what_a_counterpart_says_is_told_as_its_word(kind: str) -> None:
    said = (
        '{"event_id":"e1","event_type":"bet.settled","player_id":"p9","name":"Ann Other",'
        '"payload":{"round_id":"r1","win":{"amount":1.50,"currency":"EUR"},"email":"a@b.c",'
        '"bet_id":"ann@other.example","note":"hello"}}'
    )
    rule = "session_opened" if kind == "session" else "event_received"
    entry = _noted(kind, rule, said)
    events = events_of(entry)
    if kind == "session":
        assert events == {}
        return
    told = events["partner.told"]
    assert (told.player_id, told.sequence, told.payload["kind"]) == (None, None, "bet.settled")
    assert told.payload["content"] == {
        "event_id": "e1",
        "payload": {"round_id": "r1", "win": {"amount": Decimal("1.50"), "currency": "EUR"}},
    }


@pytest.mark.parametrize("said", [None, "delivery 7", "[1]", '{"sha256":"ab","bytes":9000}'])
def test_what_a_counterpart_says_may_be_nothing_that_can_be_told(said: str | None) -> None:
    told = events_of(_noted("rg.limit.hit", "event_received", said))["partner.told"]
    assert told.payload["content"] == {}


def test_what_a_counterpart_says_is_told_to_a_depth_that_consumers_read() -> None:
    deep = '{"payload":' * 30 + '{"bet_id":"b1"}' + "}" * 30
    told = events_of(_noted("bet.settled", "event_received", deep))["partner.told"]
    assert Event.read(told.text().encode()) == told


def test_what_was_written_beside_an_entry_is_told_by_the_entry_alone() -> None:
    beside: list[LedgerItem] = [
        a_tombstone("bet-1", "ref-1"),
        VoidMarker("sandbox", "bet-1", "ref-1", AT),
        Barred("sandbox", "b1", "k1", AT),
        Ending("sandbox", "b1", "settle", "k1", AT),
    ]
    assert [of_entry(item, PLACE) for item in beside] == [()] * 4


def _found(wallet: Holding, key: str) -> Entry:
    entry = wallet.world.history.find("sandbox", key)
    assert isinstance(entry, Entry)
    return entry


def _noted(kind: str, rule: str, extra: str | None) -> Entry:
    entry = entry_of(a_bet(transaction_id="event:e1", type=kind))
    noted = replace(entry, kind="notice", record="noted", rule=rule, attributed=False, seq=0)
    return seal(replace(noted, player_id="", currency="", amount_minor=0, extra=extra))
