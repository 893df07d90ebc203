"""Signs copies of the sample events, so that `sam local` can play them against the local stack.

A signature lives five minutes, and a transaction id works once. So the samples in `events/` carry
placeholders, and each run writes copies that are good now to `.local/events/`, which git ignores:
credentials and session of the local stack, new ids that belong together (a refund names the bet
of the same run), the time and the signature. `.local/sam-local` runs `sam local` with everything
that a function in a container needs to reach the local stack.
"""

import json
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from casino.dialects.registry import family
from casino.signing.pair import Pair

type Event = dict[str, Any]

PROJECT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = PROJECT / "events"
LOCAL: Final = PROJECT / ".local"

#: What a container calls the machine that it runs on (`--add-host` of `sam local`).
HOST_OF_CONTAINER: Final = "host.docker.internal"

_SAM_LOCAL: Final = """\
#!/bin/sh
# `make events` writes this file: `sam local` against the stack of `make run`.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1
export SAM_CLI_TELEMETRY=0 SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1
exec .tools/sam/bin/sam local "$@" \\
  --parameter-overrides Stage=local AwsEndpointUrl={endpoint} \\
  --env-vars .local/sam-env.json --add-host {host}:host-gateway
"""

_NEW_PER_RUN: Final = ("transaction_id", "bet_transaction_id", "round_id")


def signed(event: Event, stack: Mapping[str, Any], run: str, now: float) -> Event:
    """Return a copy of `event` that the stack accepts until five minutes after `now`.

    `run` is appended to the ids that have to be new. Raises `LookupError` when the stack has no
    session for the event's player.
    """
    moment = datetime.fromtimestamp(now, UTC)
    context = {
        **event["requestContext"],
        "requestId": str(uuid.uuid4()),
        "requestTime": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now * 1000),
    }
    fresh = {**event, "requestContext": context}
    if event["body"] is None:
        return fresh
    body = _body(event["body"], stack, run)
    pair = Pair(stack["api_key"], stack["secret_key"])
    signature = family("igsp").sign(body.encode(), pair, int(now))
    headers = {**event["headers"], **signature}
    return {
        **fresh,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "body": body,
    }


def _body(text: str, stack: Mapping[str, Any], run: str) -> str:
    """Exchange whole values in the text: parsing and writing it again would turn 2.50 into 2.5."""
    fields = json.loads(text)
    player = (fields["player_id"], fields["currency"])
    sessions = {(p["player_id"], p["currency"]): p["session_id"] for p in stack["players"]}
    if player not in sessions:
        raise LookupError(f"the local stack has no session of {player[0]} in {player[1]}")
    exchange = {fields["session_id"]: sessions[player]}
    exchange |= {fields[name]: f"{fields[name]}-{run}" for name in _NEW_PER_RUN if name in fields}
    for old, new in exchange.items():
        text = text.replace(json.dumps(old), json.dumps(new))
    return text


def write_signed(samples: Path, target: Path, stack: Mapping[str, Any], now: float) -> list[Path]:
    """Write a signed copy of every sample to `target`; return the files."""
    target.mkdir(parents=True, exist_ok=True)
    run = uuid.uuid4().hex[:12]
    written = []
    for sample in sorted(samples.glob("*.json")):
        event = signed(json.loads(sample.read_text(encoding="utf-8")), stack, run, now)
        copy = target / sample.name
        copy.write_text(json.dumps(event, indent=2) + "\n", encoding="utf-8")
        written.append(copy)
    return written


def container_environment(stack: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the content of the file for `sam local --env-vars`: where AWS and the tables are."""
    tables = {f"{name.upper()}_TABLE": table for name, table in stack["tables"].items()}
    return {"Parameters": {"AWS_ENDPOINT_URL": _reachable(stack), **tables}}


def sam_local(stack: Mapping[str, Any]) -> str:
    """Return a shell script that passes its arguments to `sam local`, set up for the stack."""
    return _SAM_LOCAL.format(endpoint=_reachable(stack), host=HOST_OF_CONTAINER)


def commands(written: Iterable[Path]) -> list[str]:
    """Return what plays each event, and all of them as an API, ready for a shell."""
    names = [path.name for path in written]
    function = {
        name: f"{name.partition('.')[0].partition('-')[0].title()}Function" for name in names
    }
    invoke = "sh .local/sam-local invoke {} --event .local/events/{}"
    plays = [invoke.format(function[name], name) for name in names]
    return [*plays, "sh .local/sam-local start-api"]


def _reachable(stack: Mapping[str, Any]) -> str:
    """Return the address of the stack's AWS as a container of this machine reaches it."""
    endpoint = urlsplit(str(stack["endpoint"]))
    return urlunsplit(endpoint._replace(netloc=f"{HOST_OF_CONTAINER}:{endpoint.port}"))


def main() -> int:
    """Sign every sample for the local stack; say what to do when there is none."""
    try:
        stack = json.loads((LOCAL / "stack.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        print("there is no local stack: make run", file=sys.stderr)
        return 1
    written = write_signed(SAMPLES, LOCAL / "events", stack, time.time())
    environment = LOCAL / "sam-env.json"
    environment.write_text(json.dumps(container_environment(stack), indent=2) + "\n", "utf-8")
    script = LOCAL / "sam-local"
    script.write_text(sam_local(stack), "utf-8")
    for path in (*written, environment, script):
        print(path.relative_to(PROJECT))
    print("\n".join(commands(written)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
