"""When each version of a secret signed a request last, from the functions' logs.

To note it in a table would make every hook a write. The log has a line for each request with the
version's id; it is searched backwards in growing spans, so that a busy key is found at once.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from casino.base.times import iso_utc
from ops.context import Operations, log_groups

#: How far back to look, in seconds; each span is searched only for what the shorter ones lack.
_SPANS_S: Final = (60, 900, 6 * 3600, 24 * 3600, 8 * 24 * 3600)


def last_used(operations: Operations, versions: Sequence[str]) -> dict[str, str]:
    """Return version → time of its last use; one that is not found was not used within 8 days.

    Empty when the logs cannot be read.
    """
    found: dict[str, int] = {}
    now_ms = int(operations.clock.now() * 1000)
    later_ms = now_ms + 60_000  # the machines' clocks differ
    try:
        groups = log_groups(operations.cloudformation, operations.stack.name)
        for span_s in _SPANS_S:
            earlier_ms = now_ms - span_s * 1000
            for version in versions:
                if version not in found:
                    times = [
                        at
                        for group in groups
                        for at in _uses(operations.logs, group, version, earlier_ms, later_ms)
                    ]
                    found |= {version: max(times)} if times else {}
            later_ms = earlier_ms
    except (ClientError, BotoCoreError):
        return {}
    return {version: iso_utc(at / 1000) for version, at in found.items()}


def _uses(logs: Any, group: str, version: str, start_ms: int, end_ms: int) -> Iterator[int]:
    request: dict[str, Any] = {
        "logGroupName": group,
        "startTime": start_ms,
        "endTime": end_ms,
        "filterPattern": f'"{version}"',
    }
    while True:
        page = logs.filter_log_events(**request)
        for event in page.get("events", ()):
            if _is_use(event["message"], version):
                yield event["timestamp"]
        if not page.get("nextToken"):
            return
        request["nextToken"] = page["nextToken"]


def _is_use(message: str, version: str) -> bool:
    """Tell a verified request from other lines that name the version."""
    try:
        line = json.loads(message)
    except ValueError:
        return False  # a line of the runtime's own
    return isinstance(line, dict) and bool(
        line.get("message") == "request" and line.get("secret_id") == version
    )
