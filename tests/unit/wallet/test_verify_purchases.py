"""The verifier finds nothing in sound purchases, and names each way of spoiling them."""

from typing import Any

import pytest

from casino.accounts.purchases import Change, Purchases, Told
from casino.dialects.igsp.dialect import Igsp
from casino.exposure.stream import _movement
from casino.wallet.explain import Story
from casino.wallet.model import PLATFORM, Entry
from casino.wallet.purchase import Order
from casino.wallet.store.items import entry_item, read_ledger_item
from testing.casinos import furnish
from testing.fake_ledger import FakeTables
from testing.fakes import FakeWorld
from testing.transactions import PLAYER
from tests.unit.wallet.verified import change, everything

TOLD = Told("key_1", "trace_1")


def commit(done: Change) -> None:
    assert all(write() is not False for write in done.writes)


@pytest.fixture
def tables() -> FakeTables:
    """A player with 1.00, who bought 40.00, gave 15.00 of it back, and owes of the rest."""
    world = FakeWorld()
    furnish(world, 100)
    purchases = Purchases(world.bought, world.accounts, Igsp())
    commit(purchases.credit(Order("invo", "ord_1", PLAYER, "EUR"), "40.00", TOLD, 0))
    commit(purchases.take_back("invo", "ord_1", "refund/a", "15.00", TOLD, 0))
    world.accounts.set_reserved(PLAYER, "EUR", 2_000)
    commit(purchases.take_back("invo", "ord_1", "dispute/b", "25.00", TOLD, 0))
    return world.tables


REFUND, DISPUTE = "reversal/ord_1/refund/a", "reversal/ord_1/dispute/b"


def test_sound_purchases_have_no_fault(tables: FakeTables) -> None:
    assert everything(tables) == set()
    head = tables.heads[PLAYER, "EUR"]
    assert (head.balance_minor, head.reserved_minor) == (2_000, 2_000)


SPOILED: dict[str, tuple[str, dict[str, Any]]] = {
    "takes what is reserved": (
        "overspent",
        {"postings": (("integration", 2500), ("player", -2500)), "balance_after_minor": 100},
    ),
    "takes less than the player has": (
        "amount_posting",
        {
            "postings": (("integration", 2500), ("owed", -2400), ("player", -100)),
            "balance_after_minor": 2_500,
        },
    ),
    "lets the player owe less": (
        "amount_posting",
        {"postings": (("integration", 1000), ("owed", -400), ("player", -600))},
    ),
    "moves another account": (
        "accounts_of_kind",
        {"postings": (("integration", 2500), ("player", -600), ("promotion", -1900))},
    ),
    "names no purchase": ("reversal_without_purchase", {"bet_transaction_id": None}),
    "names a refund": ("reversal_without_purchase", {"bet_transaction_id": REFUND}),
}


@pytest.mark.parametrize(("code", "fields"), SPOILED.values(), ids=SPOILED)
def test_a_spoiled_reversal_is_named(tables: FakeTables, code: str, fields: dict[str, Any]) -> None:
    change(tables, DISPUTE, **fields)
    assert code in everything(tables)


def test_more_taken_back_than_was_bought_is_named(tables: FakeTables) -> None:
    change(tables, "purchase/ord_1", amount_minor=3_999)
    assert "reversed_beyond_purchase" in everything(tables)


def test_a_purchase_of_another_wallet_is_named(tables: FakeTables) -> None:
    change(tables, "purchase/ord_1", currency="USD")
    assert "reversal_without_purchase" in everything(tables)


@pytest.mark.parametrize("name", ["purchase/ord_1", REFUND, DISPUTE])
def test_the_entries_survive_the_table_and_are_no_exposure(tables: FakeTables, name: str) -> None:
    entry = tables.records["invo", name]
    assert isinstance(entry, Entry)
    assert read_ledger_item(entry_item(entry)) == entry
    assert _movement(entry_item(entry)) is None


def story(tables: FakeTables, name: str) -> Story:
    entry = tables.records["invo", name]
    assert isinstance(entry, Entry)
    return Story(entry, None, None, None, None)


@pytest.mark.parametrize(
    ("name", "word"), [("purchase/ord_1", "sold"), (REFUND, "taken back"), (DISPUTE, "owes")]
)
def test_each_entry_is_explained(tables: FakeTables, name: str, word: str) -> None:
    told = story(tables, name)
    assert word in told.explanation
    assert told.who is None
    assert told.entry.integration != PLATFORM
