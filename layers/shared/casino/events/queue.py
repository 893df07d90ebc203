"""The edge of the lake: a batch of its queue in, the messages that are to be told again out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casino.events.lake import LakeWriter


@dataclass(frozen=True, slots=True)
class LakeQueue:
    """Answers the events of the queue."""

    writer: LakeWriter

    def handle(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        """Store a batch; an error is raised, so that the queue tells all of it again."""
        messages = {record["messageId"]: record["body"] for record in event["Records"]}
        failed = self.writer.store(messages)
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
