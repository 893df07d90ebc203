"""Reads back what the functions' logs tell of requests: copies of a transaction, use of a secret.

A replay writes nothing, and a note of each use of a secret would make every hook a write. So the
logs know of these, as long as they are retained.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.clock import Clock
from casino.base.times import iso_utc

#: Ids that mean the same in a filter pattern and in a log line's JSON; others are not filtered for.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:-]+")
#: How far back a use is looked for, in seconds; each span is searched only for what the shorter
#: ones lack, so that a busy key is found at once.
_SPANS_S: Final = (60, 900, 6 * 3600, 24 * 3600, 8 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class RequestLogs:
    """The log groups of one stack, over the clients of CloudFormation and CloudWatch Logs."""

    cloudformation: Any
    logs: Any
    stack: str
    clock: Clock

    def replays(self, integration: str, transaction_id: str, since: str) -> int | None:
        """Return how often a transaction was answered from the ledger since an ISO 8601 time.

        `None` when the logs cannot be read.
        """
        start_ms = int(datetime.fromisoformat(since).timestamp() * 1000)
        request: dict[str, Any] = {"startTime": start_ms}
        if _PLAIN.fullmatch(transaction_id):
            request["filterPattern"] = f'"{transaction_id}"'
        wanted = {"replay": True, "transaction_id": transaction_id, "integration": integration}
        try:
            groups = self.groups()
            if not groups:
                return None
            return sum(1 for group in groups for _ in self._lines(group, request, wanted))
        except (ClientError, BotoCoreError):
            return None

    def last_used(self, versions: Sequence[str]) -> dict[str, str]:
        """Return version of a secret → ISO 8601 time of the last request that it verified.

        One that is left out was not used within 8 days. Empty when the logs cannot be read.
        """
        found: dict[str, int] = {}
        now_ms = int(self.clock.now() * 1000)
        later_ms = now_ms + 60_000  # the machines' clocks differ
        try:
            groups = self.groups()
            for span_s in _SPANS_S:
                earlier_ms = now_ms - span_s * 1000
                for version in versions:
                    if version not in found:
                        times = self._uses(groups, version, earlier_ms, later_ms)
                        found |= {version: max(times)} if times else {}
                later_ms = earlier_ms
        except (ClientError, BotoCoreError):
            return {}
        return {version: iso_utc(at / 1000) for version, at in found.items()}

    def groups(self) -> list[str]:
        """Return the names of the stack's log groups."""
        names: list[str] = []
        request = {"StackName": self.stack}
        while True:
            page = self.cloudformation.list_stack_resources(**request)
            names += [
                resource["PhysicalResourceId"]
                for resource in page["StackResourceSummaries"]
                if resource["ResourceType"] == "AWS::Logs::LogGroup"
            ]
            if not page.get("NextToken"):
                return names
            request["NextToken"] = page["NextToken"]

    def lines(self, text: str, start_ms: int) -> Iterator[dict[str, Any]]:
        """Yield the events since a time whose line is JSON and has the quoted `text`."""
        request = {"startTime": start_ms, "filterPattern": text}
        for group in self.groups():
            yield from self._lines(group, request, {})

    def _uses(self, groups: list[str], version: str, start_ms: int, end_ms: int) -> list[int]:
        request = {"startTime": start_ms, "endTime": end_ms, "filterPattern": f'"{version}"'}
        wanted: dict[str, object] = {"message": "request", "secret_id": version}
        return [
            event["timestamp"] for group in groups for event in self._lines(group, request, wanted)
        ]

    def _lines(
        self, group: str, request: dict[str, Any], wanted: dict[str, object]
    ) -> Iterator[dict[str, Any]]:
        """Yield the events of a group whose line has the wanted fields."""
        request = {"logGroupName": group, **request}
        while True:
            page = self.logs.filter_log_events(**request)
            yield from (event for event in page.get("events", ()) if _has(event["message"], wanted))
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]


def _has(message: str, wanted: dict[str, object]) -> bool:
    try:
        line = json.loads(message)
    except ValueError:
        return False  # a line of the runtime's own
    return isinstance(line, dict) and all(line.get(name) == value for name, value in wanted.items())
