"""The bus on EventBridge."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.deadline import left_s
from casino.events.model import Event
from casino.events.ports import Untaken

#: Who tells, as rules name it.
SOURCE: Final = "casino.wallet"
#: PutEvents takes so many entries at once, and so many bytes of all of them together.
_AT_ONCE: Final = 10
_MOST_BYTES: Final = 256 * 1024
#: What an entry counts beside its texts.
_OF_TIME: Final = 14


type Batch = list[tuple[Event, dict[str, Any]]]
"""Events with their entries of one call."""


class EventsClient(Protocol):
    """The part of a botocore EventBridge client that is used."""

    def put_events(self, **request: Any) -> Any: ...


class EventBridgeBus:
    """`Bus` over one event bus. What it refuses may be told again: its errors name no event.

    After a call that failed as a whole, or past the deadline, nothing more is sent: the rest would
    meet the same, and each call may take as long as its time-out.
    """

    def __init__(self, client: EventsClient, bus: str) -> None:
        self._client = client
        self._bus = bus

    def put(self, events: Sequence[Event]) -> Untaken:
        """Tell all of them, each at least once, and return those that were not taken.

        It will never take what is too long for it, and what it finds invalid alone.
        """
        entries = [(event, self._entry(event)) for event in events]
        untaken = Untaken([], [event for event, entry in entries if _size(entry) >= _MOST_BYTES])
        batches = deque(_batches([each for each in entries if _size(each[1]) < _MOST_BYTES]))
        while batches:
            batch = batches.popleft()
            try:
                untaken.later.extend(self._send(batch) if left_s() else _events(batch))
            except (ClientError, BotoCoreError) as error:
                if not _is_invalid(error):
                    untaken.later.extend(e for each in (batch, *batches) for e in _events(each))
                    break
                if len(batch) == 1:
                    untaken.never.extend(_events(batch))
                else:
                    batches.extendleft([each] for each in batch)
        return untaken

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.event_type,
            "Detail": event.text(),
            "Time": event.occurred_at,
        }

    def _send(self, batch: Batch) -> list[Event]:
        answer = self._client.put_events(Entries=[entry for _, entry in batch])
        results = zip(batch, answer["Entries"], strict=True)
        return [event for (event, _), result in results if "EventId" not in result]


def _events(batch: Batch) -> list[Event]:
    return [event for event, _ in batch]


def _is_invalid(error: ClientError | BotoCoreError) -> bool:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return code == "ValidationException"


def _size(entry: dict[str, Any]) -> int:
    texts = (entry[name] for name in ("Source", "DetailType", "Detail"))
    return _OF_TIME + sum(len(text.encode()) for text in texts)


def _batches(entries: Batch) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for each in entries:
        if batch and (len(batch) == _AT_ONCE or size + _size(each[1]) > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += _size(each[1])
    if batch:
        yield batch
