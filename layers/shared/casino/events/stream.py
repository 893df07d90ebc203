"""The edge of publishing: a batch of a table's stream.

Records are told again from the first one on whose events the bus did not take. When nothing could
be archived, the error is raised, and the whole batch is told again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from casino.base.clock import Clock
from casino.base.deadline import deadline, time_for
from casino.base.times import epoch, iso_utc
from casino.events.ports import Observer, Publishes
from casino.events.record import LEDGER, Record, Source, record_of_ledger

#: The longest that a batch may take, in seconds: the function's time-out less one last call.
_BATCH_S: Final = 45.0

#: Source → the attributes of its key.
_KEYS: Final[Mapping[Source, str]] = {
    "sessions": "session_id",
    "deliveries": "id",
    "audit": "id",
}


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Reads records as Lambda hands them over; `sources` maps the tables' names."""

    sources: Mapping[str, Source]
    observer: Observer

    def records(self, told: Sequence[Mapping[str, Any]]) -> Iterator[Record]:
        """Yield what can be read; what was deleted tells nothing, since time deletes alone."""
        for each in told:
            change = each["dynamodb"]
            if "NewImage" not in change:
                continue
            try:
                yield self._record(self.source(each["eventSourceARN"]), change)
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                self.observer.crash(error, item=change.get("SequenceNumber"))
                self.observer.count("UnreadableEventItems")

    def source(self, stream: str) -> Source:
        """Return what the ARN of a stream tells of; raises `LookupError`."""
        return self.sources[stream.split("/")[1]]

    def _record(self, source: Source, change: Mapping[str, Any]) -> Record:
        image, number = change["NewImage"], change["SequenceNumber"]
        if source == LEDGER:
            return record_of_ledger(image, number)
        key, at = image[_KEYS[source]]["S"], iso_utc(change["ApproximateCreationDateTime"])
        return Record(source, key, at, image, change.get("OldImage"), number)


@dataclass(frozen=True, slots=True)
class EventStream:
    """Answers the events of the streams."""

    publisher: Publishes
    reader: StreamReader
    clock: Clock
    observer: Observer

    def handle(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Return from which record on the batch is to be told again; raises `RetryableError`."""
        with deadline(self.clock, time_for(context, _BATCH_S)):
            records = list(self.reader.records(event["Records"]))
            failed = self.publisher.publish(records).untaken
        if records:
            newest = max(epoch(record.at) for record in records)
            self.observer.count("ArchivedEventAgeSeconds", max(0.0, self.clock.now() - newest))
        if not failed:
            return {"batchItemFailures": []}
        self.observer.count("EventsNotTaken", len(failed))
        lowest = min((record.sequence_number for record in failed), key=int)
        return {"batchItemFailures": [{"itemIdentifier": lowest}]}
