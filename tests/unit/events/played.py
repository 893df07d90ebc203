"""A history of bets in one step and in two, as the wallet writes it, and the events of it."""

import json
from collections.abc import Sequence
from dataclasses import replace

from casino.events.model import Event, Place
from casino.events.of_entry import of_entry
from casino.wallet.ports import Unreadable
from testing.desk import wallet_over
from testing.transactions import INTEGRATION, a_bet, a_refund, a_win
from tests.unit.wallet.holding import Holding

PLACE = Place("brand-7", "EU")


def played() -> Holding:
    """Return a wallet in which every kind of bet came to each of its ends, some too late.

    The first round is played in one step, five seconds between bet and win, the rest in two.
    """
    table = Holding()
    wallet = wallet_over(table.world, table.clock)
    plan = [
        a_bet(round_id="r1"),
        a_bet(round_id="r1", transaction_id="bet-2", amount_minor=1000),
        a_win(round_id="r1", amount_minor=333, finished=True),
        a_bet(round_id="r1", transaction_id="too-late"),
        a_bet(round_id="r2", transaction_id="bet-3", amount_minor=70),
        a_refund(bet_transaction_id="bet-3", transaction_id="ref-3", amount_minor=70),
        a_refund(bet_transaction_id="bet-3", transaction_id="ref-4", amount_minor=70),
        a_refund(bet_transaction_id="never", transaction_id="ref-5"),
        a_bet(transaction_id="poor", amount_minor=10**9),
        a_bet(transaction_id="free", type="freespin", round_id="r3"),
    ]
    for request in plan:
        wallet.transact(request, INTEGRATION.wallet)
        table.clock.sleep(5)
    for kind, key, bet in (
        ("hold", "k1", "b1"),
        ("hold", "k2", "b1"),
        ("settle", "k3", "b1"),
        ("rollback", "k4", "b2"),
        ("hold", "k5", "b2"),
        ("hold", "k6", "b3"),
        ("rollback", "k7", "b3"),
        ("rollback", "k8", "b3"),
    ):
        table(kind, key, bet_transaction_id=bet)
        table.clock.sleep(1)
    return table


def events_of(table: Holding) -> list[Event]:
    """Return all that is told of a wallet."""
    items = [item for item in table.world.history.everything() if not isinstance(item, Unreadable)]
    return [event for item in items for event in of_entry(item, PLACE)]


def messages_of(events: Sequence[Event]) -> dict[str, str]:
    """Return the events as the bus puts them into a queue: numbers as binary fractions."""
    return {
        f"m{number}": json.dumps({"detail": json.loads(event.text())})
        for number, event in enumerate(events)
    }


def doubled(events: Sequence[Event]) -> list[Event]:
    """Return the events twice, the copies in the shape that a later minor version may have."""
    return [*events, *(replace(event, schema_version="1.9.0") for event in events)]
