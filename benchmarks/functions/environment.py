"""One execution environment of a built function, in a process of its own.

A script, for an interpreter without the project and its packages: what it runs is what ships, the
function's folder and the layer's, and nothing else. It says `null` when it has imported it. Then
each line is a proxy event, and each answer `[response, latency in ms, CPU in ms, log]`.

    python -I -S environment.py FUNCTION_FOLDER LAYER_FOLDER
"""

import io
import json
import sys
import time


def main() -> None:
    """Import the function as Lambda does, then answer what comes in until there is no more."""
    replies = sys.stdout
    sys.path[:0] = sys.argv[1:3]
    # The function logs to what it takes for the standard output.
    sys.stdout = log = io.StringIO()
    from app import handler  # type: ignore[import-not-found]

    print(json.dumps(None), file=replies, flush=True)
    for line in sys.stdin:
        event = json.loads(line)
        started, cpu_started = time.perf_counter_ns(), time.process_time_ns()
        response = handler(event, None)
        cpu_ms = (time.process_time_ns() - cpu_started) / 1e6
        latency_ms = (time.perf_counter_ns() - started) / 1e6
        print(json.dumps([response, latency_ms, cpu_ms, log.getvalue()]), file=replies, flush=True)
        log.seek(0)
        log.truncate()


if __name__ == "__main__":
    main()
