"""Runs one built function as Lambda would: with what ships on its path, and nothing else.

A script, for an interpreter without the project and its packages. It reads one JSON object,
`{"folders": […], "events": […]}`, and answers `{"responses": […], "modules": […]}`.

    python -I -S -B packaged.py
"""

import io
import json
import sys


def main() -> None:
    asked, replies = json.load(sys.stdin), sys.stdout
    sys.path[:0] = asked["folders"]
    # The function logs to what it takes for the standard output.
    sys.stdout = io.StringIO()
    from app import handler  # type: ignore[import-not-found]

    responses = [handler(event, None) for event in asked["events"]]
    json.dump({"responses": responses, "modules": [*sys.modules]}, replies)


if __name__ == "__main__":
    main()
