"""Entries as the wallet writes them, for the tests of what is told of them."""

from dataclasses import replace

from casino.events.model import Event, Place
from casino.events.of_entry import of_entry
from casino.wallet.decision import Snapshot
from casino.wallet.model import Entry, Transaction, Wallet
from casino.wallet.ports import LedgerItem
from testing.events import check_event
from testing.transactions import PLAYER, SESSION, commit_of

PLACE = Place("brand-7", "EU")
WALLET = Wallet(PLAYER, "EUR", 10_000, 0, 4, 9, "ab" * 32, blocked=False)


def entry_of(request: Transaction, **facts: object) -> Entry:
    """Return the entry of a request that is decided with EUR 100.00 in an open session."""
    snapshot = replace(Snapshot(wallet=WALLET, session=SESSION), **facts)  # type: ignore[arg-type]
    return commit_of(snapshot, request).entry


def events_of(entry: LedgerItem) -> dict[str, Event]:
    """Return the events of an item by type: none makes two of one type.

    Raises `ValidationError` for one that does not keep to its schema.
    """
    events = of_entry(entry, PLACE)
    for event in events:
        check_event(event)
    by_type = {event.event_type: event for event in events}
    assert len(by_type) == len(events)
    return by_type
