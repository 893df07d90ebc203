"""The lake: every event of the bus as a line of JSON, in compressed objects that analysis reads.

The objects lie under the brand, region, type and day of their events. An object's name comes from
the ids of its events, so a batch that is told again writes the same objects; an event that came in
two batches stands in two objects, and readers count an `event_id` once. What is no event is left
to its queue, and stops nothing else.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

import msgspec

from casino.base.clock import Clock
from casino.base.errors import RetryableError
from casino.base.times import epoch, iso_utc
from casino.observability.telemetry import Telemetry

#: Where the lake begins in its bucket.
ROOT: Final = "lake"
_WORD: Final = re.compile(r"[a-z][a-z_]*(\.[a-z_]+){1,3}", re.ASCII)
_LONGEST_NAME: Final = 128


class Lake(Protocol):
    """Where the objects are kept."""

    def put(self, key: str, lines: bytes) -> None:
        """Keep lines under a key, in the place of what was there; raises `RetryableError`."""


class _Head(msgspec.Struct):
    """What is read of an event to find its place."""

    event_type: str
    schema_version: str
    event_id: str
    occurred_at: str
    tenant_id: str
    region: str


class _Told(msgspec.Struct):
    """What the bus puts around an event."""

    detail: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Line:
    """An event with its place: `folder` in the lake, `at` in seconds since the epoch."""

    name: str
    folder: str
    at: float
    text: bytes


def line_of(body: str | bytes) -> Line:
    """Return the event in a message of the bus, byte for byte; raises `ValueError` for others."""
    detail = msgspec.json.decode(body, type=_Told).detail
    head = msgspec.json.decode(detail, type=_Head)
    at = epoch(head.occurred_at)
    owner = (head.tenant_id, head.region)
    if not _WORD.fullmatch(head.event_type) or not head.event_id:
        raise ValueError("no event has such a type or id")
    if iso_utc(at) != head.occurred_at:
        raise ValueError("readers compare times as texts, so there is one form of them")
    if max(map(len, owner)) > _LONGEST_NAME:
        raise ValueError("no brand or region has such a name")
    tenant, region = (quote(name, safe="") for name in owner)
    folder = (
        f"{ROOT}/tenant={tenant}/region={region}/type={head.event_type}/date={iso_utc(at)[:10]}"
    )
    # Within JSON's texts a line break is escaped, so one in the bytes is a space between fields.
    text = bytes(detail).replace(b"\r", b" ").replace(b"\n", b" ")
    return Line(f"{head.event_id} {head.schema_version}", folder, at, text)


@dataclass(frozen=True, slots=True)
class LakeWriter:
    """The use case."""

    lake: Lake
    clock: Clock
    observer: Telemetry

    def store(self, messages: Mapping[str, str]) -> list[str]:
        """Store the events of messages, given by their ids; return the ids of what was not stored.

        Counts `EventsStored`, and `LakeLagSeconds`: how old the newest of them is.
        """
        failed: list[str] = []
        folders: dict[str, dict[str, Line]] = defaultdict(dict)
        for message_id, body in messages.items():
            try:
                line = line_of(body)
            except (ValueError, OverflowError) as error:
                # Its queue tells it again, and then keeps it for a person.
                self.observer.crash(error, message_id=message_id)
                failed.append(message_id)
            else:
                folders[line.folder][message_id] = line
        stored: list[Line] = []
        for folder, lines in folders.items():
            try:
                self._put(folder, lines.values())
                stored += lines.values()
            except RetryableError as error:
                self.observer.crash(error, folder=folder)
                failed += lines
        self._tell(stored)
        return failed

    def _put(self, folder: str, lines: Iterable[Line]) -> None:
        by_name = {line.name: line.text for line in lines}
        names = sorted(by_name)
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
        text = b"".join(by_name[name] + b"\n" for name in names)
        self.lake.put(f"{folder}/{digest[:32]}.jsonl.gz", text)

    def _tell(self, stored: list[Line]) -> None:
        if stored:
            newest = max(line.at for line in stored)
            self.observer.count("EventsStored", len(stored))
            self.observer.count("LakeLagSeconds", max(0.0, self.clock.now() - newest))
