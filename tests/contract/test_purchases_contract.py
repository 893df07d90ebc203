"""Purchases and what is taken back of them, over the fakes and DynamoDB alike."""

from itertools import permutations

import pytest

from casino.accounts.purchases import Change, MisfitError, Purchases, RepeatedError, Told
from casino.aws.dynamodb import transact
from casino.dialects.igsp.dialect import Igsp
from casino.wallet.model import Wallet
from casino.wallet.proof.verify import Verifier
from casino.wallet.purchase import Order, owed_minor
from testing.fakes import Casino
from testing.transactions import PLAYER, a_bet, commit_of
from testing.world import World

NOW = 1_760_702_625.0
ORDER = Order("invo", "ord_1", PLAYER, "EUR")
TOLD = Told("key_1", "trace_1")


@pytest.fixture
def purchases(casino: Casino) -> Purchases:
    return Purchases(casino.bought, casino.accounts, Igsp())


def commit(casino: Casino, change: Change) -> bool:
    """Write a change as the inbox does: all of it, or nothing."""
    if isinstance(casino, World):
        return not transact(casino.client, change.writes)
    return all(write() is not False for write in change.writes)


def wallet(casino: Casino) -> Wallet:
    found = casino.accounts.wallet(PLAYER, "EUR")
    assert found is not None
    return found


def credit(casino: Casino, purchases: Purchases, amount: str = "40.00") -> Change:
    change = purchases.credit(ORDER, amount, TOLD, NOW)
    assert commit(casino, change)
    return change


def take(casino: Casino, purchases: Purchases, name: str, amount: str) -> Change:
    change = purchases.take_back("invo", "ord_1", name, amount, TOLD, NOW)
    assert commit(casino, change)
    return change


def spend(casino: Casino, amount_minor: int) -> None:
    bet = a_bet(amount_minor=amount_minor)
    snapshot = casino.ledger.load(bet)
    assert casino.ledger.commit(commit_of(snapshot, bet), snapshot) is None


def faults(casino: Casino) -> list[str]:
    return [fault.code for fault in Verifier(casino.history).everything().faults]


def test_a_purchase_is_an_entry_of_its_own_kind(casino: Casino, purchases: Purchases) -> None:
    (entry,) = credit(casino, purchases).entries
    assert (entry.kind, entry.rule, entry.transaction_id) == (
        "purchase",
        "purchase",
        "purchase/ord_1",
    )
    assert entry.postings == (("integration", -4000), ("player", 4000))
    assert wallet(casino).balance_minor == 104_000
    assert casino.history.find("invo", "purchase/ord_1") == entry
    assert [each.kind for each in casino.history.of_wallet(PLAYER, "EUR")] == [
        "deposit",
        "purchase",
    ]
    assert faults(casino) == []


def test_a_purchase_told_twice_moves_once(casino: Casino, purchases: Purchases) -> None:
    credit(casino, purchases)
    with pytest.raises(RepeatedError):
        purchases.credit(ORDER, "40.0", TOLD, NOW)
    with pytest.raises(MisfitError, match="another"):
        purchases.credit(ORDER, "41.00", TOLD, NOW)
    assert wallet(casino).balance_minor == 104_000


def test_two_workers_that_read_the_same_write_once(casino: Casino, purchases: Purchases) -> None:
    first = purchases.credit(ORDER, "40.00", TOLD, NOW)
    second = purchases.credit(ORDER, "40.00", TOLD, NOW)
    assert commit(casino, first)
    assert not commit(casino, second)
    assert wallet(casino).balance_minor == 104_000


def test_a_bet_between_read_and_write_stops_the_write(casino: Casino, purchases: Purchases) -> None:
    change = purchases.credit(ORDER, "40.00", TOLD, NOW)
    spend(casino, 1_000)
    assert not commit(casino, change)
    assert casino.bought.order("invo", "ord_1") is None, "nothing of it was written"
    credit(casino, purchases)
    assert wallet(casino).balance_minor == 103_000
    assert faults(casino) == []


def test_a_refund_takes_back_and_what_is_missing_is_owed(
    casino: Casino, purchases: Purchases
) -> None:
    credit(casino, purchases)
    spend(casino, 102_500)
    (entry,) = take(casino, purchases, "refund/key_2", "40.00").entries
    assert (entry.kind, entry.type, entry.rule) == ("reversal", "refund", "reversal_owed")
    assert entry.postings == (("integration", 4000), ("owed", -2500), ("player", -1500))
    assert owed_minor(entry) == 2_500
    assert wallet(casino).balance_minor == 0
    assert faults(casino) == []


def test_an_empty_wallet_gives_nothing_and_all_is_owed(
    casino: Casino, purchases: Purchases
) -> None:
    credit(casino, purchases)
    spend(casino, 104_000)
    (entry,) = take(casino, purchases, "dispute/dp_1", "40.00").entries
    assert entry.postings == (("integration", 4000), ("owed", -4000))
    assert wallet(casino).balance_minor == 0
    assert faults(casino) == []


def test_what_is_reserved_is_not_taken(casino: Casino, purchases: Purchases) -> None:
    credit(casino, purchases)
    casino.accounts.set_reserved(PLAYER, "EUR", 102_000)
    (entry,) = take(casino, purchases, "refund/key_2", "40.00").entries
    assert owed_minor(entry) == 2_000
    assert wallet(casino).balance_minor == 102_000
    assert faults(casino) == []


@pytest.mark.parametrize("order", list(permutations(("purchase", "part", "rest"))))
def test_purchase_and_refunds_come_in_any_order(
    casino: Casino, purchases: Purchases, order: tuple[str, ...]
) -> None:
    for what in order:
        if what == "purchase":
            credit(casino, purchases)
        else:
            amount = "15.00" if what == "part" else "25.00"
            take(casino, purchases, f"refund/{what}", amount)
    assert wallet(casino).balance_minor == 100_000
    kinds = [entry.kind for entry in casino.history.of_wallet(PLAYER, "EUR")]
    assert kinds == ["deposit", "purchase", "reversal", "reversal"]
    assert faults(casino) == []


def test_a_refund_of_an_order_that_never_comes_moves_nothing(
    casino: Casino, purchases: Purchases
) -> None:
    assert take(casino, purchases, "refund/key_2", "40.00").entries == ()
    assert wallet(casino).balance_minor == 100_000
    assert faults(casino) == []


@pytest.mark.parametrize("before", [True, False])
def test_more_than_was_purchased_is_never_taken_back(
    casino: Casino, purchases: Purchases, before: bool
) -> None:
    if before:
        take(casino, purchases, "refund/a", "25.00")
        take(casino, purchases, "refund/b", "15.01")
        with pytest.raises(MisfitError, match="more"):
            purchases.credit(ORDER, "40.00", TOLD, NOW)
        return
    credit(casino, purchases)
    take(casino, purchases, "refund/a", "25.00")
    with pytest.raises(MisfitError, match="more"):
        purchases.take_back("invo", "ord_1", "refund/b", "15.01", TOLD, NOW)
    assert wallet(casino).balance_minor == 101_500


@pytest.mark.parametrize("credited", [True, False])
def test_one_refund_told_twice_is_taken_once(
    casino: Casino, purchases: Purchases, credited: bool
) -> None:
    if credited:
        credit(casino, purchases)
    take(casino, purchases, "refund/a", "10.00")
    with pytest.raises(RepeatedError):
        purchases.take_back("invo", "ord_1", "refund/a", "10", TOLD, NOW)
    with pytest.raises(MisfitError, match="another amount"):
        purchases.take_back("invo", "ord_1", "refund/a", "11.00", TOLD, NOW)


@pytest.mark.parametrize(
    "amount",
    ["0", "0.00", "-1.00", "+1.00", "1.001", "1e2", "", " 1", "1.", ".5", "1,00", "NaN",
     "Infinity", "1000000000001", "\u0661.00", "9" * 31],
)  # fmt: skip
def test_an_amount_that_cannot_be_held_exactly_waits(
    casino: Casino, purchases: Purchases, amount: str
) -> None:
    with pytest.raises(MisfitError):
        purchases.credit(ORDER, amount, TOLD, NOW)
    assert casino.bought.order("invo", "ord_1") is None


def test_trailing_noughts_are_no_decimals(casino: Casino, purchases: Purchases) -> None:
    assert credit(casino, purchases, "40.0000").entries[0].amount_minor == 4_000


def test_another_currency_than_the_players_waits(purchases: Purchases) -> None:
    for currency in ("USD", "Gems", ""):
        with pytest.raises(MisfitError):
            purchases.credit(Order("invo", "ord_1", PLAYER, currency), "40.00", TOLD, NOW)


def test_a_refund_without_an_amount_takes_nothing(purchases: Purchases) -> None:
    with pytest.raises(RepeatedError):
        purchases.take_back("invo", "ord_1", "refund/a", "0.00", TOLD, NOW)
