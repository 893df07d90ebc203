"""What a consumer makes of a wallet's events, however they come: doubled, in any order, late.

A wallet's `wallet.*.completed` are numbered 1, 2, 3, … without a gap, so the numbers alone tell
which were counted: all up to one, and some beyond it while those between are still to come. The
state stays small, and needs no list of ids. Events without a number of their own (refusals,
sessions, partners) are told apart by `event_id` instead.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from casino.events.model import Event

_COUNTED: Final = frozenset({"wallet.credit.completed", "wallet.debit.completed"})


@dataclass(frozen=True, slots=True)
class WalletState:
    """One wallet, as far as its events have come; amounts are in minor units.

    `balance_minor` is that after the entry `newest`. `sums` holds what each account was given:
    while nothing is `missing`, `player` is the balance, and `held` the stakes of open holds.
    """

    newest: int = 0
    balance_minor: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    upto: int = 0
    beyond: frozenset[int] = frozenset()

    @property
    def missing(self) -> int:
        """How many entries before the newest one are still to come."""
        return self.newest - self.upto - len(self.beyond)

    def told(self, event: Event) -> "WalletState":
        """Return the state with an event of this wallet; the same state for one that is counted."""
        number = event.sequence
        if event.event_type not in _COUNTED or number is None:
            return self
        if number <= self.upto or number in self.beyond:
            return self
        upto, beyond = self.upto, self.beyond | {number}
        while upto + 1 in beyond:
            upto, beyond = upto + 1, beyond - {upto + 1}
        sums = Counter(self.sums)
        for account, minor in event.payload["postings_minor"].items():
            sums[account] += int(minor)
        state = replace(self, sums=dict(sums), upto=upto, beyond=beyond)
        if number < self.newest:
            return state
        balance_minor = int(event.payload["balance_after"]["minor"])
        return replace(state, newest=number, balance_minor=balance_minor)


def fold(events: Iterable[Event]) -> dict[tuple[str, str], WalletState]:
    """Return the state of each wallet, by player and currency."""
    states: dict[tuple[str, str], WalletState] = {}
    for event in events:
        if event.event_type in _COUNTED and event.player_id is not None:
            wallet = (event.player_id, event.payload["balance_after"]["currency"])
            states[wallet] = states.get(wallet, WalletState()).told(event)
    return states
