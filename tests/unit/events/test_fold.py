"""A wallet's state, told by events that come doubled, in any order, late, or not at all."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from casino.events.model import Event
from testing.events import of_ledger
from testing.fold import WalletState, fold
from tests.unit.wallet.holding import Holding

WALLET = ("p1", "EUR")
#: An end belongs to the hold before it; the hold of a billion is refused.
STEPS = [
    *(("hold", 250), ("settle", 0), ("hold", 700), ("rollback", 0)),
    *(("hold", 10**9), ("hold", 300), ("hold", 40), ("settle", 5_000)),
]


def _history() -> list[Event]:
    """Return the events of a wallet that held, settled, rolled back and was refused."""
    casino = Holding()
    for number, (kind, minor) in enumerate(STEPS):
        bet = f"b{number - (kind != 'hold')}"
        casino(kind, f"k{number}", bet_transaction_id=bet, round_id=bet, amount_minor=minor)
    assert casino.money == (100_000 - 250 - 300 - 40 + 5_000, 300)
    return of_ledger(casino.world)


HISTORY = _history()
COUNTED = {event.event_id for event in HISTORY if event.event_type.endswith(".completed")}
WHOLE = fold(HISTORY)[WALLET]


def test_the_whole_history_tells_balance_and_open_holds() -> None:
    assert WHOLE.balance_minor == WHOLE.sums["player"] == 104_410
    assert (WHOLE.sums["held"], WHOLE.missing, WHOLE.upto) == (300, 0, len(COUNTED))


@given(st.permutations(HISTORY * 2))
def test_copies_in_any_order_tell_the_same(told: list[Event]) -> None:
    assert fold(told)[WALLET] == WHOLE


@given(st.permutations(HISTORY), st.integers(0, len(HISTORY)))
def test_what_is_late_is_missing_until_it_comes(told: list[Event], cut: int) -> None:
    state = fold(told[:cut]).get(WALLET, WalletState())
    come = {event.event_id: event for event in told[:cut] if event.event_id in COUNTED}
    newest = max(come.values(), key=lambda event: event.sequence or 0, default=None)
    assert state.newest - state.missing == len(come)
    assert state.newest == (newest.sequence if newest else 0)
    if newest is not None:
        assert state.balance_minor == int(newest.payload["balance_after"]["minor"])
    for event in told[cut:]:
        state = state.told(event)
    assert state == WHOLE


def test_two_wallets_do_not_touch_each_other() -> None:
    other = [replace(event, player_id="p2") for event in HISTORY]
    states = fold(each for pair in zip(HISTORY, other, strict=True) for each in pair)
    assert states == {WALLET: WHOLE, ("p2", "EUR"): WHOLE}
