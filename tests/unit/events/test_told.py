"""Whose brand and region an event belongs to, and in which versions it is told."""

from dataclasses import replace

import pytest

from casino.events.model import Place
from casino.events.record import record_of_ledger
from casino.events.store.items import as_told
from casino.events.store.told import EventsOf
from casino.integrations.model import AccessTerms, Integration
from casino.wallet.store.items import entry_item
from testing.clock import FakeClock
from testing.transactions import a_bet
from tests.unit.events.told import entry_of

HOME = Place("casino", "eu")
PLAIN = Integration("sandbox", "igsp", "secret")


@pytest.mark.parametrize(
    ("access", "place"),
    [
        (AccessTerms(), HOME),
        (AccessTerms(brand_id="brand-7", region="BR"), Place("brand-7", "BR")),
        (AccessTerms(brand_id="brand-7"), Place("brand-7", "eu")),
        (None, HOME),
    ],
)
def test_an_event_belongs_to_the_brand_of_its_integration_else_to_the_stacks(
    access: AccessTerms | None, place: Place
) -> None:
    known = {} if access is None else {"sandbox": replace(PLAIN, access=access)}
    record = record_of_ledger(as_told(entry_item(entry_of(a_bet()))))
    told = EventsOf(known.get, HOME, FakeClock())(record)
    assert {Place(event.tenant_id, event.region) for event in told} == {place}
