"""Publishes again: what was written in a time, and what a stream gave up.

Every event has the id that it had before, so whoever got it already knows it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Final, NamedTuple

from casino.audit.model import EVERYONE, Who
from casino.base.clock import Clock
from casino.base.errors import AdminError
from casino.base.times import iso_utc
from casino.events.ports import (
    Failed,
    FailedBatches,
    Intents,
    Items,
    Publishes,
    Streams,
    WalletName,
)
from casino.events.record import LEDGER, Image, Record, record_of_ledger
from casino.events.stream import StreamReader

#: So many items make one object of the archive.
_AT_ONCE: Final = 500
#: An entry says when it was decided, the stream when it was written: never later than that.
_MARGIN_S: Final = 300


class Replayed(NamedTuple):
    """How many records were published again, of how many the bus did not take the events, and how
    many items or events are for the archive alone."""

    records: int
    untaken: int
    lost: int


class Redriven(NamedTuple):
    """How many batches are published, and which ones stay in the queue."""

    batches: int
    records: int
    stay: list[Failed]


@dataclass(frozen=True, slots=True)
class Replay:
    """The use cases of people."""

    items: Items
    publisher: Publishes
    failed: FailedBatches
    streams: Streams
    reader: StreamReader
    audit: Intents
    clock: Clock

    def replay(
        self, since: str, until: str, wallet: WalletName | None = None, *, who: Who
    ) -> Replayed:
        """Publish what the ledger has from one ISO 8601 time to before another, of all or one
        wallet, and record who asked for it."""
        if since >= until:
            raise AdminError("invalid_request", "the time to replay ends before it begins")
        detail = f"wallet {wallet[0]} {wallet[1]}" if wallet else "every wallet"
        now = self.clock.now()
        self.audit.append(
            who.record(EVERYONE, "replay events", now, "", f"{since} to {until}", detail)
        )
        return self._replay(since, until, wallet)

    def redrive(self, *, who: Who) -> Redriven:
        """Publish what the streams gave up, and take it off the queue.

        What a stream has forgotten is published from the ledger. Of other tables it is lost to the
        stream: such a batch stays in the queue, as one does whose events the bus does not take.
        """
        self.audit.append(who.record(EVERYONE, "redrive events", self.clock.now()))
        batches = records = 0
        stay: list[Failed] = []
        while taken := self.failed.take():
            for each in taken:
                found = self._publish_again(each)
                if found is None or found.untaken:
                    stay.append(each)
                    continue
                self.failed.done(each)
                batches, records = batches + 1, records + found.records
        return Redriven(batches, records, stay)

    def _publish_again(self, failed: Failed) -> Replayed | None:
        told = self.streams.records(failed)
        if told is not None:
            return self._publish(self.reader.records(told))
        if self.reader.source(failed.stream) != LEDGER:
            return None
        since, until = failed.since - _MARGIN_S, failed.until + 1
        return self._replay(iso_utc(since), iso_utc(until), None)

    def _replay(self, since: str, until: str, wallet: WalletName | None) -> Replayed:
        images = self.items.of_wallet(*wallet) if wallet else self.items.between(since, until)
        wanted = (each for each in _readable(images) if since <= each.at < until)
        return self._publish(wanted)

    def _publish(self, records: Iterable[Record]) -> Replayed:
        count = untaken = lost = 0
        for batch in batched(records, _AT_ONCE, strict=False):
            published = self.publisher.publish(batch)
            count += len(batch)
            untaken += len(published.untaken)
            lost += published.lost
        return Replayed(count, untaken, lost)


def _readable(images: Iterable[Image]) -> Iterator[Record]:
    """Yield the items that say what and when they are; `ops ledger verify` names the others."""
    for image in images:
        try:
            yield record_of_ledger(image)
        except (LookupError, TypeError):
            continue
