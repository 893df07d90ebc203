"""The verifier finds nothing in sound holds, and names each way of spoiling them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casino.wallet.chain import seal
from casino.wallet.hold import Barred, Ending, Hold
from casino.wallet.model import Entry
from casino.wallet.proof.verify import Verifier
from testing.fake_ledger import FakeTables
from testing.transactions import AT, PLAYER
from tests.unit.wallet.holding import Holding

type Spoil = Callable[[FakeTables], None]


@pytest.fixture
def holding() -> Holding:
    """A bet of each kind: settled, rolled back, open, refused, and rolled back before it came."""
    holding = Holding()
    for number, end in enumerate(["settle", "rollback", ""], start=1):
        holding("hold", f"h{number}", bet_transaction_id=f"b{number}")
        if end:
            holding(end, f"e{number}", bet_transaction_id=f"b{number}")
    holding("hold", "h4", bet_transaction_id="b4", amount_minor=10**9)
    holding("rollback", "e5", bet_transaction_id="b5")
    return holding


def key(name: str) -> tuple[str, str]:
    return "sandbox", name


def hold_of(tables: FakeTables, bet: str) -> Hold:
    found = tables.openings[key(bet)]
    assert isinstance(found, Hold)
    return found


def entry_of(tables: FakeTables, name: str) -> Entry:
    found = tables.records[key(name)]
    assert isinstance(found, Entry)
    return found


def lose(tables: FakeTables, kind: str, bet: str) -> None:
    del getattr(tables, kind)[key(bet)]


def shrink(tables: FakeTables) -> None:
    tables.openings[key("b1")] = replace(hold_of(tables, "b1"), amount_minor=1)


def overpay(tables: FakeTables) -> None:
    """More than the stake goes to the integration, and the chain is made to fit."""
    last = entry_of(tables, "h3")
    wrong = (("held", 100), ("integration", 150), ("player", -250))
    tables.records[key("h3")] = seal(replace(last, postings=wrong))
    image = replace(hold_of(tables, "b3").wallet, head_hash=tables.records[key("h3")].hash)  # type: ignore[union-attr]
    tables.openings[key("b3")] = replace(hold_of(tables, "b3"), wallet=image)
    tables.heads[PLAYER, "EUR"] = replace(tables.heads[PLAYER, "EUR"], head_hash=image.head_hash)


def say_held(tables: FakeTables) -> None:
    tables.heads[PLAYER, "EUR"] = replace(tables.heads[PLAYER, "EUR"], held_minor=251)


def put_ending(tables: FakeTables, ending: Ending) -> None:
    tables.endings[key(ending.bet_id)] = ending


SPOILED: dict[str, tuple[Spoil, set[str]]] = {
    "a lost hold": (lambda t: lose(t, "openings", "b3"), {"hold_missing"}),
    "a lost hold of a settled bet": (
        lambda t: lose(t, "openings", "b1"),
        {"hold_missing", "end_without_hold"},
    ),
    "a lost bar": (lambda t: lose(t, "openings", "b5"), {"hold_missing"}),
    "a lost ending": (lambda t: lose(t, "endings", "b2"), {"end_missing"}),
    "a hold of another stake": (shrink, {"hold_mismatch", "end_postings"}),
    "an invented hold": (
        lambda t: t.openings.update({key("b9"): replace(hold_of(t, "b3"), bet_id="b9")}),
        {"hold_without_entry"},
    ),
    "an invented bar": (
        lambda t: t.openings.update({key("b9"): Barred("sandbox", "b9", "h3", AT)}),
        {"hold_without_entry"},
    ),
    "an invented ending": (
        lambda t: put_ending(t, Ending("sandbox", "b3", "settle", "e1", AT)),
        {"end_without_entry"},
    ),
    "an ending of another kind": (
        lambda t: put_ending(t, Ending("sandbox", "b1", "rollback", "e1", AT)),
        {"end_mismatch", "end_without_entry"},
    ),
    "a stake that went elsewhere": (
        overpay,
        {"end_postings", "held_account", "refusal_out_of_place"},
    ),
    "a wallet that says otherwise": (say_held, {"held_account"}),
}


def test_sound_holds_have_no_faults(holding: Holding) -> None:
    assert holding.faults == set()
    assert holding.money == (100_000, 250)


@pytest.mark.parametrize("spoil", SPOILED)
def test_each_way_of_spoiling_holds_is_named(holding: Holding, spoil: str) -> None:
    do, codes = SPOILED[spoil]
    do(holding.world.tables)
    assert holding.faults == codes


def test_one_wallet_with_holds_is_proved_alone(holding: Holding) -> None:
    verifier = Verifier(holding.world.history)
    assert verifier.wallet(PLAYER, "EUR").faults == ()
    lose(holding.world.tables, "endings", "b1")
    assert {fault.code for fault in verifier.wallet(PLAYER, "EUR").faults} == {"end_missing"}
