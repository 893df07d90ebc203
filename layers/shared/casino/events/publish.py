"""Tells the world what was written: first it is archived, then the bus is told.

Nothing on the way of a payment waits for this. A run that dies anywhere is made again: the same
records make the same object of the archive and events with the same ids.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from casino.base.clock import Clock
from casino.base.deadline import left_s
from casino.events.model import Event
from casino.events.ports import Archive, Bus, Observer, Published, Untaken
from casino.events.record import LEDGER, Kept, Record, Source

#: How often the bus is asked again in one run; the stream comes back later.
_TRIES: Final = 6
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Publisher:
    """The use case. `events_of` maps a record to its events, in every version that is written.

    `jitter` returns a share from 0 to 1 of each pause.
    """

    events_of: Callable[[Record], Sequence[Event]]
    archive: Archive
    bus: Bus
    clock: Clock
    observer: Observer
    jitter: Callable[[], float] = random.random

    def publish(self, records: Sequence[Record]) -> Published:
        """Archive what the records tell, then tell it.

        An item that no event can be made of is archived, counted and passed over: told again it
        would be no better, and the rest would wait. Raises `RetryableError` when it cannot be
        archived: then nothing was told.
        """
        told = [(record, self._events(record)) for record in records]
        self._archive(told)
        events = {event_key(e): e for _, found in told for e in found or ()}
        later, never = self._tell(list(events.values()))
        left = {event_key(e) for e in later}
        return Published(
            [record for record, found in told if any(event_key(e) in left for e in found or ())],
            len(never) + sum(found is None for _, found in told),
        )

    def _events(self, record: Record) -> Sequence[Event] | None:
        try:
            return self.events_of(record)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self.observer.crash(error, item=record.key)
            self.observer.count("UnreadableEventItems", 1, item=record.key)
            return None

    def _archive(self, told: Iterable[tuple[Record, Sequence[Event] | None]]) -> None:
        """Keep every item of the ledger, and of other tables what made events."""
        objects: dict[tuple[Source, str], list[Kept]] = defaultdict(list)
        for record, events in told:
            if record.source == LEDGER or events:
                objects[record.source, record.day].append(_kept(record, events))
        for (source, day), kept in sorted(objects.items()):
            self.archive.put(source, day, kept)

    def _tell(self, pending: list[Event]) -> Untaken:
        never: list[Event] = []
        for attempt in range(_TRIES):
            if not pending:
                break
            if attempt:
                pause_s = self.jitter() * min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)
                if pause_s >= left_s():
                    break
                self.clock.sleep(pause_s)
            untaken = self.bus.put(pending)
            pending = untaken.later
            never += untaken.never
        for event in never:
            self.observer.event("event not told", error=True, event_id=event.event_id)
            self.observer.count("EventsRefused", 1, event_id=event.event_id)
        return Untaken(pending, never)


def event_key(event: Event) -> tuple[str, str]:
    """Return what tells an event from another: while a version is written beside the next one,
    both have the same id."""
    return event.event_id, event.schema_version


def _kept(record: Record, events: Sequence[Event] | None) -> Kept:
    ids = tuple(dict.fromkeys(event.event_id for event in events or ()))
    ledger = record.source == LEDGER
    content = record.image if ledger else [event.text() for event in events or ()]
    return Kept(record.source, record.key, ids, content, unreadable=events is None)
