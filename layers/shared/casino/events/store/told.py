"""The events of a stream's records: reads the image, and asks the registry for brand and region."""

from collections.abc import Callable
from dataclasses import dataclass

from casino.base.clock import Clock
from casino.base.times import epoch
from casino.events.model import Event, Place, published
from casino.events.of_audit import of_audit
from casino.events.of_delivery import of_delivery
from casino.events.of_entry import of_entry
from casino.events.of_session import of_session
from casino.events.record import LEDGER, Record
from casino.events.store.images import audit_image, delivery_image, ledger_image, session_image
from casino.integrations.model import Integration


@dataclass(frozen=True, slots=True)
class EventsOf:
    """Maps a record to its events. `home` is the place of what no integration places elsewhere."""

    integration: Callable[[str], Integration | None]
    home: Place
    clock: Clock

    def __call__(self, record: Record) -> tuple[Event, ...]:
        """Return its events in every edition that is published now.

        Raises `LookupError`, `TypeError` or `ValueError` for what nobody can read, and
        `RetryableError` when the registry cannot be.
        """
        events = self._events(record)
        return tuple(told for event in events for told in published(event, self.clock.now()))

    def _events(self, record: Record) -> tuple[Event, ...]:
        if record.source == LEDGER:
            item = ledger_image(record.image)
            return of_entry(item, self._place(item.integration))
        if record.source == "sessions":
            before, after = session_image(record.old), session_image(record.image)
            place = self._place(after.integration) if after else self.home
            return of_session(before, after, epoch(record.at), place)
        if record.source == "audit":
            return of_audit(audit_image(record.image), record.key, self.home)
        delivery = delivery_image(record.image)
        return of_delivery(delivery, self._place(delivery.integration)) if delivery else ()

    def _place(self, name: str) -> Place:
        found = self.integration(name)
        terms = found.access if found else None
        if terms is None or not terms.brand_id:
            return self.home
        return Place(terms.brand_id, terms.region or self.home.region)
