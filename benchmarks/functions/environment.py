"""One execution environment of a built function, in a process of its own.

A script, for an interpreter without the project and its packages: what it runs is what ships, the
function's folder and the layer's, and nothing else. It speaks lines of JSON:

    → [patience in s, proxy events]   ← "loaded"
    → "go"                            ← a list of what became of each event

so that many of them can be loaded first and let loose together. Each event is sent as a provider
sends it: again while the answer asks for that and the patience lasts, with a jittered pause.

    python -I -S environment.py FUNCTION_FOLDER LAYER_FOLDER
"""

import io
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

RETRYABLE: Final = 500
PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0

type _Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def main() -> None:
    """Import the function as Lambda does, then serve what comes in until there is no more."""
    replies, log = sys.stdout, io.StringIO()
    # The function logs to what it takes for the standard output: the counts are read from there.
    sys.stdout = log
    sys.path[:0] = sys.argv[1:3]
    from app import handler  # type: ignore[import-not-found]

    print(json.dumps("ready"), file=replies, flush=True)
    for line in sys.stdin:
        patience_s, events = json.loads(line)
        print(json.dumps("loaded"), file=replies, flush=True)
        sys.stdin.readline()
        answers = [send(handler, event, log, patience_s) for event in events]
        print(json.dumps(answers), file=replies, flush=True)


def send(
    handler: _Handler, event: dict[str, Any], log: io.StringIO, patience_s: float
) -> dict[str, Any]:
    """Send one event until it is decided, or once when there is no patience.

    Who gives up returns the last answer, with a status of 500 or more. Times are in ms, `cpu_ms` is
    that of the whole process, and both are of the last try.
    """
    give_up_at = time.monotonic() + patience_s
    busy = unclear = conflicts = 0
    while True:
        started, cpu_started = time.perf_counter_ns(), time.process_time_ns()
        response = handler(event, None)
        cpu_ns = time.process_time_ns() - cpu_started
        latency_ns = time.perf_counter_ns() - started
        conflicts += sum(conflicts_of(log))
        body = json.loads(response["body"])
        if response["statusCode"] < RETRYABLE:
            break
        busy += body["error"] == "busy"
        unclear += body["error"] != "busy"
        if time.monotonic() >= give_up_at:
            break
        ceiling_s = min(LONGEST_PAUSE_S, PAUSE_S * 2 ** (busy + unclear - 1))
        time.sleep(ceiling_s * random.random())  # noqa: S311 - spreads the tries, no secret
    return {
        "status": response["statusCode"],
        "code": body.get("error", "ok"),
        "replay": response["headers"].get("Idempotent-Replayed") == "true",
        "conflicts": conflicts,
        "busy": busy,
        "unclear": unclear,
        "latency_ms": latency_ns / 1e6,
        "cpu_ms": cpu_ns / 1e6,
    }


def conflicts_of(log: io.StringIO) -> Iterator[int]:
    """Take what was logged off `log`, and yield the conflicts that its requests had."""
    lines = log.getvalue().splitlines()
    log.seek(0)
    log.truncate()
    for line in lines:
        record = json.loads(line)
        if record.get("message") == "request":
            yield record["Conflicts"]


if __name__ == "__main__":
    main()
