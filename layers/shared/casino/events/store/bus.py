"""The bus on EventBridge."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.events.model import Event
from casino.events.ports import Untaken

#: Who tells, as rules name it.
SOURCE: Final = "casino.wallet"
#: PutEvents takes so many entries at once, and so many bytes of all of them together.
_AT_ONCE: Final = 10
_MOST_BYTES: Final = 256 * 1024
#: What an entry counts beside its texts.
_OF_TIME: Final = 14


class EventsClient(Protocol):
    """The part of a botocore EventBridge client that is used."""

    def put_events(self, **request: Any) -> Any: ...


class EventBridgeBus:
    """`Bus` over one event bus. What it refuses may be told again: its errors name no event."""

    def __init__(self, client: EventsClient, bus: str) -> None:
        self._client = client
        self._bus = bus

    def put(self, events: Sequence[Event]) -> Untaken:
        """Tell all of them, each at least once, and return those that were not taken.

        Too long for the bus is what it will never take.
        """
        entries = [(event, self._entry(event)) for event in events]
        never = [event for event, entry in entries if _size(entry) >= _MOST_BYTES]
        possible = [(event, entry) for event, entry in entries if _size(entry) < _MOST_BYTES]
        return Untaken([e for batch in _batches(possible) for e in self._send(batch)], never)

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.event_type,
            "Detail": event.text(),
            "Time": event.occurred_at,
        }

    def _send(self, batch: list[tuple[Event, dict[str, Any]]]) -> list[Event]:
        try:
            answer = self._client.put_events(Entries=[entry for _, entry in batch])
        except (ClientError, BotoCoreError):
            return [event for event, _ in batch]
        results = zip(batch, answer["Entries"], strict=True)
        return [event for (event, _), result in results if "EventId" not in result]


def _size(entry: dict[str, Any]) -> int:
    texts = (entry[name] for name in ("Source", "DetailType", "Detail"))
    return _OF_TIME + sum(len(text.encode()) for text in texts)


def _batches(
    entries: list[tuple[Event, dict[str, Any]]],
) -> Iterator[list[tuple[Event, dict[str, Any]]]]:
    batch: list[tuple[Event, dict[str, Any]]] = []
    size = 0
    for each in entries:
        if batch and (len(batch) == _AT_ONCE or size + _size(each[1]) > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += _size(each[1])
    if batch:
        yield batch
