"""Count the copies of a transaction that were answered from the ledger.

A replay writes nothing, so only the functions' logs know of it, as long as they are retained.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.context import Operations, log_groups

#: Ids that mean the same in a filter pattern and in a log line's JSON; others are not filtered for.
_PLAIN = re.compile(r"[A-Za-z0-9._:-]+")


def replays_seen(
    operations: Operations, integration: str, transaction_id: str, since: str
) -> int | None:
    """Return how many replays the logs show since then, or `None` when they cannot be read."""
    try:
        groups = log_groups(operations.cloudformation, operations.stack.name)
        if not groups:
            return None
        return sum(
            _is_replay(message, integration, transaction_id)
            for group in groups
            for message in _messages(operations.logs, group, transaction_id, since)
        )
    except (ClientError, BotoCoreError):
        return None


def _messages(logs: Any, group: str, transaction_id: str, since: str) -> Iterator[str]:
    start = datetime.fromisoformat(since)
    request: dict[str, Any] = {"logGroupName": group, "startTime": int(start.timestamp() * 1000)}
    if _PLAIN.fullmatch(transaction_id):
        request["filterPattern"] = f'"{transaction_id}"'
    while True:
        page = logs.filter_log_events(**request)
        for event in page.get("events", ()):
            yield event["message"]
        if not page.get("nextToken"):
            return
        request["nextToken"] = page["nextToken"]


def _is_replay(message: str, integration: str, transaction_id: str) -> bool:
    try:
        line = json.loads(message)
    except ValueError:
        return False  # a line of the runtime's own
    return (
        isinstance(line, dict)
        and line.get("replay") is True
        and line.get("transaction_id") == transaction_id
        and line.get("integration") == integration
    )
