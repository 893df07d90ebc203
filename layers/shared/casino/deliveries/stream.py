"""The edge of the worker: a batch of the table's stream, or a run of the schedule.

What a batch holds is taken up one by one. When not even a try can be written down, the rest of the
batch is told again; the schedule finds what the stream gives up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casino.base.errors import RetryableError
from casino.base.invocation import Context
from casino.deliveries.work import Worker
from casino.observability.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class DeliveryStream:
    """Answers the events of the stream and of the schedule."""

    worker: Worker
    observer: Telemetry

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Act on what is told; an error of the schedule's run is raised."""
        if "Records" in event:
            return self._batch(event["Records"])
        oldest_s = self.worker.sweep(lambda: context.get_remaining_time_in_millis() / 1000)
        self.observer.count("OpenDeliveryAgeSeconds", oldest_s)
        return {"oldest_s": int(oldest_s)}

    def _batch(self, records: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Return from which record on the batch is to be told again."""
        for record in records:
            image = record["dynamodb"].get("NewImage", {})
            if image.get("state", {}).get("S") != "received":
                continue
            try:
                self.worker.work(image["integration"]["S"], image["delivery_key"]["S"])
            except RetryableError:
                return _from(record)
            except Exception as error:  # noqa: BLE001 - the edge: the rest is told again
                self.observer.crash(error)
                return _from(record)
        return {"batchItemFailures": []}


def _from(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
